/**
 * Tests the example plugin with the packages as they are published: packed, installed, compiled,
 * and run by Node alone.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, inject, test } from "vitest";

const example = "examples/plugin";
const packages = ["autograd", "nn", "optim"];
const folder = mkdtempSync(join(tmpdir(), "wgrad-plugin-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: "", TURBO_TELEMETRY_DISABLED: "1" };
  const shell = process.platform === "win32";
  try {
    return (await promisify(execFile)(command, args, { cwd, env, shell })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    if (stdout.startsWith("TAP")) return stdout;
    throw new Error(`$ ${command} ${args.join(" ")}\n${stdout}${stderr}`);
  }
}

/** Links a third-party package of this workspace into the example's node_modules. */
function link(name: string, from: string): void {
  const require = createRequire(resolve(from, "package.json"));
  let root = dirname(require.resolve(name.startsWith("@types/") ? `${name}/package.json` : name));
  while (!root.endsWith(join("node_modules", name))) root = dirname(root);
  const target = join(folder, "node_modules", name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(root, target, "junction");
}

async function installed(): Promise<void> {
  const filters = packages.map((name) => `--filter=@wgrad/${name}`);
  await run(
    "pnpm",
    ["exec", "turbo", "run", "build", "--output-logs=errors-only", ...filters],
    ".",
  );
  const packing = packages.map((name) =>
    run("pnpm", ["pack", "--pack-destination", folder], `packages/${name}`),
  );
  await Promise.all(packing);
  cpSync(example, folder, { recursive: true, filter: (path) => !/node_modules|dist/.test(path) });
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(packages.length);
  const quiet = ["--offline", "--no-audit", "--no-fund", "--no-package-lock", "--no-save"];
  await run("npm", ["install", ...quiet, ...tarballs.map((name) => `./${name}`)], folder);
  for (const name of ["webgpu", "@sparticuz/chromium"]) link(name, "packages/autograd");
  link("@types/node", ".");
}

async function results(): Promise<{ name: string; passed: boolean; report: string }[]> {
  await installed();
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  await run(process.execPath, [compiler, "--project", "tsconfig.json"], folder);
  const report = await run(
    process.execPath,
    ["--test-reporter=tap", "dist/test/plugin.test.js"],
    folder,
  );
  const tests = [...report.matchAll(/^(not )?ok \d+ - (.*)$/gm)];
  const [, planned] = /^1\.\.(\d+)$/m.exec(report) ?? [];
  if (tests.length === 0 || tests.length !== Number(planned)) throw new Error(report);
  return tests.map(([, not, name]) => ({
    name: name as string,
    passed: not === undefined,
    report,
  }));
}

test.each(await results())("$name", ({ passed, report }) => {
  if (!passed) throw new Error(report);
});

describe("the README's program compiles", () => {
  const [, program = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
  // with the standard libraries of the target only, without types of WebGPU or Node
  const [slow, fast] = ["typescript-5", "typescript-7"];
  const targets = inject("tier") === "full" ? ["es2022", "esnext"] : ["es2022"];
  test.each([
    ...targets.map((target) => [slow, target] as const),
    [fast, "es2022"],
    [fast, "esnext"],
  ] as const)("by %s for %s", async (compiler, target) => {
    const root = dirname(createRequire(import.meta.url).resolve(`${compiler}/package.json`));
    const config = `tsconfig.${compiler}.${target}.json`;
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      module: "nodenext",
      target,
      types: [],
    };
    writeFileSync(join(folder, "readme.mts"), program);
    writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files: ["readme.mts"] }));
    await run(process.execPath, [join(root, "bin/tsc"), "--project", config], folder);
  });
});

/** The files of the example that a page shows completely, by path. */
function shown(page: string): Map<string, string> {
  const blocks = readFileSync(page, "utf8").matchAll(
    /```(?:ts|json) title="(.*?)"\n([\s\S]*?)```/g,
  );
  return new Map([...blocks].map(([, path, code]) => [path as string, code as string]));
}

test("docs/write-your-own.md shows all of the code that ran", () => {
  const pages = shown("docs/write-your-own.md");
  const files = [
    "package.json",
    ...["src", "test"].flatMap((part) =>
      readdirSync(join(example, part)).map((name) => `${part}/${name}`),
    ),
  ];
  expect([...pages.keys()].sort()).toEqual(files.sort());
  for (const [path, code] of pages)
    expect(code, path).toBe(readFileSync(join(example, path), "utf8"));
});
