import * as w from "@wgrad/autograd";
import { init, type Tensor, tensor } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import { EmbeddingBag, functional as F } from "@wgrad/nn";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

interface Use {
  readonly call: (x: Tensor) => Tensor;
  readonly good: readonly number[];
  /** Values that PyTorch refuses. */
  readonly bad: readonly (readonly number[])[];
  readonly message: RegExp;
  readonly whole?: true;
  /** True if only a computation on the device can find the fault. */
  readonly late?: true;
}

const { NaN: none, POSITIVE_INFINITY: infinity } = Number;
const half = (x: Tensor): Tensor => w.full(x.shape, 0.5);
const logs = (): Tensor => w.zeros([2, 2, 4]).logSoftmax(2);
const rows = (): Tensor => tensor(Int32Array.of(1, 2, 2, 3), { shape: [2, 2] });
const lengths = (...values: number[]): Tensor => tensor(Int32Array.from(values));

const twoByTwo = (x: Tensor): Tensor => x.reshape([2, 2]);
const matrices = {
  bad: [
    [1, 2, 2, 4],
    [0, 0, 0, 0],
  ],
  late: true,
} as const;

const uses: Record<string, Use> = {
  "the input of binaryCrossEntropy": {
    call: (p) => F.binaryCrossEntropy(p, half(p)),
    good: [0, 0.25, 1],
    bad: [[1.5], [-0.25, 0.5], [0.5, none]],
    message: /binaryCrossEntropy: all elements of input should be between 0 and 1, got/,
  },
  "the target of binaryCrossEntropy": {
    call: (y) => F.binaryCrossEntropy(half(y), y),
    good: [0, 0.25, 1],
    bad: [[2], [1, -1]],
    message: /binaryCrossEntropy: all elements of target should be between 0 and 1, got/,
  },
  bernoulli: {
    call: (p) => w.bernoulli(p, { generator: "device" }),
    good: [0, 1, 1],
    bad: [[1.5], [0.5, none]],
    message: /bernoulli: probabilities must be between 0 and 1, got/,
  },
  "the variance of gaussianNllLoss": {
    call: (v) => F.gaussianNllLoss(half(v), half(v), v),
    good: [0, 1, none],
    bad: [[-1], [1, -0.5]],
    message: /gaussianNllLoss: a variance is -/,
  },
  "the range of histc": {
    call: (x) => w.histc(x, { bins: 2 }),
    good: [1, 2, 4],
    bad: [
      [1, none],
      [1, infinity],
      [-infinity, 1],
    ],
    message: /histc: the elements reach \S+, so they define no finite range/,
  },
  "the input lengths of ctcLoss": {
    call: (n) => F.ctcLoss(logs(), rows(), n, [2, 2]),
    good: [1, 2],
    bad: [
      [3, 2],
      [2, -1],
    ],
    message: /ctcLoss: inputLengths must be from 0 to 2, got/,
    whole: true,
  },
  "the target lengths of ctcLoss": {
    call: (n) => F.ctcLoss(logs(), rows(), [2, 2], n),
    good: [2, 0],
    bad: [
      [3, 2],
      [-2, 2],
    ],
    message: /ctcLoss: targetLengths must be from 0 to 2, got/,
    whole: true,
  },
  "the target lengths of ctcLoss in one row": {
    call: (n) => F.ctcLoss(logs(), lengths(1, 2, 3), [2, 2], n),
    good: [1, 2],
    bad: [
      [2, 2],
      [1, 1],
    ],
    message: /ctcLoss: targetLengths sum to \d, but there are 3 targets/,
    whole: true,
  },
  "the offsets of EmbeddingBag": {
    call: (offsets) => {
      const layer = new EmbeddingBag(3, 2);
      layer.loadStateDict({ weight: w.arange(6).to("f32").reshape([3, 2]) });
      return layer(lengths(0, 1, 2), offsets);
    },
    good: [0, 2, 2],
    bad: [
      [1, 2],
      [0, 4],
      [0, 2, 1],
    ],
    message: /EmbeddingBag: (the first bag|offsets must be in ascending)/,
    whole: true,
  },
  "linalg.inv": {
    call: (a) => w.linalg.inv(twoByTwo(a)),
    good: [1, 2, none, 4],
    message: /linalg.inv: the matrix is singular/,
    ...matrices,
  },
  "linalg.solve": {
    call: (a) => w.linalg.solve(twoByTwo(a), tensor([1, 2])),
    good: [1, 2, 3, 4],
    message: /linalg.solve: the matrix is singular/,
    ...matrices,
  },
  "linalg.cholesky": {
    call: (a) => w.linalg.cholesky(twoByTwo(a)),
    good: [2, 1, 1, 2],
    message: /linalg.cholesky: the matrix is not positive definite/,
    ...matrices,
  },
};

