import { ArgumentError, type Tensor, where } from "@wgrad/autograd";
import { checkedFractions, knownValues } from "@wgrad/autograd/plugin";

/** A set of valid values. */
export interface Constraint {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether the bounds are included. */
  readonly closed: boolean;
  /** Whether values must be whole numbers. */
  readonly whole: boolean;
  /** Required sum over the last dimension, or null. */
  readonly total: number | null;
}

const constraint = (name: string, given: Partial<Constraint>): Constraint => ({
  name,
  from: -Infinity,
  to: Infinity,
  closed: true,
  whole: false,
  total: null,
  ...given,
});

export const real: Constraint = constraint("a real number", {});
export const positive: Constraint = constraint("above 0", { from: 0, closed: false });
export const nonnegative: Constraint = constraint("at least 0", { from: 0 });
export const unit: Constraint = constraint("from 0 to 1", { from: 0, to: 1 });
export const truth: Constraint = constraint("0 or 1", { from: 0, to: 1, whole: true });
export const counts: Constraint = constraint("a whole number, at least 0", {
  from: 0,
  whole: true,
});
export const simplex: Constraint = constraint("probabilities that sum to 1", {
  from: 0,
  to: 1,
  total: 1,
});
export const upTo = (n: number): Constraint =>
  constraint(`a whole number from 0 to ${n}`, { from: 0, to: n, whole: true });
export const oneHot: Constraint = constraint("a one-hot row", {
  from: 0,
  to: 1,
  whole: true,
  total: 1,
});
/** Counts with the sum n. */
export const countsOf = (n: number): Constraint =>
  constraint(`counts that sum to ${n}`, { from: 0, to: n, whole: true, total: n });

/**
 * Returns the tensor, checked against the constraint. An invalid value throws ArgumentError: here
 * if the host knows the values, otherwise when the device's values are read.
 */
export function checked(call: string, what: string, x: Tensor, rule: Constraint): Tensor {
  const { from, to, closed, whole, total } = rule;
  const open = from === -Infinity && to === Infinity;
  const tell = (value: number): ArgumentError =>
    new ArgumentError(
      `${call}: ${what} must be ${rule.name}, got ${value}\n  hint: pass validateArgs: false to skip the check`,
    );
  const isThere = (value: number): boolean => {
    if (Number.isNaN(value)) return false;
    if (whole && !Number.isInteger(value)) return false;
    return closed ? value >= from && value <= to : value > from && value < to;
  };
  const known = knownValues(x);
  if (known !== null) {
    const odd = Array.from(known as ArrayLike<number>).find((value) => !isThere(value));
    if (odd !== undefined) throw tell(odd);
    const size = x.shape.at(-1) ?? 1;
    for (let i = 0; total !== null && i < known.length; i += size) {
      const row = Array.from(known as ArrayLike<number>).slice(i, i + size);
      const sum = row.reduce((a, b) => a + b, 0);
      if (Math.abs(sum - total) > 1e-5 * Math.max(1, total)) throw tell(sum);
    }
    return x;
  }
  if (open || x.dtype === "bool") return x;
  if (!x.dtype.startsWith("f")) return x;
  // replace non-integers by NaN, which is outside of the bounds
  const least = closed ? from : Math.max(from, 2 ** -126);
  const most = closed ? to : Math.min(to, to - 2 ** -24);
  if (!whole) return checkedFractions(x, { from: least, to: most }, tell);
  const seen = checkedFractions(
    where(x.eq(x.floor()), x, Number.NaN),
    { from: least, to: most },
    tell,
  );
  return seen;
}
