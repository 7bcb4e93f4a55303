import type { DType } from "../dtype.ts";
import { LimitError } from "../errors.ts";

/** One element a thread, or four consecutive ones. */
export type Lanes = 1 | 4;

/**
 * A value of the loop IR: an element of an operation, an index, a load or a sum. It knows no
 * device. Sharing is by identity: an object that is used twice is computed once.
 */
export type Expr = {
  readonly dtype: DType;
  readonly lanes: Lanes;
  /** It reads a variable: it is evaluated where it is used, and again after each write. */
  readonly mutable: boolean;
} & (
  | { readonly kind: "constant"; readonly value: number }
  /**
   * A value named before: by `let`, as a variable, as the counter of a loop, or as a parameter of a
   * function.
   */
  | { readonly kind: "local"; readonly id: number }
  /** A number of the kernel that may differ from run to run. */
  | { readonly kind: "param"; readonly slot: number }
  /**
   * A u32 that planning knows: a number of the run like a parameter, so that kernels of other sizes
   * share their text.
   */
  | { readonly kind: "size"; readonly value: number }
  /**
   * The coordinate of a parameter (an offset, u32) along an axis: ⌊parameter / stride⌋ mod size.
   */
  | {
      readonly kind: "coordinate";
      readonly slot: number;
      readonly stride: number;
      readonly size: number;
    }
  /** Σ coordinate · stride over the dimensions of counters. */
  | { readonly kind: "at"; readonly terms: readonly AtTerm[]; readonly whole: boolean }
  | { readonly kind: "load"; readonly buffer: Buffer; readonly index: Expr }
  /**
   * An element of an array of the thread, or of its workgroup; at an index of four lanes, four of
   * them.
   */
  | { readonly kind: "element"; readonly array: LocalArray; readonly index: Expr }
  | { readonly kind: "lane"; readonly of: Expr; readonly lane: number | Expr }
  | { readonly kind: "call"; readonly fn: Intrinsic; readonly args: readonly Expr[] }
);

/** Memory that a kernel reads or writes. */
export type Buffer =
  | { readonly input: number }
  /** Of the steps that the kernel stores. */
  | { readonly output: number }
  | { readonly scratch: number };

/** An array that lives while a thread, or with `shared` a workgroup, runs. */
export interface LocalArray {
  readonly id: number;
  readonly dtype: DType;
  readonly lanes: Lanes;
  readonly length: number;
  readonly shared: boolean;
  /** All zeros at first; else every element is put before it is read. */
  readonly cleared: boolean;
}

/** Dimensions that are counted in row-major order, and how: what counters over them share. */
export interface Layout {
  readonly dims: readonly number[];
  /** The walks that are taken over them. */
  readonly walks: Walk[];
  /** Strides of 1 are no special case: fewer texts, an extra product. */
  readonly anyStride: boolean;
}

/** base + Σ coordinate · stride. */
export interface Walk {
  readonly strides: readonly number[];
  readonly base: Expr | null;
}

/** A count over a layout. A device divides coordinates out of its index, or nests loops. */
export interface Counter {
  readonly layout: Layout;
  readonly index: Expr;
}

export interface AtTerm {
  readonly counter: Counter;
  /** Its place in the layout's `walks`; -1 is the index itself. */
  readonly walk: number;
}

/**
 * What a renderer must know. NaN and infinities behave as IEEE 754 and PyTorch say, whatever the
 * target does.
 */
export type Intrinsic =
  | UnaryIntrinsic
  | BinaryIntrinsic
  | CompareIntrinsic
  | NativeIntrinsic
  | "isNan"
  | "not"
  | "select"
  | "cast"
  | "bitcast";

type Names<Text extends string> = Text extends `${infer First} ${infer Rest}`
  ? First | Names<Rest>
  : Text;

const unaryNames =
  "neg abs sign floor ceil round trunc sqrt rsqrt exp exp2 expm1 log log2 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfcx half isFinite";
const binaryNames =
  "add sub mul div rem pow atan2 max min bitAnd bitOr bitXor shiftLeft shiftRight mulHigh gcd igamma igammac zeta";
const compareNames = "eq ne lt le gt ge and or xor";
/**
 * Instructions of the target, with its own treatment of NaN. `nativeInt`, `nativeUnsigned`: i32 and
 * u32 of a float in range. `quotient`, `remainder`: of u32 by a divisor other than 0. `farTurns`: a
 * large angle reduced. `iota`: 0, 1, 2, 3. `any`: true if a lane is. `subgroupSum`,
 * `subgroupFirst`: a subgroup's sum, and whether a thread is its first.
 */
