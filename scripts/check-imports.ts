/**
 * Checks the architecture: imports, sizes of files, and where devices are named. Type-only imports
 * are allowed everywhere, because they do not exist at run time.
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
  ["dtype.ts", "half.ts", "shape.ts", "signature.ts", "kinds.ts", "errors.ts", "results.ts"],
];
const testing = "testing/";
const deviceOwners = [
  "devices/registry.ts",
  "devices/tuning/device.ts", // a WebGPU device
  "devices/wasm/device.ts", // runs the algorithms of the host on its own memory
  "node.ts",
  "ops/nn/attention/lowerings.ts",
  "ops/core/custom-lowering.ts",
];

/** Problems with the imports of these sources. */
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
      if (!inSource(file) && target.startsWith("scripts/")) continue; // shared by tests
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
 * Checks the modules that the thread of a page loads, starting at `entry`, statically or
 * dynamically. Workers are other threads, and files imported with a query (`?raw`, `?url`) are
 * data. Tensors are forbidden: a page that computes does not respond. `@wgrad/worker` is for
 * pages, and is checked too.
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
      if (specifier === "@wgrad/worker") visit("packages/worker/src/index.ts");
      else if (specifier.startsWith("@wgrad/")) {
        problems.push(`${file}: imports "${specifier}" on the page's thread; only its worker may`);
      } else if (specifier.startsWith(".")) {
        visit(posix.join(posix.dirname(file), specifier));
      }
    }
  };
  visit(entry);
  return problems;
}

/** Why `file` of the core may not import `target`; undefined if it may. */
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
/** Long lists of names, which are one concept. */
const lists = new Set(["packages/autograd/src/tensor.ts"]);
const MOST_LINES_OF_WEBGPU = 2000;

/** Source files that are too long for one concept, and the WebGPU device, which must stay small. */
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
      ([file, count]) => `${file}: ${count} lines; more than ${MOST_LINES} means two concepts`,
    ),
    ...(webgpu < MOST_LINES_OF_WEBGPU
      ? []
      : [`devices/webgpu: ${webgpu} lines; share code or delete some`]),
  ];
}

const deviceNames = new Set(["cpu", "wasm", "webgpu"]);
/** Where devices may be named; the last file has PyTorch's method `cpu()`. */
const naming = ["devices/", "testing/", "runtime/init.ts", "methods/properties.ts"];

/** Files of the core that name a device although they should work with all registered devices. */
export function checkDeviceNames(sources: Sources): string[] {
  const problems: string[] = [];
  for (const [file, text] of sources) {
    if (!file.startsWith(core)) continue;
    if (naming.some((place) => file.slice(core.length).startsWith(place))) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && deviceNames.has(node.text))
        problems.push(`${file}: names the device "${node.text}"; ask for its capabilities`);
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

/** One path for every import that closes a circle in a depth-first search. */
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
