import type { DType } from "../dtype.ts";
import { LimitError } from "../errors.ts";

/** A scalar, or a vector of four. */
export type Lanes = 1 | 4;

/** A value of the loop IR. An object that is used twice is one value and computed once. */
export type Expr = {
  readonly dtype: DType;
  readonly lanes: Lanes;
  /** Whether it reads a variable, so that it must be evaluated at each use. */
  readonly mutable: boolean;
} & (
  | { readonly kind: "constant"; readonly value: number }
  /** A named value: a `let`, a variable, the index of a loop, or a parameter of a function. */
  | { readonly kind: "local"; readonly id: number }
  /** A parameter of the kernel, which may differ from run to run. */
  | { readonly kind: "param"; readonly slot: number }
  /** A u32 that is fixed for a plan. It need not be in the text, so kernels can share shaders. */
  | { readonly kind: "size"; readonly value: number }
  /** The coordinate along an axis of a u32 parameter (an offset): ⌊parameter / stride⌋ mod size. */
  | {
      readonly kind: "coordinate";
      readonly slot: number;
      readonly stride: number;
      readonly size: number;
    }
  /** The position of walks: Σ coordinate · stride over counters' dimensions; or the flat index. */
  | { readonly kind: "at"; readonly terms: readonly AtTerm[]; readonly whole: boolean }
  | { readonly kind: "load"; readonly buffer: Buffer; readonly index: Expr }
  /** An element of a local array; four elements if the index has four lanes. */
  | { readonly kind: "element"; readonly array: LocalArray; readonly index: Expr }
  | { readonly kind: "lane"; readonly of: Expr; readonly lane: number | Expr }
  | { readonly kind: "call"; readonly fn: Intrinsic; readonly args: readonly Expr[] }
);

/** Memory that a kernel reads or writes. */
export type Buffer =
  | { readonly input: number }
  /** Index among the kernel's stored steps. */
  | { readonly output: number }
  | { readonly scratch: number };

/** An array that lives while a thread, or with `shared` a workgroup, runs. */
export interface LocalArray {
  readonly id: number;
  readonly dtype: DType;
  readonly lanes: Lanes;
  readonly length: number;
  readonly shared: boolean;
  /** Whether it must start as zeros; if not, every element is put before it is read. */
  readonly cleared: boolean;
}

/** Dimensions that counters count in row-major order, and the walks over them. */
export interface Layout {
  readonly dims: readonly number[];
  readonly walks: Walk[];
  /** Multiply by strides of 1, too: kernels then share shaders, at the cost of a product. */
  readonly anyStride: boolean;
}

/** The index base + Σ coordinate · stride. */
export interface Walk {
  readonly strides: readonly number[];
  readonly base: Expr | null;
}

/** A count over a layout. A device computes its coordinates by division, or nests loops. */
export interface Counter {
  readonly layout: Layout;
  readonly index: Expr;
}

export interface AtTerm {
  readonly counter: Counter;
  /** Index into the layout's `walks`; -1 is the counter's own index. */
  readonly walk: number;
}

/** What a renderer must implement. NaN and infinities behave as in IEEE 754 and PyTorch. */
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
 * Instructions of the target, which may treat NaN in its own way.
 *
 * - `nativeInt`, `nativeUnsigned`: i32 and u32 of a float in range.
 * - `quotient`, `remainder`: the divisor must not be 0.
 * - `farTurns`: reduces a large angle.
 * - `iota`: 0, 1, 2, 3.
 * - `any`: whether a lane is true.
 * - `subgroupSum`, `subgroupFirst`: a subgroup's sum, and whether the thread is its first.
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

/** Arithmetic and order of bools as logic, as in PyTorch, so that no device implements them. */
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
  /** The number of the thread in the grid, of the workgroup, and of the thread in its workgroup. */
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
  /** `yes` if `condition`, else `no`. */
  readonly select: (condition: Expr, yes: Expr, no: Expr) => Expr;
  /** Converts the value: float → int truncates, anything → bool is `x ≠ 0`. */
  readonly cast: (x: Expr, dtype: DType) => Expr;
  /** The same 32 bits under another type. */
  readonly bitcast: (x: Expr, dtype: DType) => Expr;
  /** The sum of the terms; 0 if there is none. */
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
 * Builders of expressions. Operands of a call must have one dtype; `e.cast` converts. `round`
 * rounds ties to even; `rem` has the sign of `a`; `max` and `min` are NaN if either is; `mulHigh`
 * is the high half of the 64-bit product of two u32; `half` rounds to f16.
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

/** The number, if it fits the 32 bits in which kernels count. Throws LimitError. */
export function counted(value: number): number {
  if (value <= 0xffffffff) return value;
  throw new LimitError(
    `a kernel can count ${0xffffffff} elements; this one needs ${value}` +
      "\n  hint: reduce one dimension after the other, or in parts",
  );
}
