import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { countOf, namespaces, rowsOf } from "./compatibility/names.ts";

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

describe("docs/from-pytorch.md", () => {
  const names = readFileSync("docs/from-pytorch.md", "utf8");
  const cure = "run `pnpm compat --names`";

  test("begins with what is written by hand", () => {
    expect(names, cure).toContain(readFileSync("scripts/compatibility/habits.md", "utf8"));
  });

  test("has every name of PyTorch's, and says of none that is gone where it is", () => {
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

  // its samplers go by other names
  const whole = namespaces.filter((name) => name !== "utils.data");
  test.each(whole)("finds nearly all that ordinary code takes from %s", (namespace) => {
    const [found, all] = countOf(rowsOf(namespace), "d", "c", "had");
    expect(found / Math.max(1, all)).toBeGreaterThanOrEqual(0.95);
  });
});
