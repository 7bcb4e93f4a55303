import { GradError } from "../../errors.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { add, mul, neg } from "./arithmetic.ts";

/** B₂ … B₁₄. Abramowitz & Stegun 23.2. */
export const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
];

/**
 * The terms up to 15 (and up to s) as long as they matter, and the Euler–Maclaurin remainder over
 * a^(−s): a/(s−1) + ½ + Σ B₂ⱼ/(2j)! · s(s+1)…(s+2j−2) a^(1−2j). Abramowitz & Stegun 23.2.9.
 */
function zetaReference(s: number, q: number): number {
  if (!(s >= 1) || Number.isNaN(q)) return Number.NaN;
  if (s === 1 || (q <= 0 && q === Math.floor(q))) return Infinity;
  let [sum, term, a] = [0, 1, q];
  for (; a < 15 || (a < s && term > sum * 1e-18); a++) {
    term = a ** -s;
    sum += term;
  }
  if (a === Infinity) return sum;
  let factor = s / a;
  let tail = a / (s - 1) + 0.5;
  bernoulli.forEach((b, i) => {
    const n = 2 * i + 2;
    factor /= n === 2 ? 2 : n * (n - 1);
    tail += b * factor;
    factor *= ((s + n - 1) * (s + n)) / (a * a);
  });
  const power = a ** -s;
  return power === 0 ? sum : sum + power * tail;
}

/**
 * ζ(s, q) = Σ (q + k)^(−s) over k ≥ 0, elementwise, for s > 1: ∞ at s = 1 and at q = 0, −1, −2, …,
 * NaN for other q < 0 unless s is an integer. It is differentiable with respect to q only.
 */
export const zeta: BinaryOp = binaryFloat(
  elementwise({
    name: "zeta",
    reference: zetaReference as (...values: number[]) => number,
    expression: (s, q) => e.zeta(s as Expr, q as Expr),
    saves: [0, 1],
    gradient: (dy, [first, q], { needs }) => {
      if (needs[0] === true)
        throw new GradError(
          "zeta: has no gradient with respect to its first operand (nor in PyTorch)\n  hint: s.detach()",
        );
      const s = first as Tensor;
      return [false, neg(mul(dy, mul(s, zeta(add(s, 1), q as Tensor))))];
    },
  }),
);
