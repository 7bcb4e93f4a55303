import {
  bernoulli,
  Generator,
  init,
  manualSeed,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { beforeEach, describe, expect, test } from "vitest";
import { dropoutMask } from "../../src/ops/core/random.ts";
import { philoxBits, philoxUniform } from "../../src/random/philox.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const devices = ["cpu", "wasm", "webgpu"] as const;

describe.each(devices)("random tensors on %s", (device) => {
  beforeEach(async () => {
    await init({ device });
    manualSeed(7);
  });

  test("the same seed draws the same, a second draw something else", async () => {
    const first = await numbers(rand([40]));
    const second = await numbers(rand([40]));
    manualSeed(7);
    expect(await numbers(rand([40]))).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test("a generator of one's own leaves the default one alone", async () => {
    const own = new Generator(3);
    await numbers(randn([5], { generator: own }));
    const after = await numbers(randn([5]));
    manualSeed(7);
    expect(await numbers(randn([5]))).toEqual(after);
    expect(await numbers(randn([5], { generator: new Generator(3) }))).toEqual(
      await numbers(randn([5], { generator: own.manualSeed(3) })),
    );
  });

  test("shapes, dtypes and leaves", async () => {
    const weights = rand([2, 3], { requiresGrad: true });
    expect(weights).toMatchObject({ shape: [2, 3], dtype: "f32", requiresGrad: true });
    expect(randint(-3, 3, [4])).toMatchObject({ shape: [4], dtype: "i32" });
    expect(randperm(5, { dtype: "u8" })).toMatchObject({ shape: [5], dtype: "u8" });
    expect((await numbers(randperm(5))).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(randLike(weights)).toMatchObject({ shape: [2, 3], requiresGrad: false });
    expect(randnLike(weights)).toMatchObject({ shape: [2, 3], dtype: "f32" });
    expect(rand([0, 2]).shape).toEqual([0, 2]);
    expect(randn([])).toMatchObject({ shape: [] });
  });

  test("the device's uniforms are philox's, bit for bit, draw by draw", async () => {
    const size = 1003;
    for (const offset of [0, 1]) {
      const expected = Array.from({ length: size }, (_, i) => philoxUniform(7, offset, i));
      expect(await numbers(rand([size], { generator: "device" }))).toEqual(expected);
    }
  });

  test("a dropout mask keeps the philox draws below 1 − p", async () => {
    const kept = await numbers(dropoutMask([500], 0.3));
    const threshold = Math.ceil((1 - 0.3) * 2 ** 24);
    expect(kept).toEqual(
      Array.from({ length: 500 }, (_, i) => Number(philoxBits(7, 0, i) >>> 8 < threshold)),
    );
    expect(await numbers(dropoutMask([9], 0))).toEqual(Array(9).fill(1));
    expect(await numbers(dropoutMask([9], 1))).toEqual(Array(9).fill(0));
  });

  test("reading a device draw twice, or in two ways, gives one and the same draw", async () => {
    const x = rand([64], { generator: "device" });
    const sum = x.add(0);
    expect(await numbers(sum)).toEqual(await numbers(x));
    expect(await numbers(x.mul(2).sub(x))).toEqual(await numbers(x));
  });

  test("bernoulli follows its probabilities, on host and device", async () => {
    const p = tensor([0, 1, 0, 1, 0.5]);
    expect((await numbers(bernoulli(p))).slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect((await numbers(bernoulli(p, { generator: "device" }))).slice(0, 4)).toEqual([
      0, 1, 0, 1,
    ]);
  });

  test("uniform_ and normal_ overwrite in place", async () => {
    const x = zeros([40]);
    expect(x.uniform_(2, 3)).toBe(x);
    const values = await numbers(x);
    expect(values.every((v) => v >= 2 && v < 3)).toBe(true);
    manualSeed(7);
    const normal = await numbers(randn([40]));
    manualSeed(7);
    expect(await numbers(zeros([40]).normal_())).toEqual(normal);
  });
});

test("what cannot be drawn says so", async () => {
  await init({ device: "cpu" });
  expect(() => rand([2], { dtype: "i32" })).toThrow(
    "rand: the dtype must be floating-point, got i32",
  );
  expect(() => randn([2], { generator: "device" })).toThrow("does not draw on the device");
  expect(() => zeros([2]).uniform_(1, 0)).toThrow("[1, 0) is empty");
  expect(() => zeros([2]).normal_(0, -1)).toThrow("std must be 0 or more, got -1");
  expect(() => dropoutMask([2], 2)).toThrow("dropoutMask: p is 2");
  expect(() => rand([-1])).toThrow("whole number");
  expect(await numbers(rand([3], { dtype: "f64" }))).toHaveLength(3);
});
