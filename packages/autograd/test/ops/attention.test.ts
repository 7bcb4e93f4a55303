import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import * as w from "../../src/index.ts";
import { counters, initFresh, openGPUDevice } from "../../src/testing/index.ts";
import { type OpCase, testOps } from "./harness.ts";
import { constant, type Input, normal, truth, uniform } from "./inputs.ts";

type Tensor = w.Tensor;
const full = inject("tier") === "full";

const attend =
  (options: w.AttentionOptions = {}) =>
  (q: Tensor, k: Tensor, v: Tensor, attnMask?: Tensor): Tensor =>
    w.scaledDotProductAttention(q, k, v, { ...options, ...(attnMask && { attnMask }) });

/**
 * q, k and v as the parts of one projection [B, T, 3 · heads · E], in the two orders that are in
 * use.
 */
const joint = (layout: "narrow" | "unbind", heads: number) => (x: Tensor) => {
  const [b, t, c] = x.shape as [number, number, number];
  const split = (part: Tensor): Tensor => part.reshape([b, t, heads, -1]).transpose(1, 2);
  const [q, k, v] =
    layout === "narrow"
      ? x.chunk(3, -1).map(split)
      : x
          .reshape([b, t, 3, heads, c / 3 / heads])
          .permute(2, 0, 3, 1, 4)
          .unbind(0);
  const mixed = w.scaledDotProductAttention(q as Tensor, k as Tensor, v as Tensor, {
    isCausal: true,
  });
  return mixed.transpose(1, 2).reshape([b, t, c / 3]);
};

const qkv = (l: number, s: number, e: number, ev: number, batch: number[] = [2]): Input[] => [
  normal([...batch, l, e]),
  normal([...batch, s, e]),
  normal([...batch, s, ev]),
];

const rows: Record<string, [op: (...operands: Tensor[]) => Tensor, inputs: readonly Input[]]> = {
  "of one plane": [attend(), qkv(3, 4, 2, 5, [])],
  "of more keys than queries, causal": [attend({ isCausal: true }), qkv(5, 11, 3, 2)],
  "of fewer keys than queries, causal": [attend({ isCausal: true }), qkv(19, 6, 3, 2)],
  "of one query": [attend({ scale: 0.7 }), qkv(1, 9, 4, 3, [2, 2])],
  "under a mask of truths": [
    attend(),
    [...qkv(9, 10, 3, 3, [2, 2]), constant(truth([2, 1, 9, 10]))],
  ],
  "under a padding mask of numbers": [
    attend(),
    [...qkv(4, 17, 3, 3, [2, 2]), constant(uniform([2, 1, 1, 17], -3, 2))],
  ],
  "under a mask that learns": [attend(), [...qkv(4, 5, 3, 3), normal([4, 5])]],
  "of keys shared by all batches": [
    attend(),
    [normal([2, 3, 5, 2]), normal([7, 2]), normal([1, 7, 3])],
  ],
  "of keys that two dimensions share in part": [
    attend(),
    [normal([2, 3, 5, 2]), normal([2, 1, 7, 2]), normal([1, 3, 7, 2])],
  ],
  "of queries shared by all batches": [
    attend(),
    [normal([4, 2]), normal([3, 5, 2]), normal([3, 5, 2])],
  ],
  "of heads in groups under a mask a head": [
    (q, k, v, attnMask) =>
      w.scaledDotProductAttention(q, k, v, { attnMask: attnMask as Tensor, enableGqa: true }),
    [normal([2, 6, 5, 3]), normal([2, 2, 9, 3]), normal([2, 2, 9, 4]), constant(truth([6, 5, 9]))],
  ],
  "of a sequence with itself": [(x) => w.scaledDotProductAttention(x, x, x), [normal([2, 6, 3])]],
  "of parts of one projection": [joint("narrow", 2), [normal([2, 5, 18])]],
  "of parts of one projection that lie by turns": [joint("unbind", 3), [normal([2, 5, 18])]],
};

testOps(
  Object.entries(rows).map(
    ([name, [op, inputs]]): OpCase => ({ name: `attention ${name}`, op, inputs }),
  ),
);

