/** The parts of the API reference. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.ts";

/** A page of the reference: an entry point, or a family of what one exports. */
export interface Part {
  /** "@wgrad/nn"; of a family "@wgrad/autograd/families/math", which is no path to import. */
  readonly name: string;
  readonly title: string;
  readonly file: string;
}

/** The packages in the order in which they are learned. */
export const packages = [
  "autograd",
  "nn",
  "optim",
  "datasets",
  "metrics",
  "train",
  "worker",
  "models",
  "classic",
  "distributions",
  "distributed",
] as const;

/** What is exported in families is documented by family: one page of it all would be a book. */
const families: Readonly<Record<string, string>> = {
  creation: "Making tensors",
  math: "Mathematics",
  shape: "Shapes and indices",
  linalg: "Linear algebra",
  nn: "Operations of networks",
  special: "Special functions",
  inplace: "In-place functions",
};

export function parts(): Part[] {
  return packages.flatMap((name) => {
    const folder = join(root, "packages", name);
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      exports: Record<string, { "@wgrad/source": string }>;
    };
    const entries = Object.entries(exports).map(([path, { "@wgrad/source": file }]) => {
      const entry = `@wgrad/${join(name, path)}`;
      return { name: entry, title: entry, file: join(folder, file) };
    });
    if (name !== "autograd") return entries;
    const ofFamilies = Object.entries(families).map(([family, title]) => ({
      name: `@wgrad/autograd/families/${family}`,
      title,
      file: join(folder, "src/public", `${family}.ts`),
    }));
    // a name belongs to the first page that has it
    return [...ofFamilies, ...entries];
  });
}
