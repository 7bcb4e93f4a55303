import {
  cat,
  type DType,
  dot,
  einsum,
  full,
  init,
  maskedFill,
  ones,
  pad,
  type Tensor,
  tensor,
  where,
} from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

/** The exact result in BigInt, wrapped to the dtype. */
function wrapped(value: bigint, dtype: DType): number {
  if (dtype === "i32") return Number(BigInt.asIntN(32, value));
  return Number(BigInt.asUintN(dtype === "u8" ? 8 : 32, value));
}

const of = (values: readonly number[], dtype: DType = "i32"): Tensor =>
  tensor([...values], { dtype });
const list = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("integers on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  const bases = [3, 7, -7, 4099, 12345, 46340, 5, 16777217, -123456789, 0, 1, -1, 2];
  const powers = [17, 9, 11, 5, 2, 2, 13, 1, 1, 0, 31, 7, 31];

  test.each(["i32", "u32", "u8"] as const)(
    "powers of %s are exact and wrap around",
    async (dtype) => {
      const a =
        dtype === "i32" ? bases : bases.map(Math.abs).map((x) => (dtype === "u8" ? x % 256 : x));
      const exact = a.map((x, i) => wrapped(BigInt(x) ** BigInt(powers[i] as number), dtype));
      expect(await list(of(a, dtype).pow(of(powers, dtype)))).toEqual(exact);
      for (const n of [0, 1, 2, 3, 5, 31]) {
        const exact = a.map((x) => wrapped(BigInt(x) ** BigInt(n), dtype));
        expect(await list(of(a, dtype).pow(n)), `pow(${n})`).toEqual(exact);
      }
    },
  );

  test("a negative power is refused as a number, and 0 but of ±1 in a tensor", async () => {
    expect(() => of([2]).pow(-1)).toThrow("pow: i32 to the power -1 is no i32");
    expect(await list(of([2, -1, 1, 0, -1]).pow(of([-1, -3, -5, -1, -2])))).toEqual([
      0, -1, 1, 0, 1,
    ]);
  });

  test.each(["i32", "u32"] as const)("sums and products of %s are modulo 2³²", async (dtype) => {
    const values = [1999999999, 3, 1234567891, 77777777, 2147483647, 16777217];
    const big = values.map(BigInt);
    const x = of(values, dtype);
    const sum = big.reduce((a, b) => a + b);
    const product = big.reduce((a, b) => a * b);
    const squares = big.map((v) => v * v).reduce((a, b) => a + b);
    expect(await x.sum().item()).toBe(wrapped(sum, dtype));
    expect(await x.prod().item()).toBe(wrapped(product, dtype));
    expect(await dot(x, x).item()).toBe(wrapped(squares, dtype));
    expect(await einsum("i,i->", x, x).item()).toBe(wrapped(squares, dtype));
    const upTo = (n: number): bigint[] => big.slice(0, n + 1);
    const sums = big.map((_, n) => upTo(n).reduce((a, b) => a + b));
    const products = big.map((_, n) => upTo(n).reduce((a, b) => a * b));
    expect(await list(x.cumsum(0))).toEqual(sums.map((v) => wrapped(v, dtype)));
    expect(await list(x.cumprod(0))).toEqual(products.map((v) => wrapped(v, dtype)));
    const many = of([...values, ...values, ...values, ...values], dtype).reshape(4, 6);
    expect(await list(many.mT.matmul(many).diagonal())).toEqual(
      big.map((v) => wrapped(4n * v * v, dtype)),
    );
    const places = of([0, 0, 0, 0, 0, 0]);
    expect(await list(of([7], dtype).indexAdd(0, places, x))).toEqual([wrapped(7n + sum, dtype)]);
    expect(await list(of([7], dtype).scatterReduce(0, places, x, "prod"))).toEqual([
      wrapped(7n * product, dtype),
    ]);
  });

  test("division by zero is refused, as a number and in a tensor", async () => {
    const [a, zero] = [of([5, -5, 0]), of([0, 0, 0])];
    for (const [name, divide] of Object.entries({
      floorDivide: (x: Tensor, y: Tensor | number) => x.floorDivide(y),
      remainder: (x: Tensor, y: Tensor | number) => x.remainder(y),
      fmod: (x: Tensor, y: Tensor | number) => x.fmod(y),
      div: (x: Tensor, y: Tensor | number) => x.div(y, { roundingMode: "trunc" }),
    })) {
      expect(() => divide(a, zero)).toThrow(`${name}: cannot divide i32 by 0`);
      expect(() => divide(a.to("u8"), zero.to("u8"))).toThrow(`${name}: cannot divide u8 by 0`);
      expect(() => divide(a, 0)).toThrow(`${name}: cannot divide i32 by 0`);
    }
    expect(await list(a.div(0))).toEqual([Infinity, -Infinity, Number.NaN]);
    const [least, minus] = [of([-(2 ** 31)]), of([-1])];
    expect(await list(least.floorDivide(minus))).toEqual([-(2 ** 31)]);
    expect(await list(least.remainder(minus))).toEqual([0]);
  });

  const bytes = [7, 200, 255, 0];
  const others = [2, 3, 7, 9];
  test.each([
    ["i32", [7, -7, 7, -7, 6, -6, 0, -1], [3, 3, -3, -3, 3, -3, 5, 4]],
    ["u8", bytes, others],
    ["u32", [4_000_000_000, 5, 0, 4_294_967_295], [7, 9, 3, 2]],
  ] as const)("divisions of %s by every sign", async (dtype, a, b) => {
    const pairs = a.map((x, i) => [x, b[i] as number] as const);
    const [x, y] = [of(a, dtype), of(b, dtype)];
    expect(await list(x.floorDivide(y))).toEqual(pairs.map(([p, q]) => Math.floor(p / q) + 0));
    expect(await list(x.div(y, { roundingMode: "trunc" }))).toEqual(
      pairs.map(([p, q]) => Math.trunc(p / q) + 0),
    );
    expect(await list(x.fmod(y))).toEqual(pairs.map(([p, q]) => (p % q) + 0));
    expect(await list(x.remainder(y))).toEqual(pairs.map(([p, q]) => p - q * Math.floor(p / q)));
  });

  test("fractions are divided by the exact remainder, as in PyTorch", async () => {
    const a = of([3, 6, 21, 5, -5, 0, Infinity, Number.NaN, 1, -1, -Infinity, 2, -7.5, 7.5], "f32");
    const b = of([0.3, 0.3, 0.3, 0, 0, 0, 2, 1, Infinity, Infinity, 3, -Infinity, 2, -2], "f32");
    const [inf, nan] = [Infinity, Number.NaN];
    expect(await list(a.floorDivide(b))).toEqual([
      9,
      19,
      69,
      inf,
      -inf,
      nan,
      nan,
      nan,
      0,
      -1,
      nan,
      -1,
      -4,
      -4,
    ]);
    expect((await list(a.remainder(b))).map(Math.fround).slice(3)).toEqual([
      nan,
      nan,
      nan,
      nan,
      nan,
      1,
      inf,
      nan,
      -inf,
      0.5,
      -0.5,
    ]);
    expect((await list(a.fmod(b))).slice(3)).toEqual([
      nan,
      nan,
      nan,
      nan,
      nan,
      1,
      -1,
      nan,
      2,
      -1.5,
      1.5,
    ]);
    expect(await list(of([3, 6, 21], "f32").floorDivide(0.3))).toEqual([9, 19, 69]);
  });

  test("fractions end at the ends of i32, are modulo 2ⁿ in u8 and u32, and NaN is 0", async () => {
    const x = of(
      [
        -1,
        -2.7,
        2.7,
        3e9,
        -3e9,
        300.9,
        -300.9,
        5e9,
        Infinity,
        -Infinity,
        Number.NaN,
        -0.5,
        2147483520,
      ],
      "f32",
    );
    const [most, least] = [2 ** 31 - 1, -(2 ** 31)];
    expect(await list(x.to("i32"))).toEqual([
      -1,
      -2,
      2,
      most,
      least,
      300,
      -300,
      most,
      most,
      least,
      0,
      0,
      2147483520,
    ]);
    expect(await list(x.to("u8"))).toEqual([
      255,
      254,
      2,
      3e9 % 256,
      0,
      44,
      212,
      5e9 % 256,
      0,
      0,
      0,
      0,
      128,
    ]);
    expect(await list(x.to("u32"))).toEqual([
      2 ** 32 - 1,
      2 ** 32 - 2,
      2,
      3e9,
      2 ** 32 - 3e9,
      300,
      2 ** 32 - 300,
      5e9 % 2 ** 32,
      0,
      0,
      0,
      0,
      2147483520,
    ]);
    expect(await list(x.to("bool"))).toEqual(Array(13).fill(1));
    const whole = of([-1, 256, 300, -(2 ** 31)]);
    expect(await list(whole.to("u8"))).toEqual([255, 0, 44, 0]);
    expect(await list(whole.to("u32"))).toEqual([2 ** 32 - 1, 256, 300, 2 ** 31]);
    expect(await list(of([2 ** 32 - 1], "u32").to("i32"))).toEqual([-1]);
  });

  test("numbers beside integers wrap around in arithmetic, and compare as they are", async () => {
    const x = of([1, 200], "u8");
    expect(await list(x.add(300))).toEqual([45, 244]);
    expect(await list(x.sub(2))).toEqual([255, 198]);
    expect(await list(x.mul(-1))).toEqual([255, 56]);
    expect(await list(of([1]).add(3e9))).toEqual([3e9 + 1 - 2 ** 32]);
    expect(await list(x.lt(300))).toEqual([1, 1]);
    expect(await list(x.gt(-1))).toEqual([1, 1]);
    expect(await list(x.ge(256))).toEqual([0, 0]);
    expect(await list(x.eq(257))).toEqual([0, 0]);
    expect(await list(x.ne(257))).toEqual([1, 1]);
    expect(await list(of([2 ** 31 - 1]).lt(2 ** 31))).toEqual([1]);
    expect(await list(of([-5]).gt(-1e12))).toEqual([1]);
    expect(await list(of([2 ** 32 - 1], "u32").ge(2 ** 32))).toEqual([0]);
  });

  test("a number that an integer cannot hold is refused where it would be stored", () => {
    const x = of([1, 2], "u8");
    const mask = ones([2], { dtype: "bool" });
    const message = "does not fit in u8";
    expect(() => full([2], 256, { dtype: "u8" })).toThrow(`full: 256 ${message}`);
    expect(() => x.fill_(300)).toThrow(message);
    expect(() => x.clamp(0, 300)).toThrow(`clamp: 300 ${message}`);
    expect(() => where(mask, x, 300)).toThrow(`where: 300 ${message}`);
    expect(() => maskedFill(x, mask, -256)).toThrow(`maskedFill: -256 ${message}`);
    expect(() => pad(x, [1, 1], { value: 256 })).toThrow(`pad: 256 ${message}`);
    expect(() => full([1], Number.NaN, { dtype: "i32" })).toThrow("full: NaN does not fit in i32");
    expect(() => full([1], 2 ** 31, { dtype: "i32" })).toThrow(
      "full: 2147483648 does not fit in i32",
    );
  });

  test("−1 is the largest of what is unsigned, and fractions are cut off", async () => {
    expect(await list(full([1], -1, { dtype: "u8" }))).toEqual([255]);
    expect(await list(full([1], -1, { dtype: "u32" }))).toEqual([2 ** 32 - 1]);
    expect(await list(of([1, 2]).fill_(2.7))).toEqual([2, 2]);
    expect(await list(maskedFill(of([1, 2]), ones([2], { dtype: "bool" }), -2.7))).toEqual([
      -2, -2,
    ]);
    expect(await list(pad(of([5]), [1, 0], { value: 2.5 }))).toEqual([2, 5]);
  });

  test("bools: or, and, no minus; triangles stay bool", async () => {
    const mask = tensor([true, false, true]);
    const refused = "takes numbers, got bool";
    expect(() => mask.neg()).toThrow(`neg: ${refused}`);
    expect(() => mask.relu()).toThrow(`relu: ${refused}`);
    expect(() => mask.sub(1)).toThrow(`sub: ${refused}`);
    expect(() => mask.argmax()).toThrow(`argmax: ${refused}`);
    expect(await mask.pow(tensor([true, false, false])).tolist()).toEqual([true, true, true]);
    expect(await mask.pow(true).tolist()).toEqual([true, false, true]);
    expect(() => mask.floorDivide(mask)).toThrow(`floorDivide: ${refused}`);
    expect(() => mask.frac()).toThrow("frac: needs a floating dtype");
    expect(await mask.add(mask, { alpha: 2 }).tolist()).toEqual([true, false, true]);
    const square = ones([3, 3], { dtype: "bool" });
    expect(await square.tril(-1).tolist()).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
    ]);
    expect([square.triu().dtype, square.to("u8").tril().dtype]).toEqual(["bool", "u8"]);
    expect((await cat([mask, of([2])]).data())[3]).toBe(2);
  });

  test("a factor of the second operand is whole where the result is", async () => {
    const x = of([1, 2]);
    expect(() => x.add(x, { alpha: 0.5 })).toThrow("add: alpha is 0.5, but the result is i32");
    expect(() => x.sub(x, { alpha: 0.5 })).toThrow("sub: alpha is 0.5");
    expect(await list(x.add(0.5, { alpha: 2 }))).toEqual([2, 3]);
    expect(x.add(0.5, { alpha: 2 }).dtype).toBe("f32");
    expect(await list(x.sub(x, { alpha: 3 }))).toEqual([-2, -4]);
  });

  test("products of matrices take one dtype", () => {
    const [a, b] = [ones([2, 2], { dtype: "i32" }), ones([2, 2])];
    const one = 'both must be of one dtype, got i32 and f32\n  hint: convert one, x.to("f32")';
    expect(() => a.matmul(b)).toThrow(`matmul: ${one}`);
    expect(() => einsum("ij,jk->ik", a, b)).toThrow(`einsum: ${one}`);
    expect(() => a.to("bool").matmul(a.to("bool"))).toThrow("matmul: takes numbers, got bool");
  });

  test("the kernels of every integer operation compile, also in four lanes", async () => {
    const x = ones([8], { dtype: "i32" }).mul(7);
    const y = ones([8], { dtype: "i32" }).mul(-3);
    const parts = [x.pow(y.neg()), x.floorDivide(y), x.remainder(y), x.fmod(y), x.lt(y).to("i32")];
    expect(await list(cat(parts).reshape(5, 8).sum(1))).toEqual([343 * 8, -24, -16, 8, 0]);
  });
});
