/** What stands at the side of every page. Each page of docs/ is in it: a test says so. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Part, packages, parts } from "./parts.ts";
import { pages, reference } from "./places.ts";

interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: Item[];
  readonly collapsed?: boolean;
}

const page = (text: string, name: string): Item => ({ text, link: `/${name}` });

/** The title of a page: its first heading, without a number before it. */
const titleOf = (path: string): string =>
  /^# (?:\d+\.? )?(.*)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? path;

function decisions(): Item[] {
  const folder = join(pages, "decisions");
  const names = readdirSync(folder).filter((name) => /^\d.*\.md$/.test(name));
  return names
    .sort()
    .map((name) => page(titleOf(join(folder, name)), `decisions/${name.slice(0, -3)}`));
}

/** The pages that are written by hand, in the order of reading. */
export const guide = (): Item[] => [
  {
    text: "Start",
    items: [
      page("Getting started", "getting-started"),
      page("From PyTorch", "from-pytorch"),
      page("From TensorFlow.js", "from-tensorflow-js"),
      page("Where it runs", "where-it-runs"),
      page("A page without a bundler", "without-bundler"),
    ],
  },
  {
    text: "Guide",
    items: [
      page("Training and saving", "training"),
      page("Training in a worker", "workers"),
      page("Loading data", "data-loading"),
      page("Data sets and files", "datasets"),
      page("Indexing", "indexing"),
      page("Dtypes", "dtypes"),
      page("Function transforms", "transforms"),
      page("Fourier transforms", "fft"),
      page("Pretrained models", "pretrained"),
      page("ONNX files", "onnx"),
      page("Classic models", "classic"),
      page("Several processes", "distributed"),
    ],
  },
  {
    text: "Further",
    items: [
      page("Write your own", "write-your-own"),
      page("Custom kernels", "custom-kernels"),
      page("Profiling", "profiling"),
      page("Architecture", "architecture"),
      page("Glossary", "glossary"),
      page("Contributing", "contributing"),
      {
        ...page("Decisions", "decisions/"),
        collapsed: true,
        items: decisions(),
      },
    ],
  },
  {
    text: "Facts",
    items: [
      page("Beside other libraries", "peers"),
      page("What agrees with PyTorch", "compatibility"),
      page("What the lessons reach", "results"),
      page("Benchmarks", "benchmarks"),
      page("On a graphics card", "gpu"),
      page("How light the gallery is", "gallery-figures"),
    ],
  },
];

interface Node {
  readonly title: string;
  readonly path?: string | null;
  readonly children?: readonly Node[];
}

const linkOf = (path: string): string => `/api/${path.replace(/(index)?\.md$/, "")}`;

/** Pages of classes and namespaces below a page of the reference. */
function below({ children = [] }: Node): Item[] {
  return children.flatMap((child) => {
    if (child.path?.endsWith("index.md")) {
      return [{ ...leaf(child), collapsed: true, items: below(child) }];
    }
    return child.path?.includes("#") || !child.path ? below(child) : [leaf(child)];
  });
}

const leaf = ({ title, path }: Node): Item => ({ text: title, link: linkOf(path as string) });

/** Of each package what it exports; of the others a link. */
function api(): Record<string, Item[]> {
  const navigation = join(reference, "navigation.json");
  if (!existsSync(navigation)) return {};
  const nodes = JSON.parse(readFileSync(navigation, "utf8")) as Node[];
  const made = new Map(nodes.map((node) => [node.title, node]));
  const links = packages.map((name) => ({ text: `@wgrad/${name}`, link: `/api/${name}/` }));
  const all = parts();
  return Object.fromEntries(
    packages.map((name) => {
      const own = all.filter((part) => part.name.split("/")[1] === name);
      const pagesOf = ({ name: part, title }: Part): Item[] => {
        const node = made.get(part);
        if (node === undefined) throw new Error(`the reference has no page of ${part}`);
        const items = below(node);
        if (part === `@wgrad/${name}`) return items;
        return [{ text: title, link: linkOf(node.path as string), collapsed: true, items }];
      };
      const [first, others] = [own.filter(isWhole), own.filter((part) => !isWhole(part))];
      const items = [...others, ...first].flatMap(pagesOf);
      const rest = links.map((link) => (link.link === `/api/${name}/` ? { ...link, items } : link));
      return [`/api/${name}/`, [{ text: "Guide", link: "/getting-started" }, ...rest]];
    }),
  );
}

const isWhole = ({ name }: Part): boolean => name.split("/").length === 2;

export const sidebar = (): Record<string, Item[]> => ({ ...api(), "/": guide() });
