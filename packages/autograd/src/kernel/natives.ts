import type { DType } from "../dtype.ts";
import type { Intrinsic } from "./expression.ts";

type Compute = (...args: number[]) => number;

const float =
  (f: Compute): Compute =>
  (...args) =>
    Math.fround(f(...args));
const buffer = new ArrayBuffer(4);
const [floats, ints, words] = [
  new Float32Array(buffer),
  new Int32Array(buffer),
  new Uint32Array(buffer),
];

/** The type in which a dtype's arithmetic is done: u32 for u8, f32 for f16. */
export type Arithmetic = "f32" | "i32" | "u32" | "bool";
export const arithmeticOf = (dtype: DType): Arithmetic =>
  dtype === "u8" ? "u32" : dtype === "f16" || dtype === "f64" ? "f32" : dtype;

/** Rounds to the nearest integer, ties to even. */
function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const ofFloats: Partial<Record<Intrinsic, Compute>> = {
  add: float((a, b) => a + b),
  sub: float((a, b) => a - b),
  mul: float((a, b) => a * b),
  div: float((a, b) => a / b),
  nativeDiv: float((a, b) => a / b),
  neg: (a) => -a,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: roundToEven,
  nativeSqrt: float(Math.sqrt),
  nativeMax: Math.max,
  nativeMin: Math.min,
  isNan: (a) => Number(Number.isNaN(a)),
};

const ofInts = (wrap: Compute): Partial<Record<Intrinsic, Compute>> => ({
  add: (a, b) => wrap(a + b),
  sub: (a, b) => wrap(a - b),
  mul: (a, b) => wrap(Math.imul(a, b)),
  neg: (a) => wrap(-a),
  abs: (a) => wrap(Math.abs(a)),
  quotient: (a, b) => wrap(Math.trunc(a / b)),
  remainder: (a, b) => wrap(a % b),
  bitAnd: (a, b) => wrap(a & b),
  bitOr: (a, b) => wrap(a | b),
  bitXor: (a, b) => wrap(a ^ b),
  max: Math.max,
  min: Math.min,
  nativeMax: Math.max,
  nativeMin: Math.min,
  sign: Math.sign,
  floor: (a) => a,
  ceil: (a) => a,
  trunc: (a) => a,
  round: (a) => a,
  shiftLeft: (a, b) => wrap(a << (b & 31)),
  countLeadingZeros: Math.clz32,
  isNan: () => 0,
});

const asInt: Compute = (a) => a | 0;
const asWord: Compute = (a) => a >>> 0;

const comparisons: Partial<Record<Intrinsic, Compute>> = {
  eq: (a, b) => Number(a === b),
  nativeEq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => a ^ 1,
};

const tables: Readonly<Record<Arithmetic, Partial<Record<Intrinsic, Compute>>>> = {
  f32: ofFloats,
  i32: { ...ofInts(asInt), shiftRight: (a, b) => a >> (b & 31) },
  u32: { ...ofInts(asWord), shiftRight: (a, b) => asWord(a >>> (b & 31)) },
  bool: { isNan: () => 0 },
};

/** The host function of an intrinsic; null if `functions/` defines it. */
export const nativeOf = (fn: Intrinsic, of: DType): Compute | null =>
  tables[arithmeticOf(of)][fn] ?? comparisons[fn] ?? null;

/** The same 32 bits as another type. */
export function bitcast(x: number, from: DType, to: DType): number {
  const [a, b] = [arithmeticOf(from), arithmeticOf(to)];
  if (a === b || a === "bool" || b === "bool") return x;
  if (a === "f32") floats[0] = x;
  else words[0] = x;
  return (b === "f32" ? floats : b === "i32" ? ints : words)[0] as number;
}

/** Converts a value, except a float to an integer, which `functions/` defines. */
export function convert(x: number, to: DType): number {
  switch (to) {
    case "bool":
      return Number(x !== 0);
    case "u8":
      return x & 255;
    case "i32":
      return x | 0;
    case "u32":
      return x >>> 0;
    default:
      return Math.fround(x);
  }
}
