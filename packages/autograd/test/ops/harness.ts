import { init, memory, type Shape, type Tensor } from "@wgrad/autograd";
import { gradcheck, gradgradcheck } from "@wgrad/autograd/testing";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { type Input, type Making, make } from "./inputs.ts";

/** One operation on one set of inputs; `testOps` makes all tests of it. */
export interface OpCase {
  readonly name: string;
  readonly op: (...operands: Tensor[]) => Tensor | readonly Tensor[];
  readonly inputs: readonly Input[];
  /** How far devices may differ, in units of the value and absolutely. */
  readonly tolerance?: Tolerance;
  /** It works on any shape: empty, size-1 and odd-sized inputs are tried as well. */
  readonly anyShape?: boolean;
  /** Why this part is not tested. */
  readonly skip?: Partial<Record<"gradcheck" | "gradgradcheck" | "webgpu", string>>;
}

interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

export const usual: Tolerance = { rtol: 2e-5, atol: 2e-6 };
const full = inject("tier") === "full";

/** Values of the outputs and of the gradients of the leaves. */
export interface Outcome {
  readonly shapes: readonly Shape[];
  readonly dtypes: readonly string[];
  readonly values: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[] | null)[];
}

export async function outcome(
  item: OpCase,
  inputs: readonly Input[],
  making: Making,
): Promise<Outcome> {
  const { operands, leaves } = make(inputs, making);
  const outputs = asList(item.op(...operands));
  const tracked = outputs.filter((output) => output.requiresGrad);
  if (tracked.length > 0) {
    tracked
      .map((output, i) => output.mul(i + 1.5).sum())
      .reduce((a, b) => a.add(b))
      .backward();
  }
  const gradients = leaves.map((leaf) => leaf.grad);
  const values = await Promise.all(outputs.map(numbers));
  const slopes = await Promise.all(gradients.map((g) => (g === null ? null : numbers(g))));
  const result = {
    shapes: outputs.map((output) => output.shape),
    dtypes: outputs.map((output) => output.dtype),
    values,
    // a strided leaf is the transposed operand
    gradients: making.strided
      ? await Promise.all(gradients.map(async (g) => (g === null ? null : numbers(g.T))))
      : slopes,
  };
  for (const gradient of gradients) gradient?.dispose();
  return result;
}

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const asList = (result: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(result) ? result : [result as Tensor];

export function expectSame(got: Outcome, want: Outcome, tolerance: Tolerance): void {
  expect(got.shapes).toEqual(want.shapes);
  expect(got.dtypes).toEqual(want.dtypes);
  for (const [i, values] of want.values.entries()) {
    expect(difference(got.values[i] ?? [], values, tolerance), `output ${i}`).toBeNull();
  }
  for (const [i, values] of want.gradients.entries()) {
    const slope = got.gradients[i] ?? null;
    expect(slope === null, `gradient ${i} is there`).toBe(values === null);
    if (slope !== null && values !== null) {
      expect(difference(slope, values, tolerance), `gradient ${i}`).toBeNull();
    }
  }
}

/** The first place where two lists differ, or null. NaN is NaN. */
function difference(
  got: readonly number[],
  want: readonly number[],
  { rtol, atol }: Tolerance,
): string | null {
  if (got.length !== want.length) return `${got.length} values, not ${want.length}`;
  for (const [i, y] of want.entries()) {
    const x = got[i] as number;
    const same = x === y || (Number.isNaN(x) && Number.isNaN(y));
    if (!same && !(Math.abs(x - y) <= atol + rtol * Math.abs(y))) return `[${i}] is ${x}, not ${y}`;
  }
  return null;
}

const shapesOf: Readonly<Record<string, (shape: Shape) => Shape>> = {
  empty: (shape) => shape.map((n, d) => (d === shape.length - 1 && n !== 1 ? 0 : n)),
  "size-1": (shape) => shape.map(() => 1),
  "odd-sized": (shape) => shape.map((n) => (n === 1 ? 1 : 2 * n + 3)),
};

let collected: OpCase[] | null = null;
/** Rows so far: of three, the quick tier compiles one for WebGPU. */
let tabled = 0;

/** The rows of the tables that `load` brings in, instead of their tests. */
export async function collectRows(load: () => Promise<void>): Promise<OpCase[]> {
  const rows: OpCase[] = [];
  collected = rows;
  try {
    await load();
  } finally {
    collected = null;
  }
  return rows;
}

/**
 * Every row on both devices, in every layout, with gradients to first and second order, and without
 * a leak.
 */
export function testOps(cases: readonly OpCase[]): void {
  if (collected !== null) {
    collected.push(...cases);
    return;
  }
  beforeAll(async () => {
    await init({ device: "webgpu" });
    await init({ device: "cpu" });
  });
  describe.each(cases.map((item) => [item.name, item] as const))("%s", (_, item) => {
    const { inputs, skip = {}, tolerance = usual } = item;
    const differentiable = inputs.some((one) => one.differentiable);

    test("reads strided operands as it reads whole ones", async () => {
      const whole = await outcome(item, inputs, { device: "cpu" });
      expectSame(await outcome(item, inputs, { device: "cpu", strided: true }), whole, {
        rtol: 1e-6,
        atol: 1e-7,
      });
    });

    test("reads parts of computed tensors as it reads whole ones", async () => {
      const want = await outcome(item, inputs, { device: "cpu" });
      const got = await outcome(item, inputs, { device: "cpu", part: true });
      expectSame(got, want, { rtol: 1e-6, atol: 1e-7 });
    });

    const compiled = full || tabled++ % 3 === 0;
    test.skipIf(skip.webgpu || !compiled)(
      "gives on WebGPU what it gives on the cpu device",
      async () => {
        const want = await outcome(item, inputs, { device: "cpu" });
        const makings: Making[] = [{ device: "webgpu" }, { device: "webgpu", strided: true }];
        for (const making of full ? makings : makings.slice(1)) {
          expectSame(await outcome(item, inputs, making), want, tolerance);
        }
      },
    );

    const forGPU = full || tabled % 24 === 0;
    test.skipIf(skip.webgpu || !forGPU)("gives the same by the kernels of a GPU", async () => {
      const want = await outcome(item, inputs, { device: "cpu" });
      await init({ device: "webgpu", class: "discrete" });
      try {
        expectSame(await outcome(item, inputs, { device: "webgpu" }), want, tolerance);
      } finally {
        await init({ device: "webgpu" });
        await init({ device: "cpu" });
      }
    });

    test.runIf(item.anyShape)("takes empty, size-1 and odd-sized operands", async () => {
      for (const shaped of Object.values(shapesOf)) {
        const others = inputs.map((one) => one.withShape(shaped(one.shape)));
        const want = await outcome(item, others, { device: "cpu" });
        const device = full ? "webgpu" : "cpu";
        expectSame(await outcome(item, others, { device, strided: true }), want, tolerance);
      }
    });

    test.runIf(differentiable && !skip.gradcheck)("has the gradient of differences", async () => {
      await gradcheck(item.op, make(inputs, { device: "cpu", float: "f64" }).operands);
    });

    test.runIf(differentiable && !skip.gradgradcheck)("has the second derivative too", async () => {
      const { operands } = make(inputs, { device: "cpu", float: "f64" });
      await gradgradcheck(item.op, operands, { atol: 1e-6, rtol: 1e-5 });
    });

    const devices = full && !skip.webgpu ? (["webgpu", "cpu"] as const) : (["cpu"] as const);
    test.each(devices)("leaves nothing behind on %s", async (device) => {
      await init({ device });
      const bytes: number[] = [];
      for (let i = 0; i < 8; i++) {
        await outcome(item, inputs, { device });
        bytes.push(memory().totalBytes);
      }
      expect(bytes[7]).toBe(bytes[5]);
    });
  });
}
