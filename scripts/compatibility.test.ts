import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { countOf, namespaces, rowsOf } from "./compatibility/names.ts";

const page = readFileSync("docs/compatibility.md", "utf8");
const hint = "run `pnpm compat`";

/** The cells in one column of the table under a heading. */
const named = (part: string, column: number): Set<string | undefined> =>
  new Set(
    part
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => /`(.*)`/.exec(line.split("|")[column] as string)?.[1]),
  );
const [functions, operations] = page.split("\n## Operations\n") as [string, string];

test("docs/compatibility.md lists exactly the operations of the registry", async () => {
  const script = "packages/autograd/test/ops/registry.ts"; // in its own process, without the ops of tests
  const options = ["--conditions=@wgrad/source", "--import", "tsx", script];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const keys = JSON.parse(stdout.trim().split("\n").at(-1) as string) as [string, boolean][];
  const names = new Set(keys.map(([key]) => key.slice(0, key.lastIndexOf(" ("))));
  expect(named(operations, 1), hint).toEqual(names);
});

test("it lists every function of the reference cases", () => {
  const { cases } = JSON.parse(readFileSync("golden/ops.json", "utf8")) as {
    cases: { op: string }[];
  };
  expect(named(functions, 2), hint).toEqual(new Set(cases.map(({ op }) => op)));
});

test("it lists no failing case", () => {
  for (const [cell, passed, all] of functions.matchAll(/\| (\d+) of (\d+) /g)) {
    expect(passed, cell).toBe(all);
  }
});

describe("docs/from-pytorch.md", () => {
  const names = readFileSync("docs/from-pytorch.md", "utf8");
  const cure = "run `pnpm compat --names`";

  test("begins with the handwritten part", () => {
    expect(names, cure).toContain(readFileSync("scripts/compatibility/habits.md", "utf8"));
  });

  test("lists every name of PyTorch, and only existing counterparts", () => {
    const sections = new Map(
      names.split("\n### ").map((text) => [text.slice(0, text.indexOf("\n")), text]),
    );
    for (const namespace of namespaces) {
      const section = sections.get(namespace) ?? "";
      for (const { name, ours } of rowsOf(namespace)) {
        expect(section.includes(`\`${name}\``), `${namespace}.${name}: ${cure}`).toBe(true);
        const [, shown] = new RegExp(`^\\| \`${name}\` \\| (.*) \\|$`, "m").exec(section) ?? [];
        const isHere = shown !== undefined && !shown.startsWith("–");
        if (isHere) expect(ours, `${namespace}.${name}: ${cure}`).not.toBeNull();
      }
    }
  });

  // its samplers have other names
  const whole = namespaces.filter((name) => name !== "utils.data");
  test.each(whole)("finds nearly all common names of %s", (namespace) => {
    const [found, all] = countOf(rowsOf(namespace), "d", "c", "had");
    expect(found / Math.max(1, all)).toBeGreaterThanOrEqual(0.95);
  });
});
