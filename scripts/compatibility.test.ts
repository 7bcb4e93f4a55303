import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const page = readFileSync("docs/compatibility.md", "utf8");
const hint = "run `pnpm compat`";

/** The first cells of the table under a heading. */
const named = (part: string, column: number): Set<string | undefined> =>
  new Set(
    part
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => /`(.*)`/.exec(line.split("|")[column] as string)?.[1]),
  );
const [functions, operations] = page.split("\n## Operations\n") as [string, string];

test("docs/compatibility.md names every operation of the registry, and no other", async () => {
  const script = "packages/autograd/test/ops/registry.ts"; // in a process of its own: no test's ops
  const options = ["--conditions=@wgrad/source", "--import", "tsx", script];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const keys = JSON.parse(stdout.trim().split("\n").at(-1) as string) as [string, boolean][];
  const names = new Set(keys.map(([key]) => key.slice(0, key.lastIndexOf(" ("))));
  expect(named(operations, 1), hint).toEqual(names);
});

test("it names every function of the reference cases", () => {
  const { cases } = JSON.parse(readFileSync("golden/ops.json", "utf8")) as {
    cases: { op: string }[];
  };
  expect(named(functions, 2), hint).toEqual(new Set(cases.map(({ op }) => op)));
});

test("it shows no case that fails", () => {
  for (const [cell, passed, all] of functions.matchAll(/\| (\d+) of (\d+) /g)) {
    expect(passed, cell).toBe(all);
  }
});
