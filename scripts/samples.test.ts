import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** Programs in a page: its ts blocks that import something. The others are fragments. */
function samplesIn(page: string): string[] {
  const blocks = readFileSync(page, "utf8").matchAll(/```ts\n([\s\S]*?)```/g);
  return [...blocks].map(([, code]) => code as string).filter((code) => code.includes("import "));
}

/** What the runtime says of a program that computes values again, or never waits. */
const warning = /was computed a third time|none awaited/;

async function run(code: string, name: string): Promise<string> {
  const folder = ".reports/samples"; // inside the workspace, where the packages are found
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.mts`), code);
  const command = ["--conditions=@wgrad/source", "--import", "tsx", `${name}.mts`];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: folder });
  expect(stderr).not.toMatch(warning);
  return stdout;
}

const docs = readdirSync("docs", { recursive: true, encoding: "utf8" });
const packages = readdirSync("packages").map((name) => join("packages", name, "README.md"));
const pages = [
  "README.md",
  ...packages,
  ...docs.filter((name) => name.endsWith(".md")).map((name) => join("docs", name)),
];

describe.each(pages.filter((page) => samplesIn(page).length > 0))("%s", (page) => {
  test.each(samplesIn(page).map((code, i) => ({ i, code })))(
    "sample $i runs",
    { timeout: 60_000 },
    async ({ code, i }) => {
      await run(code, `${page.replaceAll(/\W/g, "-")}-${i}`);
    },
  );
});

test("the README's program learns", { timeout: 60_000 }, async () => {
  const [program] = samplesIn("README.md");
  const losses = [
    ...(await run(program as string, "readme-learns")).matchAll(/^\d+ ([\d.e-]+)$/gm),
  ];
  const numbers = losses.map(([, loss]) => Number(loss));
  expect(numbers).toHaveLength(4);
  expect(numbers.at(-1)).toBeLessThan(numbers[0] as number);
});
