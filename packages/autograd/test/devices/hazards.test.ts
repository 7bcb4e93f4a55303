import * as w from "@wgrad/autograd";
import { init, LimitError, type Tensor, tensor } from "@wgrad/autograd";
import { defineKernel, elementwise, unary } from "@wgrad/autograd/plugin";
import { initFresh } from "@wgrad/autograd/testing";
import { beforeAll, beforeEach, describe, expect, inject, test } from "vitest";

/**
 * What WGSL and adapters do to numbers, sizes and bindings, through the public API, fused and not.
 */
const full = inject("tier") === "full";
const fusions = full ? (["on", "off"] as const) : (["on"] as const);

beforeAll(() => init({ device: "cpu" }));

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(fusions)("with fusion %s", (fusion) => {
  beforeEach(() => init({ device: "webgpu", fusion }));

  /** NaN, Inf, −Inf, 0, −0, and numbers that overflow exp, tanh and squares. */
  const odd = [
    Number.NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1,
    -1,
    89.5,
    -89.5,
    1e30,
    -1e30,
    1e-8,
    -1e-8,
  ];

  type OfOne = (x: Tensor) => Tensor;

  /** What PyTorch gives for NaN, Inf, −Inf; then 0, −0, 1, −1 where it matters. */
  const pinned: Readonly<Record<string, readonly [OfOne, readonly number[]]>> = {
    "x ≠ x finds NaN": [(x) => x.ne(x), [1, 0, 0, 0, 0, 0, 0]],
    isnan: [w.isnan, [1, 0, 0, 0, 0, 0, 0]],
    isinf: [w.isinf, [0, 1, 1, 0, 0, 0, 0]],
    isfinite: [w.isfinite, [0, 0, 0, 1, 1, 1, 1]],
    relu: [w.relu, [Number.NaN, Infinity, 0, 0, 0, 1, 0]],
    abs: [w.abs, [Number.NaN, Infinity, Infinity, 0, 0, 1, 1]],
    clamp: [(x) => x.clamp(-0.5, 0.5), [Number.NaN, 0.5, -0.5, 0, 0, 0.5, -0.5]],
    "clamp from below": [(x) => x.clamp(0.5), [Number.NaN, Infinity, 0.5, 0.5, 0.5, 1, 0.5]],
    maximum: [(x) => x.maximum(0.5), [Number.NaN, Infinity, 0.5, 0.5, 0.5, 1, 0.5]],
    "minimum the other way round": [
      (x) => w.minimum(tensor(0.5), x),
      [Number.NaN, 0.5, -Infinity, 0, 0, 0.5, -1],
    ],
    "maximum with NaN": [(x) => x.maximum(Number.NaN), Array(7).fill(Number.NaN)],
    exp: [w.exp, [Number.NaN, Infinity, 0, 1, 1, Math.E, 1 / Math.E]],
    log: [w.log, [Number.NaN, Infinity, Number.NaN, -Infinity, -Infinity, 0, Number.NaN]],
    log1p: [w.log1p, [Number.NaN, Infinity, Number.NaN, 0, 0, Math.LN2, -Infinity]],
    expm1: [w.expm1, [Number.NaN, Infinity, -1, 0, 0, Math.E - 1, 1 / Math.E - 1]],
    sqrt: [w.sqrt, [Number.NaN, Infinity, Number.NaN, 0, 0, 1, Number.NaN]],
    rsqrt: [w.rsqrt, [Number.NaN, 0, Number.NaN, Infinity, -Infinity, 1, Number.NaN]],
    reciprocal: [w.reciprocal, [Number.NaN, 0, 0, Infinity, -Infinity, 1, -1]],
    tanh: [w.tanh, [Number.NaN, 1, -1, 0, 0, Math.tanh(1), -Math.tanh(1)]],
    sigmoid: [w.sigmoid, [Number.NaN, 1, 0, 0.5, 0.5, 0.731058578, 0.268941421]],
    sin: [w.sin, [Number.NaN, Number.NaN, Number.NaN, 0, 0, Math.sin(1), -Math.sin(1)]],
    atan: [w.atan, [Number.NaN, Math.PI / 2, -Math.PI / 2, 0, 0, Math.PI / 4, -Math.PI / 4]],
    erf: [w.erf, [Number.NaN, 1, -1, 0, 0, 0.842700793, -0.842700793]],
    "x · 0 keeps NaN": [(x) => x.mul(0), [Number.NaN, Number.NaN, Number.NaN, 0, 0, 0, 0]],
    "x − x keeps NaN": [(x) => x.sub(x), [Number.NaN, Number.NaN, Number.NaN, 0, 0, 0, 0]],
    "x / x": [(x) => x.div(x), [...Array(5).fill(Number.NaN), 1, 1]],
    "x³ keeps the sign": [(x) => x.pow(3), [Number.NaN, Infinity, -Infinity, 0, 0, 1, -1]],
    "x to a tensor of threes": [
      (x) => x.pow(tensor(3)),
      [Number.NaN, Infinity, -Infinity, 0, 0, 1, -1],
    ],
    "x to the 0.3": [(x) => x.pow(0.3), [Number.NaN, Infinity, Infinity, 0, 0, 1, Number.NaN]],
    "x to the 0": [(x) => x.pow(tensor(0)), Array(7).fill(1)],
    "1 to the x": [(x) => tensor(1).pow(x), Array(7).fill(1)],
    "a branch that is not taken": [(x) => w.where(w.isfinite(x), x, 7), [7, 7, 7, 0, 0, 1, -1]],
    maskedFill: [(x) => x.maskedFill(w.isnan(x), 2), [2, Infinity, -Infinity, 0, 0, 1, -1]],
    "a NaN from the host": [(x) => x.mul(0).add(Number.NaN), Array(7).fill(Number.NaN)],
    "an Inf from the host": [
      (x) => x.minimum(Infinity),
      [Number.NaN, Infinity, -Infinity, 0, 0, 1, -1],
    ],
    "comparisons with NaN are false": [
      (x) => x.lt(Number.NaN).logicalOr(x.ge(Number.NaN)).logicalOr(x.eq(Number.NaN)),
      Array(7).fill(0),
    ],
    nanToNum: [(x) => x.nanToNum({ posinf: 5, neginf: -5 }), [0, 5, -5, 0, 0, 1, -1]],
    "NaN is true": [(x) => x.to("bool"), [1, 1, 1, 0, 0, 1, 1]],
  };

  test.each(Object.entries(pinned))("%s", async (_, [op, want]) => {
    const got = await numbers(op(tensor(odd.slice(0, 7))));
    expect(got).toHaveLength(want.length);
    for (const [i, y] of want.entries()) {
      const x = got[i] as number;
      const same = Object.is(x + 0, y + 0) || Math.abs(x - y) <= 2e-6 * Math.abs(y);
      expect(same, `of ${odd[i]}: ${x}, not ${y}`).toBe(true);
    }
  });

  const functions: Readonly<Record<string, OfOne>> = {
    exp2: w.exp2,
    log2: w.log2,
    log10: w.log10,
    square: w.square,
    tan: w.tan,
    asin: w.asin,
    acos: w.acos,
    sinh: w.sinh,
    cosh: w.cosh,
    asinh: w.asinh,
    acosh: w.acosh,
    atanh: w.atanh,
    cos: w.cos,
    floor: w.floor,
    ceil: w.ceil,
    trunc: w.trunc,
    round: w.round,
    frac: w.frac,
    sign: w.sign,
    neg: w.neg,
    silu: w.silu,
    gelu: w.gelu,
    softplus: w.softplus,
    elu: w.elu,
    selu: w.selu,
    hardtanh: w.hardtanh,
    hardswish: w.hardswish,
    mish: w.mish,
    logsigmoid: w.logsigmoid,
    softsign: w.softsign,
    relu6: w.relu6,
    hardsigmoid: w.hardsigmoid,
  };

  test("other functions and their gradients equal the cpu device's for special values", async () => {
    const outcome = async (op: OfOne, device: "cpu" | "webgpu"): Promise<number[]> => {
      const x = tensor(odd, { device, requiresGrad: true });
      const y = op(x);
      y.sum().backward();
      return [...(await numbers(y)), ...(await numbers(x.grad as Tensor))];
    };
    for (const [name, op] of Object.entries(functions)) {
      const [got, want] = [await outcome(op, "webgpu"), await outcome(op, "cpu")];
      for (const [i, y] of want.entries()) {
        const x = got[i] as number;
        const same = Object.is(x + 0, y + 0) || Math.abs(x - y) <= 2e-5 * Math.abs(y) + 1e-7;
        const which = i < odd.length ? "" : "gradient ";
        expect(same, `${name} ${which}of ${odd[i % odd.length]}: ${x}, not ${y}`).toBe(true);
      }
    }
  });

  test("sums, products and extremes propagate NaN and infinity", async () => {
    const rows = tensor([
      [1, Number.NaN, 3],
      [1, Infinity, 3],
      [-Infinity, Infinity, 0],
      [-Infinity, -Infinity, -Infinity],
    ]);
    const [nan, inf] = [Number.NaN, Infinity];
    expect(await rows.sum(1).tolist()).toEqual([nan, inf, nan, -inf]);
    expect(await rows.mean(1).tolist()).toEqual([nan, inf, nan, -inf]);
    expect(await rows.prod(1).tolist()).toEqual([nan, inf, nan, -inf]);
    expect(await rows.amax(1).tolist()).toEqual([nan, inf, inf, -inf]);
    expect(await rows.amin(1).tolist()).toEqual([nan, 1, -inf, -inf]);
    expect(await rows.argmax(1).tolist()).toEqual([1, 1, 1, 0]);
    expect(await rows.max().item()).toBeNaN();
    expect(await rows.logsumexp(1).tolist()).toEqual([nan, inf, inf, -inf]);
    expect(await rows.cumsum(1).select(1, 2).tolist()).toEqual([nan, inf, nan, -inf]);
    const softmax = (await rows.softmax(1).tolist()) as number[][];
    expect(softmax[0]).toEqual([nan, nan, nan]);
    expect(softmax[1]).toEqual([nan, nan, nan]);
    expect(softmax[3]).toEqual([nan, nan, nan]);
    expect(await rows.sort(1).values.select(0, 0).tolist()).toEqual([1, 3, nan]);
  });

  test("a product with 0 · Inf is NaN, also if the matrix is padded", async () => {
    const a = tensor([
      [0, 1],
      [1, 1],
    ]);
    const b = tensor([
      [Infinity, 1],
      [1, 2],
    ]);
    expect(await a.matmul(b).tolist()).toEqual([
      [Number.NaN, 2],
      [Infinity, 3],
    ]);
    const large = w.ones([67, 35]).matmul(w.full([35, 41], Infinity));
    expect(await large.eq(Infinity).all().item()).toBe(1);
  });

  test("small differences survive expm1 and log1p", async () => {
    const x = tensor([1e-7, -3e-6, 2e-4]);
    const relative = x.expm1().div(x).sub(1).abs().amax();
    expect(await relative.item()).toBeLessThan(1.1e-4);
    expect(await x.log1p().div(x).sub(1).abs().amax().item()).toBeLessThan(1.1e-4);
  });

  test("integer division by 0 does not trap, and floats convert to integers in range", async () => {
    const x = tensor([7, -7, 0], { dtype: "i32" });
    const zero = w.zerosLike(x);
    await expect(async () => x.floorDivide(zero).data()).rejects.toThrow("cannot divide i32 by 0");
    await expect(async () => x.remainder(zero.mul(x.add(1))).data()).rejects.toThrow(
      "cannot divide i32 by 0",
    );
    expect(await x.remainder(3).tolist()).toEqual([1, 2, 0]);
    expect(await x.floorDivide(2).tolist()).toEqual([3, -4, 0]);
    expect(await tensor([2.9, -2.9, -0.5]).to("i32").tolist()).toEqual([2, -2, 0]);
  });

  test.each([0, 1, 2, 3, 5, 7, 63, 65, 257])("every dtype works with %i elements", async (n) => {
    for (const dtype of ["f32", "i32", "u32", "u8", "bool"] as const) {
      const x = w.arange(n).remainder(2).to(dtype);
      const want = Array.from({ length: n }, (_, i) => i % 2);
      expect(await numbers(x.clone()), dtype).toEqual(want);
      expect(await numbers(w.cat([x, x.flip(0)])), dtype).toEqual([...want, ...want.toReversed()]);
      expect(await numbers(x.narrow(0, Math.min(1, n), Math.max(0, n - 1))), dtype).toEqual(
        want.slice(1),
      );
      expect(await x.sum().item(), dtype).toBe(Math.floor(n / 2));
    }
  });

  test("all operations accept empty tensors, and their gradients are empty", async () => {
    const x = tensor([], { shape: [0, 3], requiresGrad: true });
    const chain = x
      .exp()
      .add(1)
      .matmul(w.ones([3, 4]))
      .softmax(1)
      .sum();
    chain.backward();
    expect(await chain.item()).toBe(0);
    expect((x.grad as Tensor).shape).toEqual([0, 3]);
    expect((await (x.grad as Tensor).data()).length).toBe(0);
    expect(await x.sum(0).tolist()).toEqual([0, 0, 0]);
    expect(await x.prod(0).tolist()).toEqual([1, 1, 1]);
    expect(await x.mean(0).tolist()).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(await w.cat([x, w.ones([1, 3])]).tolist()).toEqual([[1, 1, 1]]);
    expect(
      await w
        .ones([2, 0])
        .matmul(w.ones([0, 2]))
        .tolist(),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const nothing = tensor([], { dtype: "i32" });
    expect(await w.ones([4]).indexSelect(0, nothing).tolist()).toEqual([]);
    expect(
      await w
        .ones([2])
        .indexAdd(0, nothing, w.ones([0]))
        .tolist(),
    ).toEqual([1, 1]);
    expect(() => x.amax(0)).toThrow(w.WgradError);
  });

  test("operations accept 0-d tensors", async () => {
    const x = tensor(3, { requiresGrad: true });
    const y = x
      .square()
      .sum()
      .add(x.reshape(1, 1).matmul(x.reshape(1, 1)).squeeze());
    y.backward();
    expect([y.shape, await y.item(), await x.grad?.item()]).toEqual([[], 18, 12]);
    expect(await w.stack([x.detach(), tensor(4)]).tolist()).toEqual([3, 4]);
    expect(await x.detach().expand(2, 2).sum().item()).toBe(12);
    expect(await x.argmax().item()).toBe(0);
    expect(await x.softmax(0).item()).toBe(1);
  });

  test("a sum of thirty tensors in one expression has the right value and gradients", async () => {
    const parts = Array.from({ length: 30 }, (_, i) =>
      tensor([i, -i, 0.5], { requiresGrad: true }),
    );
    const total = parts.reduce((a, b) => a.mul(1.5).add(b.square()), w.zeros([3]));
    total.sum().backward();
    const want = [1, -1, 0].map((sign) =>
      parts.reduce((sum, _, i) => 1.5 * sum + (sign === 0 ? 0.5 : sign * i) ** 2, 0),
    );
    for (const [k, y] of (await numbers(total)).entries())
      expect(y / (want[k] as number)).toBeCloseTo(1, 4);
    const slope = await numbers((parts[28] as Tensor).grad as Tensor);
    expect(slope[0]).toBeCloseTo(1.5 * 2 * 28, 5);
  });

  test("forty tensors can be concatenated, stacked and selected", async () => {
    const parts = Array.from({ length: 40 }, (_, i) =>
      tensor([i, i + 0.5], { requiresGrad: true }),
    );
    const want = Array.from({ length: 40 }, (_, i) => [i, i + 0.5]);
    const joined = w.cat(parts);
    joined.mul(w.arange(80)).sum().backward();
    expect(await numbers(joined)).toEqual(want.flat());
    expect(await w.stack(parts).tolist()).toEqual(want);
    expect(
      await numbers(
        w
          .cat(parts.map((x) => x.exp()))
          .log()
          .round({ decimals: 1 }),
      ),
    ).toHaveLength(80);
    expect(await (parts[39] as Tensor).grad?.tolist()).toEqual([78, 79]);
    const chosen = parts.reduce((a, b, i) => w.where(b.gt(20 + i / 8), b, a));
    expect(await numbers(chosen)).toEqual([39, 39.5]);
  });
});

describe("a grid of more than 65,535 workgroups", () => {
  beforeEach(() => init({ device: "webgpu" }));
  const n = 65536 * 64 + 5;

  test("computes elements in other orders", async () => {
    const x = w.arange(n);
    const y = x.flip(0).add(x);
    expect(
      await y
        .eq(n - 1)
        .all()
        .item(),
    ).toBe(1);
    expect(await numbers(x.remainder(7).narrow(0, n - 3, 3))).toEqual(
      [n - 3, n - 2, n - 1].map((i) => i % 7),
    );
  });

  test("computes reductions, gathers and writes by index", async () => {
    const rows = w
      .arange(2 * n)
      .reshape(n, 2)
      .remainder(5);
    const sums = rows.sum(1);
    const want = (i: number): number => ((2 * i) % 5) + ((2 * i + 1) % 5);
    const last = [n - 2, n - 1];
    expect(await numbers(sums.narrow(0, n - 2, 2))).toEqual(last.map(want));
    const back = w
      .arange(n)
      .neg()
      .add(n - 1);
    expect(await numbers(sums.indexSelect(0, back).narrow(0, 0, 2))).toEqual(
      last.toReversed().map(want),
    );
    const counts = w.zeros([3]).indexAdd(0, w.arange(1000).remainder(3), w.ones([1000]));
    expect(await counts.tolist()).toEqual([334, 333, 333]);
  });
});

test("a buffer above the adapter's limit is a LimitError that names the limit, and nothing else fails", async () => {
  await initFresh({ device: "webgpu" });
  const large = (): Tensor => w.zeros([2 ** 15, 2 ** 15, 8]).add(tensor(1));
  await expect(large().data()).rejects.toThrow(LimitError);
  await expect(large().data()).rejects.toThrow(
    /a buffer of 34359738368 bytes exceeds the device's max\w+ of \d+\n {2}hint: split the tensor/,
  );
  expect(await tensor([1, 2]).add(1).tolist()).toEqual([2, 3]);

  const weight = tensor([1, 2], { requiresGrad: true });
  const unread = large();
  weight.square().sum().backward();
  expect(await weight.grad?.tolist()).toEqual([2, 4]);
  expect(() => unread.mul(2)).toThrow(
    /^add: a buffer of 34359738368 bytes exceeds the device's max\w+ of \d+/,
  );
});

test.each(["webgpu", "wasm"] as const)(
  "a reduction over more than 2³² − 1 elements is a LimitError, and one in parts is not, on %s",
  async (device) => {
    await initFresh({ device });
    const pairs = w
      .ones([65536])
      .unsqueeze(1)
      .mul(w.ones([65537]).unsqueeze(0));
    const wholes = [
      () => pairs.sum(),
      () => pairs.mean(),
      () => pairs.amax(),
      () => w.ones([65536, 65536]).sum(),
      () =>
        w
          .ones([2, 1])
          .expand(2, 2 ** 32 + 3)
          .sum(1),
      () =>
        tensor([1])
          .mul(2)
          .expand(2 ** 16, 2 ** 16 + 1)
          .sum(),
    ];
    for (const whole of wholes) {
      const reading = (async () => whole().data())();
      await expect(reading).rejects.toThrow(LimitError);
      await expect(reading).rejects.toThrow(
        /can count 4294967295 elements; this one needs 429\d+\n {2}hint/,
      );
    }
    expect(await pairs.narrow(1, 65530, 7).sum(0).sum().item()).toBe(65536 * 7);
    expect(await pairs.narrow(0, 0, 3).sum().item()).toBe(65537 * 3);
  },
);

test("a kernel with more buffers than the adapter binds fails, and nothing else does", async () => {
  await initFresh({ device: "webgpu" });
  const names = Array.from({ length: 40 }, (_, i) => `x${i}`);
  const many = defineKernel({
    name: "many",
    inputs: Object.fromEntries(names.map((name) => [name, "f32" as const])),
    outputs: { y: () => [2] },
    grid: () => 1,
    workgroup: 2,
    wgsl: `fn kernel(thread: u32, group: u32, local: u32) { y[thread] = ${names.map((name) => `${name}[thread]`).join(" + ")}; }`,
    reference: (inputs) => ({ y: Object.values(inputs).reduce((a, b) => a.add(b)) }),
  });
  const { y } = many(Object.fromEntries(names.map((name) => [name, tensor([1, 2])])));
  const after = y.mul(2);
  await expect(after.data()).rejects.toThrow(
    /many: one kernel binds 41 buffers; the adapter's maxStorageBuffersPerShaderStage is \d+/,
  );
  expect(await tensor([1, 2]).add(1).tolist()).toEqual([2, 3]);
  expect(() => y.add(1)).toThrow(/^many: one kernel binds 41/);
});

test("an operation that WGSL cannot express fails, and nothing else does", async () => {
  await initFresh({ device: "webgpu" });
  const unwritable = elementwise({
    name: "unwritable",
    expression: () => {
      throw new RangeError("no such expression");
    },
    reference: (x) => x,
  });
  const y = unary(unwritable)(tensor([1, 2]));
  const after = y.mul(2);
  const beside = tensor([3, 4]).add(1);
  await expect(after.data()).rejects.toThrow("no such expression");
  expect(() => after.add(1)).toThrow(/^no such expression$/);
  expect(await beside.tolist()).toEqual([4, 5]);
  expect(await tensor([1, 2]).add(1).tolist()).toEqual([2, 3]);
});
