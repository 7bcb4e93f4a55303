import { describe, expect, test } from "vitest";
import { openWebGPU, type WebGPUDevice } from "../../src/devices/webgpu/device.ts";
import type { DType } from "../../src/dtype.ts";
import { type Expr, e } from "../../src/kernel/expression.ts";
import { difference, elementwiseOp, KernelBuilder, noise } from "./kernels.ts";

const device = (await openWebGPU()) as WebGPUDevice;

const special = [
  ...[Number.NaN, 1 / 0, -1 / 0, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, 1.5, -1.5],
  ...[1e-8, -1e-8, 1e-3, -1e-3, 1e-30, -1e-30, 1e30, -1e30, 3.4e38, -3.4e38, 1.2e-38],
  ...[9, 10, -10, 44, 87, 88.7, 88.73, 89, -87, -88, -104, 126.5, 128, -126, 1000, -1000],
  ...[8191, 8193, 12345.678, -54321.5, 1e6, 1e10, -1e10, 1e20, 8388607.5, 16777216, 2 ** 31],
];
const values = [...special, ...noise(200, -1, 1), ...noise(200, -8, 8), ...noise(100, -90, 90)].map(
  Math.fround,
);

/** Abramowitz & Stegun 7.1.5 and a continued fraction: the truth to 1e-15. */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 100; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  const y = up ? floor + 1 : floor;
  return y === 0 && (x < 0 || Object.is(x, -0)) ? -0 : y;
}

/** C's rules, which PyTorch follows. */
function pow(a: number, b: number): number {
  if (a === 1 || b === 0) return 1;
  if (a === -1 && Math.abs(b) === 1 / 0) return 1;
  return a ** b;
}

const sign = (x: number) => (x > 0 ? 1 : x < 0 ? -1 : 0);

async function evaluate(
  expression: (...values: Expr[]) => Expr,
  columns: readonly (readonly number[])[],
  dtype: DType = "f32",
  to: DType = dtype,
): Promise<number[]> {
  const build = new KernelBuilder();
  const size = (columns[0] as number[]).length;
  const inputs = columns.map((column) => build.input([size], dtype, column));
  build.step(
    elementwiseOp("under test", expression, () => 0),
    inputs,
    [size],
    { dtype: to },
  );
  return [...(await build.run(device))];
}

const rounded = (x: number) => {
  const y = Math.fround(x);
  return Math.abs(y) < 2 ** -126 ? y * 0 : y; // subnormals may be flushed
};

function expectClose(
  got: readonly number[],
  want: readonly number[],
  columns: readonly (readonly number[])[],
  rtol: number,
  atol: number,
): void {
  for (let i = 0; i < want.length; i++) {
    const arguments_ = columns.map((column) => column[i]).join(", ");
    expect(
      difference([got[i] as number], [rounded(want[i] as number)], rtol, atol),
      arguments_,
    ).toBeNull();
  }
}

const unary: [
  name: keyof typeof e,
  reference: (x: number) => number,
  rtol?: number,
  atol?: number,
][] = [
  ["neg", (x) => -x, 0],
  ["abs", Math.abs, 0],
  ["sign", sign, 0],
  ["floor", Math.floor, 0],
  ["ceil", Math.ceil, 0],
  ["trunc", Math.trunc, 0],
  ["round", roundHalfEven, 0],
  ["sqrt", Math.sqrt],
  ["rsqrt", (x) => 1 / Math.sqrt(x)],
  ["exp", Math.exp],
  ["exp2", (x) => 2 ** x],
  ["expm1", Math.expm1],
  ["log", Math.log],
  ["log2", Math.log2],
  ["log1p", Math.log1p],
  ["sin", Math.sin, 1e-6, 1e-10],
  ["cos", Math.cos, 1e-6, 1e-10],
  ["tan", Math.tan, 1e-6, 1e-10],
  ["asin", Math.asin],
  ["acos", Math.acos],
  ["atan", Math.atan],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["tanh", Math.tanh],
  ["asinh", Math.asinh],
  ["acosh", Math.acosh],
  ["atanh", Math.atanh],
  ["erf", erf],
];

describe("one argument", () => {
  test.each(unary)("%s", async (name, reference, rtol = 1e-6, atol = 1e-37) => {
    const fn = e[name] as (x: Expr) => Expr;
    const want = values.map(reference);
    const got = await evaluate(fn, [values]);
    expectClose(got, want, [values], rtol, atol);
    for (let i = 0; i < special.length; i++) {
      if (got[i] !== 0 || want[i] !== 0) continue;
      expect(Object.is(got[i], want[i]), `sign of zero at ${values[i]}`).toBe(true);
    }
  });

  test("isNan", async () => {
    const got = await evaluate(e.isNan, [values], "f32", "bool");
    expect(got).toEqual(values.map((x) => Number(Number.isNaN(x))));
  });
});

