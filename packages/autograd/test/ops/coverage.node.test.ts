import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { init } from "@wgrad/autograd";
import { describe, expect, TestRunner, test } from "vitest";
import { collectRows, type OpCase } from "./harness.ts";
import { nothingReached, trace } from "./trace.ts";

/** Ops that no row records, each with the reason. */
const unrecorded: Readonly<Record<string, string>> = {
  "philoxUniform (elementwise)": "draws anew at every call: test/random compares it",
  "attentionGradients (attention)":
    "only where gradients have none themselves: the rows' values and first derivatives are by it",
};

/** Differentiable ops whose gradient no row checks, each with the reason. */
const unchecked: Readonly<Record<string, string>> = {
  "cast to f16": "rounds away what differences are made of: test/half.test.ts",
  "cast to f32": "rounds away what differences are made of: test/autograd/backward.test.ts",
  "cast to f64": "the same",
};

/** The same for the rules of views and compositions. */
const uncheckedRules: Readonly<Record<string, string>> = {
  floorDivide: "refuses, as PyTorch's: test/autograd/writes.test.ts",
  heaviside: "refuses, as PyTorch's: test/ops/names.test.ts",
};

/** Ops that give fractions from fractions and have no gradient, each with the reason. */
const tapeEnds: Readonly<Record<string, string>> = {
  pivots: "the order of the rows, as numbers in the matrix's dtype",
  lu: "its factors have a rule of their own, linalg.lu",
  rowOrder: "the order of the rows",
};

/**
 * The tables are those of the test files beside this one; the copies of their tests are dropped.
 */
describe("the rows of the op tables", async () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const rows: OpCase[] = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?rows`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;

  const reached = nothingReached();
  let library: ReadonlyMap<string, boolean> = new Map();

  test("can all be recorded, with their gradients", { timeout: 60_000 }, async () => {
    await init({ device: "cpu" });
    expect(rows.length).toBeGreaterThan(200);
    for (const row of rows) {
      trace(row, "f64", reached);
      trace(row, "f32", reached);
      traceHalves(row);
    }
    library = await libraryOps();
    report();
  });

  /** half.node.test.ts computes with them. */
  function traceHalves(row: OpCase): void {
    try {
      trace(row, "f16", reached);
    } catch (error) {
      expect(String(error), row.name).toContain("does not support f16");
    }
  }

  /** What the compatibility table is made from. */
  function report(): void {
    const ops = [...library.keys()].map((key) => {
      const name = key.slice(0, key.lastIndexOf(" ("));
      const order =
        reached.second.has(name) || name in unchecked ? 2 : reached.first.has(name) ? 1 : 0;
      const { cpu, webgpu } = reached.dtypes.get(key) ?? { cpu: [], webgpu: [] };
      return { key, cpu: [...cpu], webgpu: [...webgpu], order: library.get(key) ? order : null };
    });
    mkdirSync(".reports", { recursive: true });
    writeFileSync(
      ".reports/op-coverage.json",
      JSON.stringify({ ops, second: [...reached.second] }),
    );
  }

  test("reach every op of the library, which they try for leaks", () => {
    const missing = [...library.keys()].filter((key) => !reached.recorded.has(key));
    expect(missing).toEqual(Object.keys(unrecorded));
  });

  test("check the gradient of every differentiable op, to second order", () => {
    const differentiable = [...library].flatMap(([key, has]) =>
      has ? [key.slice(0, key.indexOf(" ("))] : [],
    );
    expect(new Set(differentiable).size, "names of differentiable ops").toBe(differentiable.length);
    const missing = differentiable.filter(
      (name) => !reached.first.has(name) || !reached.second.has(name),
    );
    expect(missing).toEqual(Object.keys(unchecked));
  });

  test("check the gradients of views and compositions that have rules of their own, too", () => {
    const missing = rulesInSource().filter((name) => !reached.second.has(name));
    expect(missing).toEqual(Object.keys(uncheckedRules));
  });

  test("lose no gradient on the way", () => {
    expect([...reached.cut]).toEqual(Object.keys(tapeEnds));
  });

  test("give a reason where they leave a part out", () => {
    for (const { name, skip = {} } of rows) {
      for (const reason of Object.values(skip)) expect(reason, name).toMatch(/\w+ \w+/);
    }
  });
});

/**
 * Names on the tape that no op of the registry has: what is given to recordGradient and recordView.
 */
function rulesInSource(): string[] {
  const folder = fileURLToPath(new URL("../../src/ops", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const rule = /(?:recordGradient|placedStep)\(\s*"([^"]+)"|name: "([^"]+)",\s*apply:/g;
  const names = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(rule)])
    .map(([, first, second]) => (first ?? second) as string);
  expect(names.length).toBeGreaterThan(10);
  return [...new Set(names)];
}

/** Keys of the library's ops, and whether each has a gradient. */
async function libraryOps(): Promise<ReadonlyMap<string, boolean>> {
  const script = fileURLToPath(new URL("./registry.ts", import.meta.url));
  const options = ["--conditions=@wgrad/source", "--import", "tsx", script];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return new Map(JSON.parse(stdout.trim().split("\n").at(-1) as string));
}
