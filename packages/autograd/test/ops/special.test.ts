import { init, special, type Tensor, tensor } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, constant, type Input, normal, uniform } from "./inputs.ts";

type OfTensors = (...operands: Tensor[]) => Tensor | readonly Tensor[];

const spread = normal([2, 5], 3);
const shapes = constant(uniform([2, 4], 0.2, 20));

const rows: Readonly<Record<string, readonly [OfTensors, readonly Input[]]>> = {
  i0: [(x) => special.i0(x as Tensor), [spread]],
  i0e: [(x) => special.i0e(x as Tensor), [awayFromZero([2, 5], 0.3, 20)]],
  i1: [(x) => special.i1(x as Tensor), [awayFromZero([2, 5])]],
  i1e: [(x) => special.i1e(x as Tensor), [awayFromZero([2, 5], 0.3, 20)]],
  erfcx: [(x) => special.erfcx(x as Tensor), [normal([2, 5], 1.5)]],
  ndtr: [(x) => special.ndtr(x as Tensor), [spread]],
  logNdtr: [(x) => special.logNdtr(x as Tensor), [spread]],
  ndtri: [(x) => special.ndtri(x as Tensor), [uniform([2, 5], 0.05, 0.95)]],
  entr: [(x) => special.entr(x as Tensor), [uniform([2, 5], 0.1, 3)]],
  xlog1py: [
    (a, b) => special.xlog1py(a as Tensor, b as Tensor),
    [normal([2, 3]), uniform([3], -0.7, 4)],
  ],
  gammainc: [
    (a, x) => special.gammainc(a as Tensor, x as Tensor),
    [shapes, uniform([2, 4], 0.3, 20)],
  ],
  gammaincc: [
    (a, x) => special.gammaincc(a as Tensor, x as Tensor),
    [shapes, uniform([2, 4], 0.3, 20)],
  ],
  zeta: [
    (s, q) => special.zeta(s as Tensor, q as Tensor),
    [constant(uniform([2, 4], 1.5, 6)), uniform([2, 4], 0.5, 9)],
  ],
};

testOps(Object.entries(rows).map(([name, [op, inputs]]): OpCase => ({ name, op, inputs })));

const between = (low: number, high: number): number[] =>
  Array.from({ length: 61 }, (_, i) => low + ((high - low) * i) / 60);
const pairs = (a: readonly number[], b: (one: number) => readonly number[]): number[][] => {
  const all = a.flatMap((one) => b(one).map((two) => [one, two]));
  return [all.map(([one]) => one as number), all.map(([, two]) => two as number)];
};

const ratios = [1e-6, 0.1, 0.5, 0.9, 0.99, 1, 1.01, 1.1, 1.3, 1.5, 3, 10];
const ofGamma = pairs([1e-5, 0.1, 1, 9.5, 10.5, 150, 250, 1e4, 1e6], (a) => [
  ...ratios.map((r) => a * r),
  0.01,
  0.5,
  1.05,
  1.2,
]);

/**
 * Where each is tried, and how far f32 may be from the cpu device in f64, in units of the value.
 */
const ranges: readonly [string, readonly (readonly number[])[], number][] = [
  ["i0", [between(-90, 90)], 1e-6],
  ["i0e", [[...between(-90, 90), 1e4, 1e30]], 1e-6],
  ["i1", [between(-90, 90)], 1e-6],
  ["i1e", [[...between(-90, 90), 1e-20]], 1e-6],
  ["erfcx", [[...between(-9, 30), 1e10, 1e30]], 1e-6],
  ["ndtr", [between(-12, 8)], 2e-5],
  ["logNdtr", [[...between(-40, 10), -1e6]], 5e-6],
  ["ndtri", [[...between(0.001, 0.999), 1e-5, 1e-10, 1e-30]], 2e-6],
  ["gammainc", ofGamma, 3e-5],
  ["gammaincc", ofGamma, 3e-5],
  ["zeta", pairs([1.01, 2, 10, 30], () => [1e-3, 1, 7.5, 8, 20, 1000]), 5e-6],
];

describe.each(["wasm", "webgpu"] as const)("over its whole range on %s", (device) => {
  beforeAll(async () => {
    await init({ device: "cpu" });
    await init({ device });
  });

  test.each(ranges)("%s", async (name, operands, tolerance) => {
    const call = special[name as "i0"] as (...given: Tensor[]) => Tensor;
    const rounded = operands.map((values) => Float32Array.from(values));
    const on = (where: "cpu" | typeof device): Promise<ArrayLike<number>> =>
      call(
        ...rounded.map((values) =>
          tensor(values, { device: where, dtype: where === "cpu" ? "f64" : "f32" }),
        ),
      ).data();
    const [got, want] = [await on(device), await on("cpu")];
    for (let i = 0; i < want.length; i++) {
      const y = want[i] as number;
      if (Math.abs(y) < 1e-36 || Math.abs(y) > 3e38) continue; // no normal number of f32
      const wrong = Math.abs((got[i] as number) - y) / Math.abs(y);
      expect(
        wrong,
        `${name}(${rounded.map((values) => values[i])}) is ${got[i]}, not ${y}`,
      ).toBeLessThan(tolerance);
    }
  });
});

test("what is at the ends is PyTorch's", async () => {
  await init({ device: "cpu" });
  const { Infinity: inf, NaN: nan } = globalThis;
  const given = async (call: (...x: Tensor[]) => Tensor, ...x: number[][]): Promise<number[]> => [
    ...(await call(...x.map((values) => tensor(values))).data()),
  ];
  for (const device of ["cpu", "wasm", "webgpu"] as const) {
    await init({ device });
    const a = [0, 0, 1, 1, inf, inf, -1, 2, nan];
    const x = [0, 1, 0, inf, 1, inf, 1, -1, 1];
    expect(await given(special.gammainc, a, x)).toEqual([nan, 1, 0, 1, 0, nan, nan, nan, nan]);
    expect(await given(special.gammaincc, a, x)).toEqual([nan, 0, 1, 0, 1, nan, nan, nan, nan]);
    expect(await given(special.zeta, [1, 0.5, 2, 2.5, 2.5], [3, 3, -2, -2, -1.5])).toEqual([
      inf,
      nan,
      inf,
      inf,
      nan,
    ]);
    expect(await given(special.ndtri, [0, 1, -0.1, 1.1])).toEqual([-inf, inf, nan, nan]);
    expect(await given(special.entr, [0, -1, nan])).toEqual([0, -inf, nan]);
    expect(await given(special.xlog1py, [0, 0], [-1, nan])).toEqual([0, nan]);
    expect(await given(special.erfcx, [-30, inf, nan])).toEqual([inf, 0, nan]);
    expect(await given(special.i1e, [inf, nan])).toEqual([0, nan]);
  }
});

test("the first operand of gammainc has no gradient", async () => {
  await init({ device: "cpu" });
  const a = tensor([1], { requiresGrad: true });
  const y = special.gammainc(a, tensor([2])).sum();
  expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(`
    [GradError: igamma: has no gradient with respect to its first operand (nor in PyTorch)
      hint: a.detach()]
  `);
});
