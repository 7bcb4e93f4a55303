import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format } from "node:util";
import { init } from "@wgrad/autograd";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { samplesIn } from "../apps/docs/src/samples.ts";

const samplesOf = (page: string): string[] =>
  samplesIn(readFileSync(page, "utf8")).map(({ code }) => code);

/** Warnings of the runtime about a program that recomputes values or never awaits. */
const warning = /was computed a third time|none awaited/;

const root = process.cwd();
const folder = resolve(".reports/samples"); // inside the workspace, so that the packages are resolved

/** Runs a program to its end and returns its output. */
async function run(code: string, name: string): Promise<string> {
  const path = join(folder, `${name}.mts`);
  writeFileSync(path, code);
  const printed: string[] = [];
  const warned: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(format(...args)));
  vi.spyOn(console, "warn").mockImplementation((...args) => void warned.push(format(...args)));
  await import(/* @vite-ignore */ path);
  expect(warned.join("\n")).not.toMatch(warning);
  return printed.join("\n");
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  process.chdir(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => {
  process.chdir(root);
  return init();
});

const docs = readdirSync("docs", { recursive: true, encoding: "utf8" });
const packages = readdirSync("packages").map((name) => join("packages", name, "README.md"));
const pages = [
  "README.md",
  ...packages,
  ...docs.filter((name) => /^(?!api\b).*\.md$/.test(name)).map((name) => join("docs", name)),
];

describe.each(pages.filter((page) => samplesOf(page).length > 0))("%s", (page) => {
  test.each(samplesOf(page).map((code, i) => ({ i, code })))(
    "sample $i runs",
    { timeout: 60_000 },
    async ({ code, i }) => {
      await run(code, `${page.replaceAll(/\W/g, "-")}-${i}`);
    },
  );
});

const [readme] = samplesOf("README.md");

test("the README's program learns", { timeout: 60_000 }, async () => {
  const printed = await run(readme as string, "readme-learns");
  const losses = [...printed.matchAll(/^\d+ ([\d.e-]+)$/gm)].map(([, loss]) => Number(loss));
  expect(losses).toHaveLength(4);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
});
