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
  | BinaryIntrinsic
  | CompareIntrinsic
  | "isNan"
  | "not"
  | "select"
  | "cast"
  | "bitcast";

type Names<Text extends string> = Text extends `${infer First} ${infer Rest}`
  ? First | Names<Rest>
  : Text;

const unaryNames =
  "neg abs sign floor ceil round trunc sqrt rsqrt exp exp2 expm1 log log2 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf";
const binaryNames =
  "add sub mul div rem pow atan2 max min bitAnd bitOr bitXor shiftLeft shiftRight mulHigh";
const compareNames = "eq ne lt le gt ge and or xor";

export type UnaryIntrinsic = Names<typeof unaryNames>;
export type BinaryIntrinsic = Names<typeof binaryNames>;
export type CompareIntrinsic = Names<typeof compareNames>;

type Unary = (x: Expr) => Expr;
type Binary = (a: Expr, b: Expr) => Expr;

const call = (fn: Intrinsic, args: readonly Expr[], dtype: DType): Expr => ({
  kind: "call",
  fn,
  args,
  dtype,
});
const unary =
  (fn: Intrinsic): Unary =>
  (x) =>
    call(fn, [x], x.dtype);
const binary =
  (fn: Intrinsic): Binary =>
  (a, b) =>
    call(fn, [a, b], a.dtype);
const compare =
  (fn: Intrinsic): Binary =>
  (a, b) =>
    call(fn, [a, b], "bool");

interface Builders
  extends Readonly<Record<UnaryIntrinsic, Unary>>,
    Readonly<Record<BinaryIntrinsic | CompareIntrinsic, Binary>> {
  readonly load: (input: number, dtype: DType) => Expr;
  readonly scalar: (slot: number, dtype: DType) => Expr;
  /** The flat index of the element, u32. */
  readonly index: Expr;
  readonly constant: (value: number, dtype?: DType) => Expr;
  /** A constant of the dtype of `like`. */
  readonly number: (value: number, like: Expr) => Expr;
  readonly isNan: Unary;
  readonly not: Unary;
  /** `yes` where `condition` (bool), else `no`. */
  readonly select: (condition: Expr, yes: Expr, no: Expr) => Expr;
  /** Value conversion: float → int truncates, anything → bool is `x ≠ 0`. */
  readonly cast: (x: Expr, dtype: DType) => Expr;
  /** The same 32 bits under another type. */
  readonly bitcast: (x: Expr, dtype: DType) => Expr;
}

const table = <Text extends string, V>(
  names: Text,
  make: (fn: Intrinsic) => V,
): Record<Names<Text>, V> =>
  Object.fromEntries(names.split(" ").map((fn) => [fn, make(fn as Intrinsic)])) as Record<
    Names<Text>,
    V
  >;

/**
 * Builders, by the names the formulas have. Operands of one call have one dtype; `e.cast` converts. `round` goes to the
 * nearest whole number, halves to even; `rem` is C's (the sign of `a`); `max` and `min` are NaN if either is;
 * `mulHigh` is the high half of the 64-bit product of two u32.
 */
export const e: Builders = {
  ...table(unaryNames, unary),
  ...table(binaryNames, binary),
  ...table(compareNames, compare),
  load: (input, dtype) => ({ kind: "load", input, dtype }),
  scalar: (slot, dtype) => ({ kind: "scalar", slot, dtype }),
  index: { kind: "index", dtype: "u32" },
  constant: (value, dtype = "f32") => ({ kind: "constant", value, dtype }),
  number: (value, like) => ({ kind: "constant", value, dtype: like.dtype }),
  isNan: (x) => call("isNan", [x], "bool"),
  not: (x) => call("not", [x], "bool"),
  select: (condition, yes, no) => call("select", [condition, yes, no], yes.dtype),
  cast: (x, dtype) => (x.dtype === dtype ? x : call("cast", [x], dtype)),
  bitcast: (x, dtype) => call("bitcast", [x], dtype),
};
