import { type DType, isFloating } from "../dtype.ts";
import type { Reduce } from "../graph/op.ts";
import { type Expr, e, type Lanes } from "../kernel/expression.ts";
import type { Builder } from "../kernel/loops.ts";

export type Combine = Exclude<Reduce["combine"], "argmax" | "argmin">;

/** A running result in a variable. */
export interface Accumulator {
  /** The value that changes nothing. */
  readonly neutral: Expr;
  /** Combines a value into the result. Call it inside the loop. */
  add(value: Expr): void;
  /** The result, in one lane unless lanes are apart. Call it after the loop. */
  result(): Expr;
}

export const folds: Readonly<Record<Combine, (x: Expr, y: Expr) => Expr>> = {
  sum: e.add,
  prod: e.mul,
  max: e.max,
  min: e.min,
};

/** The error of a + b that was rounded to `sum`. */
export function rounding(a: Expr, b: Expr, sum: Expr): Expr {
  const second = e.sub(sum, a);
  return e.add(e.sub(a, e.sub(sum, second)), e.sub(b, second));
}

/**
 * Declares an accumulator; with `apart`, one a lane. Float sums are compensated (Neumaier 1974).
 */
export function accumulator(
  b: Builder,
  combine: Combine,
  of: DType,
  lanes: Lanes,
  apart = false,
): Accumulator {
  const neutral = e.constant(neutralOf(combine, of), of);
  const fold = folds[combine];
  const total = b.var(neutral, lanes);
  const lost = combine === "sum" && isFloating(of) ? b.var(neutral, lanes) : null;
  const add = (value: Expr): void => {
    const taken = b.let(value);
    const sum = b.let(fold(total, taken));
    if (lost !== null) b.set(lost, e.add(lost, rounding(total, taken, sum)));
    b.set(total, sum);
  };
  const result = (): Expr => {
    let value: Expr = b.let(total);
    const rest: Expr[] = lost === null ? [] : apart ? [b.let(lost)] : lanesOf(b.let(lost));
    if (lanes === 4 && !apart) {
      const both = (x: Expr, y: Expr): Expr => {
        const sum = b.let(fold(x, y));
        if (lost !== null) rest.push(rounding(x, y, sum));
        return sum;
      };
      const [x, y, z, w] = lanesOf(value) as [Expr, Expr, Expr, Expr];
      value = both(both(x, y), both(z, w));
    }
    if (lost === null) return value;
    // if the sum is infinite, the lost part is NaN
    return b.let(e.select(e.isFinite(value), e.add(value, rest.reduce(e.add)), value));
  };
  return { neutral, add, result };
}

const lanesOf = (value: Expr): Expr[] =>
  value.lanes === 1 ? [value] : [0, 1, 2, 3].map((lane) => e.lane(value, lane));

/** The first extreme of a sequence, and its position. NaN is extreme. Each lane has its own. */
export interface Extreme {
  readonly best: Expr;
  readonly at: Expr;
  /** Takes the next value; `first` says whether it is the first one. */
  add(value: Expr, position: Expr, first: Expr): void;
}

export function extreme(
  b: Builder,
  combine: "argmax" | "argmin",
  of: DType,
  lanes: Lanes = 1,
): Extreme {
  const best = b.var(e.constant(0, of), lanes);
  const at = b.var(e.u32(0), lanes);
  const fn = combine === "argmax" ? e.gt : e.lt;
  const beats = (x: Expr): Expr =>
    isFloating(of) ? e.or(fn(x, best), e.and(e.isNan(x), e.not(e.isNan(best)))) : fn(x, best);
  const add = (value: Expr, position: Expr, first: Expr): void => {
    const taken = b.let(value);
    if (lanes === 4) {
      const better = b.let(e.or(first, beats(taken)));
      b.set(best, e.select(better, taken, best));
      b.set(at, e.select(better, position, at));
      return;
    }
    b.if(e.or(first, beats(taken)), () => {
      b.set(best, taken);
      b.set(at, position);
    });
  };
  return { best, at, add };
}

/** The value that changes nothing. */
function neutralOf(combine: Combine, of: DType): number {
  if (combine === "sum") return 0;
  if (combine === "prod") return 1;
  const largest = combine === "min";
  switch (of) {
    case "i32":
      return largest ? 0x7fffffff : -0x80000000;
    case "u32":
      return largest ? 0xffffffff : 0;
    case "u8":
      return largest ? 255 : 0;
    case "bool":
      return largest ? 1 : 0;
    default:
      return largest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
}