const nativeNames =
  "nativeSqrt nativeMax nativeMin nativeEq nativeDiv nativeInt nativeUnsigned farTurns quotient remainder countLeadingZeros iota any subgroupSum subgroupFirst thread group local";

export type UnaryIntrinsic = Names<typeof unaryNames>;
export type BinaryIntrinsic = Names<typeof binaryNames>;
export type CompareIntrinsic = Names<typeof compareNames>;
export type NativeIntrinsic = Names<typeof nativeNames>;

type Unary = (x: Expr) => Expr;
type Binary = (a: Expr, b: Expr) => Expr;

const widest = (values: readonly Expr[]): Lanes =>
  values.some(({ lanes }) => lanes === 4) ? 4 : 1;

const call = (fn: Intrinsic, args: readonly Expr[], dtype: DType): Expr => ({
  kind: "call",
  fn,
  args,
  dtype,
  lanes: widest(args),
  mutable: args.some(({ mutable }) => mutable),
});
const unary =
  (fn: Intrinsic): Unary =>
  (x) =>
    fn === "abs" && x.dtype === "bool" ? x : call(fn, [x], x.dtype);
const binary =
  (fn: Intrinsic): Binary =>
  (a, b) =>
    ofBools(fn, a, b) ?? call(fn, [a, b], a.dtype);
const compare =
  (fn: Intrinsic): Binary =>
  (a, b) =>
    ofBools(fn, a, b) ?? call(fn, [a, b], "bool");

/** Arithmetic and order of bools are logic, as in PyTorch; no device needs them. */
function ofBools(fn: Intrinsic, a: Expr, b: Expr): Expr | null {
  if (a.dtype !== "bool") return null;
  const logic = (of: "and" | "or" | "xor", p: Expr, q: Expr): Expr => call(of, [p, q], "bool");
  const not = (x: Expr): Expr => call("not", [x], "bool");
  switch (fn) {
    case "add":
    case "max":
    case "bitOr":
      return logic("or", a, b);
    case "mul":
    case "min":
    case "bitAnd":
      return logic("and", a, b);
    case "sub":
    case "bitXor":
      return logic("xor", a, b);
    case "lt":
      return logic("and", not(a), b);
    case "gt":
      return logic("and", a, not(b));
    case "le":
      return logic("or", not(a), b);
    case "ge":
      return logic("or", a, not(b));
    default:
      return null;
  }
}
const nullary = (fn: Intrinsic, dtype: DType, lanes: Lanes): Expr => ({
  ...call(fn, [], dtype),
  lanes,
});

interface Builders
  extends Readonly<Record<Exclude<UnaryIntrinsic, "isFinite">, Unary>>,
    Readonly<Record<BinaryIntrinsic | CompareIntrinsic, Binary>>,
    Readonly<Record<"nativeMax" | "nativeMin" | "nativeDiv" | "quotient" | "remainder", Binary>> {
  readonly nativeSqrt: Unary;
  readonly nativeInt: Unary;
  readonly nativeUnsigned: Unary;
  readonly farTurns: Unary;
  readonly nativeEq: Binary;
  readonly countLeadingZeros: Unary;
  readonly subgroupSum: Unary;
  readonly any: Unary;
  readonly isFinite: Unary;
  /**
   * The number of the thread, where they are counted; of the workgroup; and of the thread in it.
   */
  readonly thread: Expr;
  readonly group: Expr;
  readonly local: Expr;
  readonly subgroupFirst: Expr;
  /** 0, 1, 2, 3 in four lanes. */
  readonly iota: Expr;
  readonly constant: (value: number, dtype?: DType) => Expr;
  /** A constant of the dtype of `like`. */
  readonly number: (value: number, like: Expr) => Expr;
  readonly u32: (value: number) => Expr;
  readonly param: (slot: number, dtype: DType) => Expr;
  readonly size: (value: number) => Expr;
  readonly coordinate: (slot: number, stride: number, size: number) => Expr;
  readonly load: (buffer: Buffer, dtype: DType, index: Expr) => Expr;
  readonly element: (array: LocalArray, index: Expr) => Expr;
  readonly lane: (of: Expr, lane: number | Expr) => Expr;
  readonly isNan: Unary;
  readonly not: Unary;
  /** `yes` where `condition` (bool), else `no`. */
  readonly select: (condition: Expr, yes: Expr, no: Expr) => Expr;
  /** Value conversion: float → int truncates, anything → bool is `x ≠ 0`. */
  readonly cast: (x: Expr, dtype: DType) => Expr;
  /** The same 32 bits under another type. */
  readonly bitcast: (x: Expr, dtype: DType) => Expr;
  /** Σ of what is not 0 as it stands; 0 of nothing. */
  readonly sum: (...terms: readonly Expr[]) => Expr;
}

