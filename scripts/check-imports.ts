/**
 * Checks the architecture: imports, sizes of files, and where devices are named. Type-only imports
 * are free: nothing is left of them at run time.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";

/** Path inside the repository → text. */
export type Sources = ReadonlyMap<string, string>;
/** Public names of the workspace's packages: "@wgrad/autograd", "@wgrad/autograd/plugin", … */
export type PublicNames = ReadonlySet<string>;

interface Import {
  specifier: string;
  typeOnly: boolean;
}

const core = "packages/autograd/src/";
/** Each line may import itself and the lines below it. */
const arrow: readonly (readonly string[])[] = [
  ["index.ts", "plugin.ts", "node.ts", "safetensors.ts", "saving.ts", "fft.ts", "func.ts"],
  ["public/"],
  ["saving/"],
  ["tensor.ts"],
  ["methods/"],
  ["autograd/"],
  ["ops/linalg/", "ops/fft/"],
  ["ops/nn/"],
  ["ops/core/", "ops/math/", "ops/shape/", "ops/indexing/"],
  ["tape/"],
  ["inspect/"],
  ["runtime/"],
  ["compile/"],
  ["devices/"],
  ["lower/"],
  ["graph/"],
  ["kernel/"],
  ["random/"],
  ["safetensors/"],
  ["dtype.ts", "half.ts", "shape.ts", "signature.ts", "errors.ts", "results.ts"],
];
const testing = "testing/";
const deviceOwners = [
  "devices/registry.ts",
  "devices/tuning/device.ts", // a WebGPU device
  "devices/wasm/device.ts", // runs the host's algorithms on its own memory
  "node.ts",
  "ops/nn/attention/lowerings.ts",
  "ops/core/custom-lowering.ts",
];

export function checkImports(sources: Sources, publicNames: PublicNames): string[] {
  const problems: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const targets: string[] = [];
    for (const { specifier, typeOnly } of importsOf(file, text)) {
      if (!specifier.startsWith(".")) {
        const ours = specifier.startsWith("@wgrad/");
        if (ours && specifier.split("/", 2).join("/") === `@wgrad/${file.split("/")[1]}`) {
          if (inSource(file)) problems.push(`${file}: imports its own package as "${specifier}"`);
        } else if (ours && !publicNames.has(specifier)) {
          problems.push(`${file}: "${specifier}" is not a public name`);
        }
        continue;
      }
      const target = posix.join(posix.dirname(file), specifier);
      if (!inSource(file) && target.startsWith("scripts/")) continue; // what tests share
      if (packageOf(target) !== packageOf(file)) {
        problems.push(`${file}: reaches into ${target}; use the package's public name`);
      } else if (inSource(file) && isIndex(target)) {
        problems.push(`${file}: imports index.ts; import the file that has the name`);
      } else if (!typeOnly && inSource(file)) {
        targets.push(target);
        const against = file.startsWith(core) && againstArrow(file, target);
        if (against) problems.push(`${file}: imports ${target}: ${against}`);
      }
    }
    edges.set(file, targets);
  }
  return [...problems, ...circles(edges).map((files) => `circle: ${files.join(" → ")}`)];
}

/**
 * What a page's own thread loads, from `entry` on, statically or late, by files of the repository;
 * a worker is another thread, and a file imported with a query (`?raw`, `?url`) is data. No tensor
 * may be there: a page that computes stops answering.
 */
export function checkPageThread(sources: Sources, entry: string): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const text = sources.get(file);
    if (seen.has(file) || text === undefined) return;
    seen.add(file);
    for (const { specifier, typeOnly } of importsOf(file, text)) {
      if (typeOnly || specifier.includes("?")) continue;
      if (specifier.startsWith("@wgrad/")) {
        problems.push(`${file}: imports "${specifier}" on the page's thread; that is the worker's`);
      } else if (specifier.startsWith(".")) {
        visit(posix.join(posix.dirname(file), specifier));
      }
    }
  };
  visit(entry);
  return problems;
}

