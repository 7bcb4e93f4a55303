import type { DType } from "../dtype.ts";

/**
 * The scalar language that elementwise meaning is written in. It knows nothing of WGSL: a renderer
 * turns it into a shader, and another could turn it into WebAssembly. Sharing is by identity:
 * the same object used twice is computed once.
 */
export type Expr = { readonly dtype: DType } & (
  | { readonly kind: "load"; readonly input: number }
  | { readonly kind: "scalar"; readonly slot: number }
  | { readonly kind: "index" }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "call"; readonly fn: Intrinsic; readonly args: readonly Expr[] }
);

/** What a renderer must know. NaN and infinities behave as IEEE 754 and PyTorch say, whatever the target does. */
export type Intrinsic =
  | UnaryIntrinsic
  | "add" | "sub" | "mul" | "div" | "rem" | "pow" | "atan2" | "max" | "min"
  | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
  | "and" | "or" | "xor" | "not" | "bitAnd" | "bitOr" | "bitXor" | "shiftLeft" | "shiftRight"
  | "select" | "cast" | "bitcast" | "mulHigh";

export type UnaryIntrinsic =
  | "neg" | "abs" | "sign" | "floor" | "ceil" | "round" | "trunc" | "sqrt" | "rsqrt"
  | "exp" | "exp2" | "expm1" | "log" | "log2" | "log1p"
  | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh"
  | "erf" | "isNan";

const call = (fn: Intrinsic, args: readonly Expr[], dtype: DType): Expr => ({ kind: "call", fn, args, dtype });
const unary =
  (fn: Intrinsic) =>
  (x: Expr): Expr =>
    call(fn, [x], x.dtype);
const binary =
  (fn: Intrinsic) =>
  (a: Expr, b: Expr): Expr =>
    call(fn, [a, b], a.dtype);
const compare =
  (fn: Intrinsic) =>
  (a: Expr, b: Expr): Expr =>
    call(fn, [a, b], "bool");

/** Builders, by the names the formulas have. Operands of one call have one dtype; `e.cast` converts. */
export const e = {
  load: (input: number, dtype: DType): Expr => ({ kind: "load", input, dtype }),
  scalar: (slot: number, dtype: DType): Expr => ({ kind: "scalar", slot, dtype }),
  /** The flat index of the element, u32. */
  index: { kind: "index", dtype: "u32" } as Expr,
  constant: (value: number, dtype: DType = "f32"): Expr => ({ kind: "constant", value, dtype }),
  /** A constant of the dtype of `like`. */
  number: (value: number, like: Expr): Expr => ({ kind: "constant", value, dtype: like.dtype }),

  neg: unary("neg"), abs: unary("abs"), sign: unary("sign"),
  floor: unary("floor"), ceil: unary("ceil"), trunc: unary("trunc"),
  /** To the nearest whole number, halves to even. */
  round: unary("round"),
  sqrt: unary("sqrt"), rsqrt: unary("rsqrt"),
  exp: unary("exp"), exp2: unary("exp2"), expm1: unary("expm1"),
  log: unary("log"), log2: unary("log2"), log1p: unary("log1p"),
  sin: unary("sin"), cos: unary("cos"), tan: unary("tan"),
  asin: unary("asin"), acos: unary("acos"), atan: unary("atan"),
  sinh: unary("sinh"), cosh: unary("cosh"), tanh: unary("tanh"),
  asinh: unary("asinh"), acosh: unary("acosh"), atanh: unary("atanh"),
  erf: unary("erf"),
  isNan: (x: Expr): Expr => call("isNan", [x], "bool"),

  add: binary("add"), sub: binary("sub"), mul: binary("mul"), div: binary("div"),
  /** Truncated remainder, the sign of `a` (C's fmod; integer % likewise). */
  rem: binary("rem"),
  pow: binary("pow"), atan2: binary("atan2"),
  /** NaN if either is. */
  max: binary("max"), min: binary("min"),

  eq: compare("eq"), ne: compare("ne"), lt: compare("lt"), le: compare("le"), gt: compare("gt"), ge: compare("ge"),
  and: compare("and"), or: compare("or"), xor: compare("xor"),
  not: (x: Expr): Expr => call("not", [x], "bool"),
  bitAnd: binary("bitAnd"), bitOr: binary("bitOr"), bitXor: binary("bitXor"),
  shiftLeft: binary("shiftLeft"), shiftRight: binary("shiftRight"),
  /** High 32 bits of the 64-bit product of two u32. */
  mulHigh: binary("mulHigh"),

  /** `yes` where `condition` (bool), else `no`. */
  select: (condition: Expr, yes: Expr, no: Expr): Expr => call("select", [condition, yes, no], yes.dtype),
  /** Value conversion: float → int truncates, anything → bool is `x ≠ 0`. */
  cast: (x: Expr, dtype: DType): Expr => (x.dtype === dtype ? x : call("cast", [x], dtype)),
  /** The same 32 bits under another type. */
  bitcast: (x: Expr, dtype: DType): Expr => call("bitcast", [x], dtype),
} as const;