/** The same by its formula, with all weights in memory. */
function formula(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor | null): Tensor {
  const scores = q.matmul(k.transpose(-2, -1)).div(Math.sqrt(q.shape.at(-1) as number));
  const seen = hidden === null ? scores : w.where(hidden, Number.NEGATIVE_INFINITY, scores);
  return w.softmax(seen, -1).matmul(v);
}

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** Value and gradients of x ↦ Σ f(x) · g, with what the second step cost. */
async function stepOf(f: (x: Tensor) => Tensor, shape: number[]) {
  w.manualSeed(7);
  const x = w.randn(shape).requiresGrad_();
  const runs: number[][] = [];
  let before = counters();
  for (let i = 0; i < 2; i++) {
    before = counters();
    const loss = f(x).square().sum();
    loss.backward();
    runs.push([await loss.item(), ...(await values(x.grad as Tensor))]);
    x.grad = null;
  }
  const { dispatches, peakBytes } = counters();
  return { values: runs[1] as number[], dispatches: dispatches - before.dispatches, peakBytes };
}

describe.each(["cpu", "webgpu"] as const)("attention on %s", (device) => {
  beforeAll(async () => {
    await w.init({ device });
  });

  test("is its formula, in value and gradients, for lengths that divide by nothing", async () => {
    w.manualSeed(1);
    const [q, k, v] = [w.randn([2, 2, 37, 5]), w.randn([2, 2, 37, 5]), w.randn([2, 2, 37, 3])].map(
      (x) => x.requiresGrad_(),
    ) as [Tensor, Tensor, Tensor];
    const g = w.randn([2, 2, 37, 3]);
    const later = w.triu(w.ones([37, 37]), 1).gt(0);
    const results = [
      w.scaledDotProductAttention(q, k, v, { isCausal: true }),
      formula(q, k, v, later),
    ];
    const [got, want] = await Promise.all(
      results.map(async (y) => {
        const slopes = w.grad(y.mul(g).sum(), [q, k, v], { retainGraph: true });
        return (await Promise.all([y, ...slopes].map(values))).flat();
      }),
    );
    for (const [i, x] of (want as number[]).entries())
      expect(Math.abs((got?.[i] as number) - x)).toBeLessThan(2e-6 + 2e-5 * Math.abs(x));
  });

  test("a query that may see nothing gives 0, and leaves nothing on what it may not see", async () => {
    const [q, k, v] = [w.randn([2, 9, 4]), w.randn([2, 9, 4]), w.randn([2, 9, 4])].map((x) =>
      x.requiresGrad_(),
    ) as [Tensor, Tensor, Tensor];
    const mask = w.zeros([9, 9], { dtype: "bool" });
    const numbers = w.full([9, 9], Number.NEGATIVE_INFINITY);
    for (const attnMask of [mask, numbers]) {
      const y = w.scaledDotProductAttention(q, k, v, { attnMask });
      const all = [y, ...w.grad(y.sum(), [q, k, v])];
      for (const one of all)
        expect(new Set((await values(one)).map(Math.abs))).toEqual(new Set([0]));
    }
  });

  test("a score that is no number makes its query's row one of NaN, and no other", async () => {
    const q = w.randn([3, 4]);
    const bad = w.cat([q.narrow(0, 0, 1), w.full([1, 4], Number.NaN), q.narrow(0, 2, 1)]);
    const y = await w.scaledDotProductAttention(bad, q, q).tolist();
    expect((y as number[][]).map((row) => row.every(Number.isNaN))).toEqual([false, true, false]);
  });

  test("scores of thousands do not overflow", async () => {
    const q = w.full([1, 2], 3000);
    const k = w
      .tensor([
        [1, 1],
        [1, 1.001],
        [-1, -1],
      ])
      .mul(1000);
    const y = await values(w.scaledDotProductAttention(q, k, w.tensor([[1], [2], [3]])));
    expect(y).toEqual([2]);
  });
});