const table = <Text extends string, V>(
  names: Text,
  make: (fn: Intrinsic) => V,
): Record<Names<Text>, V> =>
  Object.fromEntries(names.split(" ").map((fn) => [fn, make(fn as Intrinsic)])) as Record<
    Names<Text>,
    V
  >;

const plain = { lanes: 1, mutable: false } as const;

/**
 * Builders of expressions. Operands of a call have one dtype; `e.cast` converts. `round` rounds
 * halves to even; `rem` has the sign of `a`; `max` and `min` are NaN if either is; `mulHigh` is the
 * high half of a 64-bit product of two u32; `half` rounds to f16.
 */
export const e: Builders = {
  ...table(unaryNames, unary),
  ...table(binaryNames, binary),
  ...table(compareNames, compare),
  ...table("nativeMax nativeMin nativeDiv quotient remainder", binary),
  nativeSqrt: unary("nativeSqrt"),
  nativeInt: (x) => call("nativeInt", [x], "i32"),
  nativeUnsigned: (x) => call("nativeUnsigned", [x], "u32"),
  farTurns: (x) => call("farTurns", [x], "u32"),
  nativeEq: compare("nativeEq"),
  countLeadingZeros: unary("countLeadingZeros"),
  subgroupSum: unary("subgroupSum"),
  any: (x) => ({ ...call("any", [x], "bool"), lanes: 1 }),
  isFinite: (x) => call("isFinite", [x], "bool"),
  thread: nullary("thread", "u32", 1),
  group: nullary("group", "u32", 1),
  local: nullary("local", "u32", 1),
  subgroupFirst: nullary("subgroupFirst", "bool", 1),
  iota: nullary("iota", "u32", 4),
  constant: (value, dtype = "f32") => ({ kind: "constant", value, dtype, ...plain }),
  number: (value, like) => ({ kind: "constant", value, dtype: like.dtype, ...plain }),
  u32: (value) => ({ kind: "constant", value, dtype: "u32", ...plain }),
  param: (slot, dtype) => ({ kind: "param", slot, dtype, ...plain }),
  size: (value) => ({ kind: "size", value: counted(value), dtype: "u32", ...plain }),
  coordinate: (slot, stride, size) => ({
    kind: "coordinate",
    slot,
    stride,
    size,
    dtype: "u32",
    ...plain,
  }),
  load: (buffer, dtype, index) => ({
    kind: "load",
    buffer,
    index,
    dtype,
    lanes: index.lanes,
    mutable: index.mutable,
  }),
  element: (array, index) => ({
    kind: "element",
    array,
    index,
    dtype: array.dtype,
    lanes: array.lanes === 4 ? 4 : index.lanes,
    mutable: true,
  }),
  lane: (of, lane) => ({
    kind: "lane",
    of,
    lane,
    dtype: of.dtype,
    lanes: 1,
    mutable: of.mutable || (typeof lane === "object" && lane.mutable),
  }),
  isNan: (x) => call("isNan", [x], "bool"),
  not: (x) => call("not", [x], "bool"),
  select: (condition, yes, no) => call("select", [condition, yes, no], yes.dtype),
  cast: (x, dtype) => (x.dtype === dtype ? x : call("cast", [x], dtype)),
  bitcast: (x, dtype) => (x.dtype === dtype ? x : call("bitcast", [x], dtype)),
  sum: (...terms) => {
    const [first = e.u32(0), ...rest] = terms;
    return rest.reduce((sum, term) => e.add(sum, term), first);
  },
};

/** Kernels count in 32 bits. */
export function counted(value: number): number {
  if (value <= 0xffffffff) return value;
  throw new LimitError(
    `a kernel counts up to ${0xffffffff} elements, not ${value}` +
      "\n  hint: reduce one dimension after the other, or in parts",
  );
}