/** Why `file` of the core may not import `target`, or undefined. */
function againstArrow(file: string, target: string): string | undefined {
  const from = file.slice(core.length);
  const to = target.slice(core.length);
  if (from.startsWith(testing)) return undefined;
  if (to.startsWith(testing)) return "nothing imports testing/";
  const [line, targetLine] = [lineOf(from), lineOf(to)];
  if (line < 0) return `${from} has no line in the arrow (scripts/check-imports.ts)`;
  if (targetLine < 0) return `${to} has no line in the arrow (scripts/check-imports.ts)`;
  if (targetLine < line)
    return `against the arrow, ${arrow[targetLine]?.join(" ")} is above ${arrow[line]?.join(" ")}`;
  const device = /^devices\/(cpu|wasm|webgpu)\//.exec(to)?.[0];
  if (device && !from.startsWith(device) && !deviceOwners.includes(from)) {
    return `only ${deviceOwners.join(", ")} import ${device}`;
  }
  return undefined;
}

function lineOf(path: string): number {
  return arrow.findIndex((names) =>
    names.some((name) => (name.endsWith("/") ? path.startsWith(name) : path === name)),
  );
}

const MOST_LINES = 400;
/** Lists of names, which are long and have one concept. */
const lists = new Set(["packages/autograd/src/tensor.ts"]);
const MOST_LINES_OF_WEBGPU = 2000;

/** Source files that are too long for one concept, and the one device that must stay small. */
export function checkSizes(sources: Sources): string[] {
  const lines = [...sources].flatMap(([file, text]): (readonly [string, number])[] =>
    file.includes("/test/") ? [] : [[file, text.split("\n").length - 1]],
  );
  const long = lines.filter(
    ([file, count]) => count > MOST_LINES && !isIndex(file) && !lists.has(file),
  );
  const webgpu = lines
    .filter(([file]) => file.startsWith(`${core}devices/webgpu/`))
    .reduce((sum, [, count]) => sum + count, 0);
  return [
    ...long.map(
      ([file, count]) => `${file}: ${count} lines; past ${MOST_LINES} it has two concepts`,
    ),
    ...(webgpu < MOST_LINES_OF_WEBGPU ? [] : [`devices/webgpu: ${webgpu} lines; share or delete`]),
  ];
}

const deviceNames = new Set(["cpu", "wasm", "webgpu"]);
/** Where devices may be named: the last has PyTorch's method `cpu()`. */
const naming = ["devices/", "testing/", "runtime/init.ts", "methods/properties.ts"];

/** Files of the core that name a device, though others than the registry's should work too. */
export function checkDeviceNames(sources: Sources): string[] {
  const problems: string[] = [];
  for (const [file, text] of sources) {
    if (!file.startsWith(core)) continue;
    if (naming.some((place) => file.slice(core.length).startsWith(place))) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && deviceNames.has(node.text))
        problems.push(`${file}: names the device "${node.text}"; ask it for what it can do`);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  }
  return problems;
}

/** Every import, export-from and `import("…")` of a module. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ specifier: node.moduleSpecifier.text, typeOnly });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) found.push({ specifier: name.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** One path for every import that closes a circle in a depth-first walk. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || finished.has(file)) return;
    path.push(file);
    for (const target of edges.get(file) ?? []) visit(target);
    path.pop();
    finished.add(file);
  };
  for (const file of edges.keys()) visit(file);
  return found;
}

const packageOf = (path: string): string => path.split("/", 2).join("/");
const inSource = (path: string): boolean => path.split("/")[2] === "src";
const isIndex = (path: string): boolean => path.split("/").slice(2).join("/") === "src/index.ts";

function main(): void {
  const sources = new Map<string, string>();
  const publicNames = new Set<string>();
  for (const folder of [...folders("packages"), ...folders("apps")]) {
    for (const part of ["src", "test", "web"]) {
      for (const file of typeScript(`${folder}/${part}`)) {
        sources.set(file, readFileSync(file, "utf8"));
      }
    }
    const { name, exports = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    for (const entry of Object.keys(exports)) publicNames.add(posix.join(name, entry));
  }
  const problems = [
    ...checkImports(sources, publicNames),
    ...checkPageThread(sources, "apps/demos/web/main.ts"),
    ...checkSizes(sources),
    ...checkDeviceNames(sources),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${sources.size} files: imports follow the arrow, no circles, none too long`);
}

const folders = (parent: string): string[] =>
  readdirSync(parent).map((name) => `${parent}/${name}`);

function typeScript(folder: string): string[] {
  const names = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
    : [];
  return names
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
