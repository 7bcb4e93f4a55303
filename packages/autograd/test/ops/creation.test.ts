import {
  arange,
  empty,
  eye,
  full,
  fullLike,
  init,
  LimitError,
  linspace,
  logspace,
  ones,
  onesLike,
  rand,
  randperm,
  tensor,
  zeros,
  zerosLike,
} from "@wgrad/autograd";
import { initFresh } from "@wgrad/autograd/testing";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

describe("tensor", () => {
  test("takes its shape from nested arrays, and its dtype from the values", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.shape, x.dtype, x.ndim, x.numel()]).toEqual([[2, 3], "f32", 2, 6]);
    expect(tensor(3).shape).toEqual([]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    const flags = tensor([true, false]);
    expect([flags.dtype, await flags.tolist()]).toEqual(["bool", [true, false]]);
  });

  test("keeps the dtype of whole-number arrays; Float64Array becomes f32 unless told", () => {
    expect(tensor(new Int32Array(2)).dtype).toBe("i32");
    expect(tensor(new Uint32Array(2)).dtype).toBe("u32");
    expect(tensor(new Uint8Array(2)).dtype).toBe("u8");
    expect(tensor(new Float64Array(2)).dtype).toBe("f32");
    expect(tensor(new Float64Array(2), { dtype: "f64" }).dtype).toBe("f64");
  });

  test("reads flat data in a given shape, and copies it at the call", async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const x = tensor(data, { shape: [2, 2] });
    data[0] = 9;
    expect(await x.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const read = await x.data();
    read[0] = 9;
    expect(await x.at(0, 0).item()).toBe(1);
  });

  test("refuses what is no even array of values", () => {
    expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: the nested arrays are ragged: their first elements give [2, 2], but there is an array of 1 at depth 1]`,
    );
    expect(() => tensor(["1"] as unknown as number[])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: expected numbers or booleans, got "1"]`,
    );
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: 3 values do not fill [2, 2]]`,
    );
    expect(() => tensor([1], { dtype: "float" as "f32" })).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: tensor: unknown dtype "float"
        hint: one of bool, u8, u32, i32, f16, f32, f64]
    `);
    expect(() => tensor(tensor([1]) as unknown as number)).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: tensor: expected values, got a tensor
        hint: use x.clone() or x.detach().clone()]
    `);
    expect(() =>
      tensor([1], { dtype: "i32", requiresGrad: true }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: requiresGrad: needs a floating dtype, got i32
        hint: convert first, x.to("f32")]
    `);
  });
});

test("constants", async () => {
  expect(await zeros([2]).tolist()).toEqual([0, 0]);
  expect(await ones([2], { dtype: "bool" }).tolist()).toEqual([true, true]);
  expect(await full([2], 1.5).tolist()).toEqual([1.5, 1.5]);
  expect(full([1], true).dtype).toBe("bool");
  expect(empty([2, 0]).shape).toEqual([2, 0]);
  const like = tensor([[1, 2]], { dtype: "i32" });
  for (const made of [zerosLike(like), onesLike(like), fullLike(like, 7)]) {
    expect([made.shape, made.dtype]).toEqual([[1, 2], "i32"]);
  }
  expect(onesLike(like, { dtype: "f32" }).dtype).toBe("f32");
  expect(await eye(2, 3).tolist()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ]);
});

test("progressions", async () => {
  expect([arange(5).dtype, arange(0, 1, 0.25).dtype]).toEqual(["i32", "f32"]);
  expect(await arange(10, 0, -3).tolist()).toEqual([10, 7, 4, 1]);
  expect(await arange(2, 5, { dtype: "f32" }).tolist()).toEqual([2, 3, 4]);
  expect(await arange(3, 3).tolist()).toEqual([]);
  expect(() => arange(0, 5, -1)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: arange: cannot go from 0 to 5 with step -1]`,
  );
  expect(await linspace(0, 1, 5).tolist()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(await logspace(0, 3, 4, { base: 2 }).tolist()).toEqual([1, 2, 4, 8]);
});

test("a device's name stands for the one of that kind that was chosen last", async () => {
  for (const fusion of ["off", "on"] as const) {
    await init({ device: "cpu", fusion });
    const here = tensor([1, 2]);
    await initFresh({ device: "webgpu" });
    const moved = await tensor([3, 4]).to("cpu");
    expect(await here.add(tensor([2, 2], { device: "cpu" })).tolist()).toEqual([3, 4]);
    expect(await here.add(moved).tolist()).toEqual([4, 6]);
  }
  await init({ device: "cpu" });
});

test("what the host cannot hold is a LimitError", () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    eye: () => eye(2 ** 28),
    linspace: () => linspace(0, 1, 2 ** 50),
    rand: () => rand([2 ** 25, 2 ** 25]),
    randperm: () => randperm(2 ** 50),
  };
  for (const [name, call] of Object.entries(calls)) {
    expect(call, name).toThrow(LimitError);
    expect(call, name).toThrow(
      new RegExp(`^${name}: the host cannot allocate an array of \\d+ elements`),
    );
  }
});