describe("attention by tiles of a workgroup", () => {
  afterAll(() => w.init({ device: "cpu" }));
  interface Case {
    readonly shapes: readonly [q: number[], k: number[], v: number[]];
    readonly options?: w.AttentionOptions;
    readonly mask?: () => Tensor;
  }
  const [b, h] = [2, 2];
  const cases: Record<string, Case> = {
    "narrow heads, causal": {
      shapes: [
        [b, h, 21, 8],
        [b, h, 21, 8],
        [b, h, 21, 8],
      ],
      options: { isCausal: true },
    },
    "heads in groups, of a width that divides by nothing": {
      shapes: [
        [1, 4, 9, 33],
        [1, 2, 70, 33],
        [1, 2, 70, 5],
      ],
      options: { enableGqa: true },
      mask: () => w.randn([9, 70]).gt(-1),
    },
    "wide heads and a bias": {
      shapes: [
        [1, 1, 70, 128],
        [1, 1, 18, 128],
        [1, 1, 18, 128],
      ],
      mask: () => w.randn([1, 1, 70, 18]),
    },
    "heads of 64, causal, more queries than keys": {
      shapes: [
        [1, 2, 40, 64],
        [1, 2, 35, 64],
        [1, 2, 35, 48],
      ],
      options: { isCausal: true, scale: 0.1 },
    },
    "heads too wide for tiles": {
      shapes: [
        [1, 5, 200],
        [1, 6, 200],
        [1, 6, 200],
      ],
    },
  };

  /** Value and gradients. */
  const run = async ({ shapes, options = {}, mask }: Case): Promise<number[][]> => {
    w.manualSeed(3);
    const operands = shapes.map((shape) => w.randn(shape).requiresGrad_());
    const y = attend(options)(...(operands as [Tensor, Tensor, Tensor]), mask?.());
    const g = w.randn(y.shape);
    return Promise.all([y, ...w.grad(y.mul(g).sum(), operands)].map(values));
  };

  const tried = Object.entries(cases).slice(0, full ? undefined : 1);
  test.each(tried)("is that of the cpu device, in the same bits: %s", async (_, one) => {
    await w.init({ device: "cpu" });
    const want = await run(one);
    await w.init({ device: "webgpu", class: "discrete" });
    const got = await run(one);
    for (const [n, numbers] of want.entries()) {
      for (const [i, y] of numbers.entries()) {
        const x = got[n]?.[i] as number;
        if (!(Math.abs(x - y) <= 5e-6 + 3e-5 * Math.abs(y)))
          expect.fail(`${n === 0 ? "value" : `gradient ${n}`}[${i}] is ${x}, not ${y}`);
      }
    }
    expect(await run(one)).toEqual(got);
  });

  test.runIf(full)("needs no feature and no more than the least limits", async () => {
    const one = cases["heads of 64, causal, more queries than keys"] as Case;
    await w.init({ device: "webgpu", class: "discrete" });
    const want = await run(one);
    const device = await openGPUDevice("least");
    await w.init({ device, class: "discrete" });
    expect(await run(one)).toEqual(want);
    device.destroy();
  });
});

describe("attention in memory", () => {
  beforeAll(() => initFresh({ device: "webgpu" }));

  test("takes one dispatch, its gradients two, and copies no part of a joint projection", async () => {
    for (const layout of ["narrow", "unbind"] as const) {
      const attended = await stepOf(joint(layout, 2), [2, 12, 24]);
      // beside those one for the loss and its gradient
      expect(attended.dispatches, layout).toBe(3 + 1);
    }
  });

  test("temporaries grow with the length, not with its square", async () => {
    const peak = async (length: number): Promise<number> =>
      (await stepOf(joint("unbind", 2), [1, length, 24])).peakBytes;
    const [short, long] = [await peak(64), await peak(256)];
    expect(long).toBeLessThan(4.1 * short);
    expect(long).toBeLessThan(4 * 256 * 256);
  });

  test("gives the same bits every time", async () => {
    const first = await stepOf(joint("unbind", 2), [2, 37, 24]);
    for (let i = 0; i < 10; i++)
      expect((await stepOf(joint("unbind", 2), [2, 37, 24])).values).toEqual(first.values);
  });
});

describe("attention refuses", () => {
  beforeAll(() => w.init({ device: "cpu" }));
  const x = () => w.zeros([2, 3, 4]);

  test("masks and heads that do not fit", () => {
    expect(() =>
      w.scaledDotProductAttention(x(), x(), x(), { attnMask: w.zeros([2, 3]) }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scaledDotProductAttention: the mask does not broadcast to [..., 3, 3]
        attnMask: [2, 3]
        query: [2, 3, 4]
        key: [2, 3, 4]]
    `);
    expect(() =>
      w.scaledDotProductAttention(x(), w.zeros([3, 3, 4]), x()),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scaledDotProductAttention: sizes 2 and 3 do not broadcast at dimension -1
        a: [2]
        b: [3]
        hint: dimensions must be equal, or one of them 1]
    `);
    expect(() =>
      w.scaledDotProductAttention(w.zeros([3, 3, 4]), x(), x(), { enableGqa: true }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scaledDotProductAttention: 3 query heads cannot be split evenly among 2 key heads
        query: [3, 3, 4]
        key or value: [2, 3, 4]]
    `);
  });
});
