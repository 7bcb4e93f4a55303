import type { DType } from "../../../dtype.ts";
import type { Intrinsic, Lanes } from "../../../kernel/expression.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";
import { wgslType } from "./text.ts";

/** Intrinsics that are infix operators. */
const infix: Partial<Record<Intrinsic, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  nativeDiv: "/",
  quotient: "/",
  remainder: "%",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "==",
  nativeEq: "==",
  ne: "!=",
  and: "&",
  or: "|",
  xor: "!=",
  bitAnd: "&",
  bitOr: "|",
  bitXor: "^",
};

/** Intrinsics that are built-in functions, correct for all values. */
const builtIn: Partial<Record<Intrinsic, string>> = {
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  round: "round",
  nativeSqrt: "sqrt",
  nativeMax: "max",
  nativeMin: "min",
  countLeadingZeros: "countLeadingZeros",
  any: "any",
  subgroupSum: "subgroupAdd",
};

/** Comparisons whose result WGSL leaves open for NaN. */
const careless: ReadonlySet<Intrinsic> = new Set(["eq", "ne"]);

/** Intrinsics of integers that are functions of `kernel/functions/`. */
const ofIntegers: ReadonlySet<Intrinsic> = new Set(["div", "rem", "pow", "mulHigh", "gcd"]);

/** Intrinsics whose u32 result may exceed a byte. */
const wrapping: ReadonlySet<Intrinsic> = new Set(["add", "sub", "mul", "neg", "pow", "shiftLeft"]);

/** Whether a function's result must be cut to a byte. */
export const wraps = (fn: Intrinsic, to: DType): boolean =>
  to === "u8" && (wrapping.has(fn) || fn === "cast");

/** A call as text, or the name of the function of `kernel/functions/` that computes it. */
export type Rendered = { readonly text: string } | { readonly fn: string };

export function renderCall(
  fn: Intrinsic,
  args: readonly string[],
  from: DType,
  to: DType,
  lanes: Lanes,
  shift: number | null,
): Rendered {
  const [a, b, c] = args as [string, string, string];
  const type = arithmeticOf(from);
  const integer = type === "i32" || type === "u32";
  const word = (text: string): string => inLanes(text, lanes);
  const byte = (text: string): Rendered => ({
    text: to === "u8" && wrapping.has(fn) ? `(${text}) & ${word("0xffu")}` : text,
  });
  switch (fn) {
    case "thread":
    case "group":
    case "local":
      return { text: fn };
    case "iota":
      return { text: "vec4<u32>(0u, 1u, 2u, 3u)" };
    case "subgroupFirst":
      return { text: "subgroupElect()" };
    case "select":
      return { text: `select(${c}, ${b}, ${a})` };
    case "cast":
      return renderCast(a, from, to, lanes);
    case "bitcast": {
      const same = arithmeticOf(to) === arithmeticOf(from);
      return { text: same ? a : `bitcast<${wgslType(to, lanes)}>(${a})` };
    }
    case "nativeInt":
    case "nativeUnsigned":
      return { text: `${wgslType(to, lanes)}(${a})` };
    case "not":
      return { text: `!${a}` };
    case "neg":
      return byte(type === "u32" ? `${word("0u")} - ${a}` : `-(${a})`);
    case "isNan":
      if (type === "f32") return { fn: "isNan_f32" };
      return { text: lanes === 1 ? "false" : "vec4<bool>(false)" };
    case "shiftLeft":
    case "shiftRight": {
      const count =
        shift === null
          ? `(bitcast<${wgslType("u32", lanes)}>(${b}) & ${word("31u")})`
          : word(`${shift & 31}u`);
      return byte(`${a} ${fn === "shiftLeft" ? "<<" : ">>"} ${count}`);
    }
    case "sign":
      if (type === "u32") return { text: `min(${a}, ${word("1u")})` };
      return type === "i32" ? { text: `sign(${a})` } : { fn: "sign_f32" };
    case "max":
    case "min":
      if (integer) return { text: `${fn}(${a}, ${b})` };
  }
  if (integer && ofIntegers.has(fn)) return { fn: `${fn}_${type}` };
  if (integer && (fn === "floor" || fn === "ceil" || fn === "trunc" || fn === "round"))
    return { text: a };
  const name = builtIn[fn];
  if (name !== undefined) return { text: `${name}(${args.join(", ")})` };
  const operator = type === "f32" && careless.has(fn) ? undefined : infix[fn];
  if (operator !== undefined) return byte(`${a} ${operator} ${b}`);
  return { fn: `${fn}_${type}` };
}

const inLanes = (word: string, lanes: Lanes): string => (lanes === 1 ? word : `vec4<u32>(${word})`);

function renderCast(a: string, from: DType, to: DType, lanes: Lanes): Rendered {
  const target = wgslType(to, lanes);
  if (from === "bool") return { text: `${target}(${a})` };
  const fraction = arithmeticOf(from) === "f32";
  const word = (text: string): string => inLanes(text, lanes);
  if (to === "bool") {
    if (!fraction) return { text: `${a} != ${wgslType(from, lanes)}(0)` };
    // by bits: NaN is true, but WGSL leaves its comparisons open
    const bits = `bitcast<${wgslType("u32", lanes)}>(${a})`;
    return { text: `(${bits} & ${word("0x7fffffffu")}) != ${word("0u")}` };
  }
  const type = arithmeticOf(to);
  if (fraction && type !== "f32") return { fn: `${type}_f32` };
  const whole = type === arithmeticOf(from) ? a : `${target}(${a})`;
  return { text: to === "u8" ? `${whole} & ${word("0xffu")}` : whole };
}