const left = special.flatMap((x) => special.map(() => x)).map(Math.fround);
const right = special.flatMap(() => special).map(Math.fround);

const binary: [name: keyof typeof e, reference: (a: number, b: number) => number, rtol?: number][] =
  [
    ["add", (a, b) => a + b, 0],
    ["sub", (a, b) => a - b, 0],
    ["mul", (a, b) => a * b, 0],
    ["div", (a, b) => a / b, 3e-7],
    ["rem", (a, b) => a % b, 0],
    ["pow", pow, 5e-6],
    ["atan2", Math.atan2, 1e-6],
    ["max", Math.max, 0],
    ["min", Math.min, 0],
  ];

describe("two arguments", () => {
  test.each(binary)("%s", async (name, reference, rtol = 1e-6) => {
    const fn = e[name] as (a: Expr, b: Expr) => Expr;
    const a = [...left, ...noise(300, -5, 5, 2), ...noise(300, 0, 10, 3)].map(Math.fround);
    const b = [...right, ...noise(300, -5, 5, 4), ...noise(300, -20, 20, 5)].map(Math.fround);
    const want = a.map((x, i) => reference(x, b[i] as number));
    expectClose(await evaluate(fn, [a, b]), want, [a, b], rtol, 1e-37);
  });

  const comparisons: [keyof typeof e, (a: number, b: number) => boolean][] = [
    ["eq", (a, b) => a === b],
    ["ne", (a, b) => a !== b],
    ["lt", (a, b) => a < b],
    ["le", (a, b) => a <= b],
    ["gt", (a, b) => a > b],
    ["ge", (a, b) => a >= b],
  ];
  test.each(comparisons)("%s", async (name, reference) => {
    const fn = e[name] as (a: Expr, b: Expr) => Expr;
    const want = left.map((x, i) => Number(reference(x, right[i] as number)));
    const got = await evaluate(fn, [left, right], "f32", "bool");
    const negated = await evaluate((a, b) => e.not(fn(a, b)), [left, right], "f32", "bool");
    const label = (i: number) => `${left[i]}, ${right[i]}`;
    for (const [i, x] of want.entries()) expect(got[i], label(i)).toBe(x);
    for (const [i, x] of want.entries()) expect(negated[i], `not ${label(i)}`).toBe(1 - x);
  });
});

describe("integers", () => {
  const whole = [0, 1, -1, 2, -2, 3, 7, -7, 100, -100, 46341, 2147483647, -2147483648];
  const a = whole.flatMap((x) => whole.map(() => x));
  const b = whole.flatMap(() => whole);
  const word = (x: number) => x >>> 0;
  const power = (x: number, n: number) => {
    if (n < 0) return x === 1 ? 1 : x === -1 ? (n % 2 === 0 ? 1 : -1) : 0;
    let y = 1n;
    let factor = BigInt(x);
    for (let left = n; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) y = BigInt.asIntN(64, y * factor);
      factor = BigInt.asIntN(64, factor * factor);
    }
    return Number(BigInt.asIntN(32, y));
  };
  const signedOps: [keyof typeof e, (a: number, b: number) => number][] = [
    ["add", (x, y) => (x + y) | 0],
    ["sub", (x, y) => (x - y) | 0],
    ["mul", Math.imul],
    ["div", (x, y) => (y === 0 ? x : (x / y) | 0)],
    ["rem", (x, y) => (y === 0 ? 0 : (x % y) + 0)],
    ["max", Math.max],
    ["min", Math.min],
    ["pow", power],
    ["bitAnd", (x, y) => x & y],
    ["bitOr", (x, y) => x | y],
    ["bitXor", (x, y) => x ^ y],
  ];
  test.each(signedOps)("i32 %s", async (name, reference) => {
    const fn = e[name] as (a: Expr, b: Expr) => Expr;
    const got = await evaluate(fn, [a, b], "i32");
    for (const [i, x] of a.entries()) {
      expect(got[i], `${x}, ${b[i]}`).toBe(reference(x, b[i] as number));
    }
  });

  test("u32: high words of products, remainders, shifts", async () => {
    const [x, y] = [a.map(word), b.map(word)];
    const high = (p: number, q: number) => Number((BigInt(p) * BigInt(q)) >> 32n);
    expect(await evaluate(e.mulHigh, [x, y], "u32")).toEqual(
      x.map((p, i) => high(p, y[i] as number)),
    );
    const rem = x.map((p, i) => (y[i] === 0 ? 0 : p % (y[i] as number)));
    expect(await evaluate(e.rem, [x, y], "u32")).toEqual(rem);
    const shift = x.map((p, i) => (p << ((y[i] as number) & 31)) >>> 0);
    expect(await evaluate(e.shiftLeft, [x, y], "u32")).toEqual(shift);
    expect(await evaluate(e.neg, [x], "u32")).toEqual(x.map((p) => -p >>> 0));
  });

  test("i32 of one argument", async () => {
    expect(await evaluate(e.abs, [whole], "i32")).toEqual(whole.map((x) => Math.abs(x) | 0));
    expect(await evaluate(e.neg, [whole], "i32")).toEqual(whole.map((x) => -x | 0));
    expect(await evaluate(e.sign, [whole], "i32")).toEqual(whole.map(sign));
    expect(await evaluate(e.floor, [whole], "i32")).toEqual(whole);
  });
});