const divisions: Readonly<Record<string, Use["call"]>> = {
  floorDivide: (b) => w.floorDivide(7, b),
  remainder: (b) => w.remainder(b.add(7), b),
  fmod: (b) => b.add(7).fmod(b),
  div: (b) => w.div(b.add(7), b, { roundingMode: "trunc" }),
  floorDivide_: (b) => b.add(7).floorDivide_(b),
};
for (const [name, call] of Object.entries(divisions)) {
  uses[`the integer divisor of ${name}`] = {
    call,
    good: [2, -3, 1],
    bad: [[0], [2, 0, -1]],
    message: RegExp(`^${name.replace("_", "")}_?: cannot divide i32 by 0`),
    whole: true,
  };
}

afterAll(() => init());

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeEach(() => init({ device }));

  test.each(Object.keys(uses))("%s", async (name) => {
    const { call, good, bad, message, whole, late } = uses[name] as Use;
    const given = (values: readonly number[]) =>
      tensor(whole ? Int32Array.from(values) : Float32Array.from(values));
    const computed = (values: readonly number[]) => given(values).mul(1).add(0);
    for (const values of bad) {
      if (!late) expect(() => call(given(values))).toThrow(message);
      await expect((async () => call(computed(values)).data())()).rejects.toThrow(message);
    }
    // valid computed values give the same result as given ones
    expect(await call(computed(good)).tolist()).toEqual(await call(given(good)).tolist());
  });

  test("an invalid probability changes no weight, and training can continue", async () => {
    const x = tensor([[1, 2]]);
    const train = async (weight: Tensor, p: (x: Tensor) => Tensor): Promise<number> => {
      weight.grad = null;
      const loss = F.binaryCrossEntropy(p(x.matmul(weight)), w.ones([1, 1]));
      loss.backward();
      w.noGrad(() => weight.sub_((weight.grad as Tensor).mul(0.1)));
      return loss.item();
    };
    const [weight, other] = [0, 1].map(() => tensor([[1], [1]], { requiresGrad: true })) as [
      Tensor,
      Tensor,
    ];
    await expect(train(weight, (z) => z)).rejects.toThrow("between 0 and 1, got 3");
    expect(await weight.tolist()).toEqual([[1], [1]]);
    const quarter = (z: Tensor): Tensor => z.div(8);
    expect(await train(weight, quarter)).toBe(await train(other, (z) => quarter(z).clamp(0, 1)));
    expect(await weight.tolist()).toEqual(await other.tolist());
    expect(await weight.tolist()).not.toEqual([[1], [1]]);
  });

  const shares: Readonly<Record<string, (z: Tensor) => Tensor>> = {
    sigmoid: (z) => z.sigmoid(),
    "one minus a sigmoid": (z) => z.sigmoid().rsub(1),
    "a product": (z) => z.sigmoid().mul(z.neg().sigmoid()),
    "a mean": (z) => z.sigmoid().mean(0, { keepdim: true }).expand(z.shape),
    softmax: (z) => z.softmax(0),
    clamp: (z) => z.clamp(1e-7, 1 - 1e-7),
    "half of 1 + tanh": (z) => z.tanh().add(1).div(2),
    "an exponential of a non-positive number": (z) => z.abs().neg().exp(),
    "concatenated rows": (z) => w.cat([z.sigmoid(), z.sigmoid()]).narrow(0, 1, 4),
  };

  // the rule is the same on all devices, so WebGPU tests a sample
  const recipes = device === "webgpu" ? ["sigmoid", "softmax"] : Object.keys(shares);
  test.each(recipes)("%s needs no check on the device", async (name) => {
    const p = shares[name] as (z: Tensor) => Tensor;
    const weight = tensor([[0.1], [0.2]], { requiresGrad: true });
    const x = tensor([
      [1, 2],
      [3, -4],
      [5, 6],
      [-7, 8],
    ]);
    const submits = async (loss: (p: Tensor, y: Tensor) => Tensor): Promise<number> => {
      const before = counters().submits;
      for (let step = 0; step < 3; step++) {
        weight.grad = null;
        loss(p(x.matmul(weight)), w.ones([4, 1])).backward();
        await (weight.grad as unknown as Tensor).data();
      }
      return counters().submits - before;
    };
    expect(await submits(F.binaryCrossEntropy)).toBe(await submits(F.mseLoss));
  });
});
