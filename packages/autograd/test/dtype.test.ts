import {
  arange,
  cat,
  type DType,
  type DTypeError,
  init,
  ones,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";
import { openGPUDevice } from "../src/testing/gpu.ts";

beforeAll(async () => {
  await init({ device: "webgpu" });
  await init({ device: "cpu" });
});

const hasHalves = (await openGPUDevice()).features.has("shader-f16");

const dtypes = ["bool", "u8", "u32", "i32", "f16", "f32", "f64"] as const;

/**
 * torch.result_type of two tensors with dimensions, for the dtypes there are here. uint32 beside
 * integers is our own.
 */
const promoted: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "u8", "u32", "i32", "f16", "f32", "f64"],
  u8: ["u8", "u8", "u32", "i32", "f16", "f32", "f64"],
  u32: ["u32", "u32", "u32", "i32", "f16", "f32", "f64"],
  i32: ["i32", "i32", "i32", "i32", "f16", "f32", "f64"],
  f16: ["f16", "f16", "f16", "f16", "f16", "f32", "f64"],
  f32: ["f32", "f32", "f32", "f32", "f32", "f32", "f64"],
  f64: ["f64", "f64", "f64", "f64", "f64", "f64", "f64"],
};

const of = (dtype: DType, shape: readonly number[] = [2]): Tensor => ones(shape, { dtype });

describe.each(dtypes)("%s", (dtype) => {
  const expected = dtypes.map((other, i) => [other, promoted[dtype][i] as DType] as const);

  test.each(expected)("with %s gives %s", (other, result) => {
    expect(of(dtype).mul(of(other)).dtype).toBe(result);
    expect(cat([of(dtype), of(other)]).dtype).toBe(result);
    expect(where(of("bool"), of(dtype), of(other)).dtype).toBe(result);
    expect(of(dtype, []).mul(of(other, [])).dtype).toBe(result);
    expect(of(dtype).eq(of(other)).dtype).toBe("bool");
  });

  const kind = (one: DType): number => (one === "bool" ? 0 : one.startsWith("f") ? 2 : 1);

  test.each(expected)("with %s of no dimensions", (other, result) => {
    const decides = kind(other) > kind(dtype);
    expect(of(dtype).mul(of(other, [])).dtype).toBe(decides ? result : dtype);
    expect(of(other, []).mul(of(dtype)).dtype).toBe(decides ? result : dtype);
  });

  test("with numbers", () => {
    const whole = dtype === "bool" ? "i32" : dtype;
    expect(of(dtype).mul(2).dtype).toBe(whole);
    expect(of(dtype).mul(0.5).dtype).toBe(kind(dtype) === 2 ? dtype : "f32");
    expect(of(dtype).mul(true).dtype).toBe(dtype);
  });

  test("in functions that choose for themselves", () => {
    const fraction = kind(dtype) === 2 ? dtype : "f32";
    const x = of(dtype);
    expect([x.div(2), x.exp(), x.sqrt(), x.sigmoid()].map((y) => y.dtype)).toEqual(
      Array(4).fill(fraction),
    );
    expect(x.sum().dtype).toBe(dtype === "bool" || dtype === "u8" ? "i32" : dtype);
    expect(x.prod().dtype).toBe(dtype === "bool" || dtype === "u8" ? "i32" : dtype);
    if (dtype === "bool") expect(() => x.argmax()).toThrow("argmax: takes numbers, got bool");
    else expect(x.argmax().dtype).toBe("i32");
    expect(x.countNonzero().dtype).toBe("i32");
  });
});

test("integers wrap around at 2³¹ on both devices, as PyTorch's do at 2⁶³", async () => {
  for (const device of ["cpu", "webgpu"] as const) {
    const big = tensor([2 ** 31 - 1, 65536], { dtype: "i32", device });
    expect(await big.add(1).tolist()).toEqual([-(2 ** 31), 65537]);
    expect(await big.mul(big).tolist()).toEqual([1, 0]);
    expect(await big.sum().item()).toBe(-(2 ** 31) + 65535);
  }
});

test("what arrays become", () => {
  expect(tensor([1, 2]).dtype).toBe("f32");
  expect(tensor([true, false]).dtype).toBe("bool");
  expect(tensor(new Int32Array(2)).dtype).toBe("i32");
  expect(tensor(new Uint8Array(2)).dtype).toBe("u8");
  expect(tensor(new Uint32Array(2)).dtype).toBe("u32");
  expect(tensor(new Float64Array(2)).dtype).toBe("f32"); // as a plain array of numbers
  expect(arange(3).dtype).toBe("i32");
  expect(arange(0, 1, 0.5).dtype).toBe("f32");
});

const asked = (dtype: string, device: "cpu" | "webgpu" = "cpu") => ({
  dtype: dtype as DType,
  device,
});
const said = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return `${(error as DTypeError).name}: ${(error as Error).message}`;
  }
  return "nothing was wrong";
};

test.each(["float16", "half", "bfloat16", "int64", "float32", "int16", "toString"])(
  "%s is refused",
  (name) => {
    expect(said(() => tensor([1], asked(name)))).toMatchSnapshot();
    expect(said(() => zeros([1], asked(name, "webgpu")))).toContain("DTypeError: zeros: ");
    expect(said(() => zeros([1]).to(name as DType))).toContain("DTypeError: to: ");
  },
);

test("f64 is refused on webgpu, wherever it would arise", () => {
  const x = ones([2], { device: "webgpu" });
  expect(said(() => x.to("f64"))).toMatchInlineSnapshot(`
    "DTypeError: cast to f64: the webgpu device has no f64
      hint: use f32, or the cpu device"
  `);
  expect(said(() => zeros([1], asked("f64", "webgpu")))).toMatchInlineSnapshot(`
    "DTypeError: zeros: the webgpu device has no f64
      hint: use f32, or the cpu device"
  `);
  expect(said(() => tensor([1], asked("f64", "webgpu")))).toMatchInlineSnapshot(
    `
    "DTypeError: tensor: the webgpu device has no f64
      hint: use f32, or the cpu device"
  `,
  );
});

test.skipIf(hasHalves)("f16 is refused where the adapter lacks shader-f16", () => {
  const x = ones([2], { device: "webgpu" });
  expect(said(() => x.to("f16"))).toMatchInlineSnapshot(`
    "DTypeError: cast to f16: the webgpu device has no f16: its adapter lacks the feature shader-f16
      hint: use f32, or the cpu device"
  `);
  expect(said(() => zeros([1], asked("f16", "webgpu")))).toMatchInlineSnapshot(`
    "DTypeError: zeros: the webgpu device has no f16: its adapter lacks the feature shader-f16
      hint: use f32, or the cpu device"
  `);
  expect(said(() => tensor([1], asked("f16", "webgpu")))).toMatchInlineSnapshot(`
    "DTypeError: tensor: the webgpu device has no f16: its adapter lacks the feature shader-f16
      hint: use f32, or the cpu device"
  `);
});
