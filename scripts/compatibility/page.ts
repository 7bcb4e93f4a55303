/** Writes docs/from-pytorch.md: the handwritten habits.md, and a table of every PyTorch name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countOf, type Namespace, namespaces, type Row, rowsOf } from "./names.ts";

const HAND_WRITTEN = join(import.meta.dirname, "habits.md");

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const share = ([found, all]: readonly [number, number]): string =>
  all === 0 ? "–" : `${found} of ${all}`;

function summary(): string {
  const rows = namespaces.map((namespace) => {
    const all = rowsOf(namespace);
    const counts = (["d", "c", "b"] as const).map((of) => share(countOf(all, of)));
    return [`\`${namespace}\``, ...counts, share(countOf(all, "d", "c", "b", "had"))];
  });
  return table(
    ["namespace", "used everywhere", "in ordinary code", "rarely", "including earlier ones"],
    rows,
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const code = (text: string): string => (text.includes("`") ? text : `\`${text}\``);

/** Common names have a row each; rare ones are in lists by reason. */
function section(namespace: Namespace): string {
  const rows = rowsOf(namespace);
  const used = (row: Row): boolean => row.class !== "a" || row.ours !== null;
  const lines = rows
    .filter(used)
    .map(({ name, ours, reason }) => [
      `\`${name}\``,
      ours === null ? `– ${reason ?? "not supported"}` : code(ours),
    ]);
  const rest = groupBy(
    rows.filter((row) => !used(row)),
    ({ reason }) => reason ?? "not supported",
  );
  const lists = [...rest].map(
    ([reason, names]) => `- ${reason}: ${names.map(({ name }) => `\`${name}\``).join(" ")}`,
  );
  return `### ${namespace}\n\n${table(["PyTorch", "here"], lines)}${lists.length > 0 ? `\n\nNot here:\n\n${lists.join("\n")}` : ""}`;
}

/** The whole page. */
export function fromPyTorch(): string {
  return `${readFileSync(HAND_WRITTEN, "utf8")}
## Every name

Made by \`pnpm compat\` from the names of PyTorch 2.13 (\`scripts/compatibility/pytorch.json\`) and from the exports of the packages. Do not edit it.
The frequency of use of each name was judged by hand (\`classes.json\` in the same folder). A name without a package is exported by \`@wgrad/autograd\` (of \`nn\` by
\`@wgrad/nn\`, of \`optim\` by \`@wgrad/optim\`, of \`utils.data\` by \`@wgrad/datasets\`, of \`distributions\` by \`@wgrad/distributions\`, of \`fft\` and \`func\` by the entry point of that name).

${summary()}

${namespaces.map(section).join("\n\n")}
`;
}
