import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { grad as derivative, init, stack, type Tensor } from "@wgrad/autograd";
import { grad, vmap } from "@wgrad/autograd/func";
import { describe, expect, inject, TestRunner, test } from "vitest";
import { collectRows, expectSame, type OpCase, type Outcome, usual } from "../ops/harness.ts";
import { make } from "../ops/inputs.ts";

/** The quick tier takes every eleventh row. */
const every = inject("tier") === "full" ? 1 : 11;
const BATCH = 3;

/**
 * What PyTorch refuses too: a tensor that is one for all is written, and what is written to it is
 * not.
 */
const written = /^\w+_\b|^in-place/;
function refusal({ name }: OpCase, dims: InDims): string | null {
  if (written.test(name) && dims[0] === null) return "to a tensor that they share";
  return name === "dropout" ? "draws random numbers inside vmap" : null;
}

/** One layout of a batch: where each operand has it, null where it has none. */
type InDims = readonly (number | null)[];

/** Every operand with its batch at each place in turn; then each operand alone. */
function layouts({ inputs }: OpCase): InDims[] {
  const most = Math.max(0, ...inputs.map(({ shape }) => shape.length));
  const all = Array.from({ length: most + 1 }, (_, d) =>
    inputs.map(({ shape }) => Math.min(d, shape.length)),
  );
  const alone = inputs.map((_, i) => inputs.map((__, j) => (i === j ? 0 : null)));
  return inputs.length > 1 ? [...all, ...alone] : all;
}

/**
 * The operands of a row: as many sets as the batch has elements, each with other values of the same
 * kind.
 */
function batchOf({ inputs }: OpCase): { sets: Tensor[][]; leaves: Tensor[] } {
  const many = inputs.flatMap((input) => Array<typeof input>(BATCH).fill(input));
  const { operands, leaves } = make(many, { device: "wasm" });
  const sets = Array.from({ length: BATCH }, (_, b) =>
    inputs.map((__, i) => operands[i * BATCH + b] as Tensor),
  );
  return { sets, leaves };
}

const none = { shapes: [], dtypes: [], gradients: [] };

const asList = (result: unknown): Tensor[] =>
  Array.isArray(result) ? (result as Tensor[]) : [result as Tensor];

async function outcomeOf(outputs: readonly Tensor[], leaves: readonly Tensor[]): Promise<Outcome> {
  const tracked = outputs.filter((output) => output.requiresGrad);
  if (tracked.length > 0) {
    tracked
      .map((output, i) => output.mul(i + 1.5).sum())
      .reduce((a, b) => a.add(b))
      .backward();
  }
  const numbers = async (x: Tensor | null): Promise<number[] | null> =>
    x === null ? null : [...(await x.data())];
  return {
    shapes: outputs.map(({ shape }) => shape),
    dtypes: outputs.map(({ dtype }) => dtype),
    values: (await Promise.all(outputs.map(numbers))) as number[][],
    gradients: await Promise.all(leaves.map(({ grad }) => numbers(grad))),
  };
}

async function mapped(row: OpCase, dims: InDims): Promise<Outcome> {
  const { sets, leaves } = batchOf(row);
  const args = row.inputs.map((_, i) => {
    const dim = dims[i] ?? null;
    const column = sets.map((set) => set[i] as Tensor);
    return dim === null ? (column[0] as Tensor) : stack(column, dim);
  });
  const run = (...operands: Tensor[]) => asList(row.op(...operands));
  return outcomeOf(asList(vmap(run, dims)(...args)), leaves);
}

async function looped(row: OpCase, dims: InDims): Promise<Outcome> {
  const { sets, leaves } = batchOf(row);
  const results = sets.map((set) =>
    asList(row.op(...set.map((x, i) => (dims[i] === null ? (sets[0]?.[i] as Tensor) : x)))),
  );
  const first = results[0] as Tensor[];
  const outputs = first.map((_, k) => stack(results.map((result) => result[k] as Tensor)));
  return outcomeOf(outputs, leaves);
}

/** One number of all results of a row. */
const total = (row: OpCase, operands: readonly Tensor[]): Tensor =>
  asList(row.op(...operands))
    .filter(({ dtype }) => dtype === "f32")
    .map((output, i) => output.mul(i + 1.5).sum())
    .reduce((a, b) => a.add(b));

/** The gradient of each element of the batch by itself, of shared operands too. */
async function gradientsMapped(row: OpCase, dims: InDims): Promise<number[][]> {
  const { sets } = batchOf(row);
  const argnums = row.inputs.flatMap(({ differentiable }, i) => (differentiable ? [i] : []));
  const args = row.inputs.map((_, i) => {
    const column = sets.map((set) => (set[i] as Tensor).detach());
    return dims[i] === null ? (column[0] as Tensor) : stack(column, dims[i] ?? 0);
  });
  const one = grad((...operands: Tensor[]) => total(row, operands), argnums);
  const found = vmap(one, dims)(...args) as Tensor[];
  return Promise.all(found.map(async (x) => [...(await x.data())]));
}

async function gradientsLooped(row: OpCase, dims: InDims): Promise<number[][]> {
  const { sets } = batchOf(row);
  const places = row.inputs.flatMap(({ differentiable }, i) => (differentiable ? [i] : []));
  const found = sets.map((set) => {
    const own = set.map((x, i) => (dims[i] === null ? (sets[0]?.[i] as Tensor) : x));
    const y = total(row, own);
    const by = places.map((i) => own[i] as Tensor);
    return derivative(y, by, { materializeGrads: true });
  });
  const stacked = places.map((_, k) => stack(found.map((of) => of[k] as Tensor)));
  return Promise.all(stacked.map(async (x) => [...(await x.data())]));
}

describe("vmap of every row of the tables is a loop over the batch", async () => {
  const folder = fileURLToPath(new URL("../ops/", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const rows = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?func`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;
  const chosen = rows.filter(({ inputs }, i) => i % every === 0 && inputs.length > 0);

  test.each(chosen)("$name", async (row) => {
    await init({ device: "wasm" });
    for (const dims of layouts(row)) {
      const words = refusal(row, dims);
      if (words !== null) {
        await expect(mapped(row, dims)).rejects.toThrow(words);
        continue;
      }
      const want = await looped(row, dims);
      expectSame(await mapped(row, dims), want, row.tolerance ?? usual);
    }
  });

  const differentiable = chosen.filter(
    (row) => row.inputs.some((input) => input.differentiable) && row.skip?.gradcheck === undefined,
  );
  test.each(differentiable)("gradients inside, one for each element: $name", async (row) => {
    await init({ device: "wasm" });
    const [together] = layouts(row);
    for (const dims of [together as InDims, ...layouts(row).filter(([first]) => first === null)]) {
      if (refusal(row, dims) !== null) continue;
      const want = await gradientsLooped(row, dims);
      const got = await gradientsMapped(row, dims);
      const outcomes = [got, want].map((values) => ({ ...none, values }));
      expectSame(outcomes[0] as Outcome, outcomes[1] as Outcome, row.tolerance ?? usual);
    }
  });
});
