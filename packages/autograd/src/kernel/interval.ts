import { type DType, isFloating } from "../dtype.ts";
import type { Expr, Intrinsic } from "./expression.ts";

/** Least and greatest value; null if unknown. */
export type Interval = readonly [least: number, most: number] | null;

/** Whether an interval holds for all values, or for those that are not NaN. */
export type About = "all" | "numbers";

type Call = Extract<Expr, { kind: "call" }>;

const anyNumber: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

const whole: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  bool: [0, 1],
  u8: [0, 255],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

/** The interval of all values of a dtype. */
export const anyOf = (dtype: DType, about: About = "all"): Interval =>
  whole[dtype] ?? (about === "all" ? null : anyNumber);

export const union = (a: Interval, b: Interval): Interval =>
  a === null || b === null ? null : [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** The interval of an expression, given those of its parameters. It is never too narrow. */
export function intervalOf(
  root: Expr,
  param: (slot: number) => Interval,
  about: About = "all",
): Interval {
  const known = new Map<Expr, Interval>();
  const find = (value: Expr): Interval => {
    if (value.kind === "param") return param(value.slot);
    if (value.kind === "constant" || value.kind === "size") return [value.value, value.value];
    if (value.kind !== "call") return anyOf(value.dtype, about);
    let found = known.get(value);
    if (found === undefined) {
      const range = ofCall(value, value.args.map(find), about);
      found = stored(range, value.dtype, about, choosing.has(value.fn));
      known.set(value, found);
    }
    return found;
  };
  return find(root);
}

/** Intrinsics that give one of their operands unchanged. */
const choosing: ReadonlySet<Intrinsic> = new Set(["max", "min", "select"]);

/** The interval of a result as its dtype stores it: integers wrap, floats are rounded. */
function stored(found: Interval, dtype: DType, about: About, isExact: boolean): Interval {
  if (found === null || found.some(Number.isNaN)) return anyOf(dtype, about);
  const [least, most] = found;
  if (isFloating(dtype)) {
    const finite = Number.isFinite(least) && Number.isFinite(most);
    if (about === "all" && !finite) return null; // an infinity may lead to NaN
    if (isExact) return found;
    const slack = dtype === "f16" ? 2 ** -10 : 2 ** -21;
    const off = (end: number): number =>
      Number.isInteger(end) || !Number.isFinite(end) ? 0 : Math.abs(end) * slack;
    return [least - off(least), most + off(most)];
  }
  const ends = anyOf(dtype) as readonly [number, number];
  return least >= ends[0] && most <= ends[1] ? found : ends;
}

function ofCall({ fn, args, dtype }: Call, of: readonly Interval[], about: About): Interval {
  const [a, b, c] = of as [Interval, Interval, Interval];
  const from = (args[0] as Expr).dtype;
  if (fn === "select") return union(b, c);
  if (["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "isNan"].includes(fn))
    return [0, 1];
  if (a === null) return null;
  const each = (f: (x: number) => number): Interval => [f(a[0]), f(a[1])];
  switch (fn) {
    case "cast":
      if (dtype === "bool") return [0, 1];
      if (isFloating(dtype)) return a;
      // NaN may become any integer
      return about === "numbers" && isFloating(from) ? null : each(Math.trunc);
    case "neg":
      return [-a[1], -a[0]];
    case "floor":
    case "ceil":
    case "trunc":
      return each(Math[fn]);
    case "round":
      return [Math.floor(a[0]), Math.ceil(a[1])];
    case "abs":
      return [a[0] > 0 ? a[0] : a[1] < 0 ? -a[1] : 0, Math.max(-a[0], a[1])];
    case "sign":
      return each(Math.sign);
    case "sqrt":
    case "exp":
    case "expm1":
    case "log1p":
    case "tanh":
      return about === "numbers" ? each(Math[fn]) : null; // devices are not exact enough for bounds
  }
  if (!b) return null;
  const corners = (f: (x: number, y: number) => number): Interval => {
    const all = a.flatMap((x) => b.map((y) => f(x, y)));
    return [Math.min(...all), Math.max(...all)];
  };
  switch (fn) {
    case "add":
      return [a[0] + b[0], a[1] + b[1]];
    case "sub":
      return [a[0] - b[1], a[1] - b[0]];
    case "mul": {
      const product = corners((x, y) => x * y);
      return product !== null && args[0] === args[1]
        ? [Math.max(product[0], 0), product[1]]
        : product;
    }
    case "div":
      if (b[0] <= 0 && b[1] >= 0) return null;
      return corners(isFloating(from) ? (x, y) => x / y : (x, y) => Math.trunc(x / y));
    case "rem": {
      if (b[0] <= 0 && b[1] >= 0) return null;
      const most = Math.max(-b[0], b[1]) - (isFloating(from) ? 0 : 1);
      return [a[0] < 0 ? -Math.min(most, -a[0]) : 0, a[1] > 0 ? Math.min(most, a[1]) : 0];
    }
    case "max":
    case "min":
      return [Math[fn](a[0], b[0]), Math[fn](a[1], b[1])];
    case "bitAnd":
      return a[0] >= 0 && b[0] >= 0 ? [0, Math.min(a[1], b[1])] : null;
    case "shiftRight":
      return a[0] >= 0 && b[0] >= 0 && b[1] < 32 ? [0, Math.floor(a[1] / 2 ** b[0])] : null;
  }
  return null;
}