describe("conversions", () => {
  const floats = [0, -0, 0.9, -0.9, 1.5, -1.5, 300.7, -3.2, 65536, 1e6];
  test("between dtypes", async () => {
    const cast = (to: DType, column: readonly number[], from: DType) =>
      evaluate((x) => e.cast(x, to), [column], from, to);
    expect(await cast("i32", floats, "f32")).toEqual(floats.map((x) => Math.trunc(x) + 0));
    expect(await cast("bool", [...floats, Number.NaN, 1 / 0], "f32")).toEqual(
      [...floats, 1, 1].map((x) => Number(x !== 0)),
    );
    expect(await cast("u8", [0, 1.9, 255, 256, 300.7, -1], "f32")).toEqual([0, 1, 255, 0, 44, 255]);
    expect(await cast("f32", [0, 1, 255, 7], "u8")).toEqual([0, 1, 255, 7]);
    expect(await cast("i32", [0, 1, 1], "bool")).toEqual([0, 1, 1]);
    expect(await cast("f32", [0, 1, 0], "bool")).toEqual([0, 1, 0]);
    expect(await cast("bool", [0, 3, -1], "i32")).toEqual([0, 1, 1]);
    expect(await cast("f32", [0, 4294967295, 5], "u32")).toEqual([0, 4294967296, 5]);
  });

  test("the same bits under another type", async () => {
    const bits = await evaluate((x) => e.bitcast(x, "u32"), [[1, -0, 1 / 0]], "f32", "u32");
    expect(bits).toEqual([0x3f800000, 0x80000000, 0x7f800000]);
  });

  test("constants that WGSL has no literal for", async () => {
    const x = [1, 2, 3, 4, 5];
    for (const value of [1 / 0, -1 / 0, Number.NaN, 3.4e38, 1e-40, -0, 0.1, 16777216, 1e10]) {
      const got = await evaluate(
        (y) => e.select(e.gt(y, e.constant(2)), e.constant(value), y),
        [x],
      );
      expectClose(got, [1, 2, value, value, value], [x], 0, 1e-37);
    }
    const low = -2147483648;
    expect(await evaluate((y) => e.add(y, e.constant(low, "i32")), [[0, 5]], "i32")).toEqual([
      low,
      low + 5,
    ]);
  });
});

test("bool arithmetic is logic", async () => {
  const [a, b] = [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
  ];
  const of = (fn: (x: Expr, y: Expr) => Expr) => evaluate(fn, [a, b], "bool");
  expect(await of(e.add)).toEqual([0, 1, 1, 1]);
  expect(await of(e.mul)).toEqual([0, 0, 0, 1]);
  expect(await of(e.max)).toEqual([0, 1, 1, 1]);
  expect(await of(e.min)).toEqual([0, 0, 0, 1]);
  expect(await of(e.xor)).toEqual([0, 1, 1, 0]);
  expect(await of(e.bitAnd)).toEqual([0, 0, 0, 1]);
  expect(await of(e.eq)).toEqual([1, 0, 0, 1]);
  expect(await of(e.lt)).toEqual([0, 1, 0, 0]);
  expect(await of(e.ge)).toEqual([1, 0, 1, 1]);
  expect(await of((x, y) => e.select(x, y, e.not(y)))).toEqual([1, 0, 0, 1]);
});

test("bytes wrap", async () => {
  const [a, b] = [
    [250, 3, 16, 255, 9],
    [10, 5, 16, 255, 4],
  ];
  expect(await evaluate(e.add, [a, b], "u8")).toEqual([4, 8, 32, 254, 13]);
  expect(await evaluate(e.sub, [a, b], "u8")).toEqual([240, 254, 0, 0, 5]);
  expect(await evaluate(e.mul, [a, b], "u8")).toEqual([196, 15, 0, 1, 36]);
  expect(await evaluate(e.div, [a, b], "u8")).toEqual([25, 0, 1, 1, 2]);
});
