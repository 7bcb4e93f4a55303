import { GradError } from "../../errors.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import type { Tensor } from "../../tensor.ts";
import { type BinaryOp, binaryFloat } from "../core/apply.ts";
import { elementwise } from "../core/define.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import { lgamma, lgammaReference } from "./gamma.ts";
import { xlogy } from "./logarithms.ts";
import { exp } from "./unary.ts";

/** P(a, x), or Q(a, x) if `upper`, by the power series or the continued fraction. */
function incompleteReference(a: number, x: number, upper: boolean): number {
  const [none, all] = upper ? [1, 0] : [0, 1];
  if (!(a >= 0 && x >= 0) || (a === 0 && x === 0)) return Number.NaN;
  if (a === Infinity) return x === Infinity ? Number.NaN : none;
  if (a === 0 || x === Infinity) return all;
  if (x === 0) return none;
  const exponent = a * Math.log(x) - lgammaReference(a + 1);
  if (upper && x < 1.1) {
    let [sum, factor] = [0, 1];
    for (let n = 1; n < 60; n++) {
      factor *= -x / n;
      sum += factor / (a + n);
    }
    return -Math.expm1(exponent) - a * Math.exp(exponent) * sum;
  }
  if (x < a + 1) {
    let [sum, term] = [1, 1];
    for (let n = a + 1; term > sum * 1e-17; n++) {
      term *= x / n;
      sum += term;
    }
    const lower = Math.exp(exponent - x) * sum;
    return upper ? 1 - lower : lower;
  }
  const tiny = 1e-300;
  let base = x + 1 - a;
  let [c, d] = [1 / tiny, 1 / base];
  let h = d;
  for (let i = 1, change = 2; Math.abs(change - 1) > 1e-16 && i < 1e5; i++) {
    const step = i * (a - i);
    base += 2;
    d = 1 / (step * d + base || tiny);
    c = base + step / c || tiny;
    change = c * d;
    h *= change;
  }
  const above = a * Math.exp(exponent - x) * h;
  return upper ? above : 1 - above;
}

function incompleteGamma(name: "igamma" | "igammac", sign: 1 | -1): BinaryOp {
  return binaryFloat(
    elementwise({
      name,
      reference: ((a: number, x: number) => incompleteReference(a, x, sign === -1)) as (
        ...values: number[]
      ) => number,
      expression: (a, x) => (sign === 1 ? e.igamma : e.igammac)(a as Expr, x as Expr),
      saves: [0, 1],
      gradient: (dy, [first, second], { needs }) => {
        if (needs[0] === true)
          throw new GradError(
            `${name}: has no gradient with respect to its first operand (nor in PyTorch)\n  hint: a.detach()`,
          );
        const [a, x] = [first as Tensor, second as Tensor];
        const density = exp(sub(sub(xlogy(sub(a, 1), x), x), lgamma(a)));
        return [false, mul(dy, sign === 1 ? density : neg(density))];
      },
    }),
  );
}

/**
 * P(a, x) = 1/Γ(a) ∫₀ˣ t^(a−1) e^(−t) dt, elementwise, for a, x ≥ 0. It is differentiable with
 * respect to x only.
 */
export const igamma: BinaryOp = incompleteGamma("igamma", 1);

/**
 * Q(a, x) = 1 − P(a, x), elementwise, accurate where the result is small. It is differentiable with
 * respect to x only.
 */
export const igammac: BinaryOp = incompleteGamma("igammac", -1);
