import {
  digamma,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name
  Function,
  type FunctionContext,
  rand,
  randn,
  type Shape,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { TINY } from "./constants.ts";

/** Proposals per draw. Each is accepted with probability > 0.95, so all fail once in 10¹³ draws. */
const PROPOSALS = 10;
/** Number of terms of the series, and the largest concentration that it is used for. */
const TERMS = 80;
const LARGE = 16;

/**
 * Samples of Gamma(α, 1): the first accepted of several normal proposals (Marsaglia & Tsang 2000).
 */
function sampleGamma(alpha: Tensor): Tensor {
  const like = { dtype: alpha.dtype, device: alpha } as const;
  const { shape } = alpha;
  const small = alpha.lt(1);
  const d = where(small, alpha.add(1), alpha).sub(1 / 3);
  const c = d.mul(9).rsqrt();
  let found = d;
  let done = alpha.lt(0);
  for (let i = 0; i < PROPOSALS; i++) {
    const z = randn(shape, like);
    const v = c.mul(z).add(1);
    const cube = v.mul(v).mul(v);
    const u = rand(shape, like).clamp(TINY);
    const bound = z
      .square()
      .mul(0.5)
      .add(d)
      .sub(d.mul(cube))
      .add(d.mul(cube.clamp(TINY).log()));
    const good = v.gt(0).logicalAnd(u.log().lt(bound));
    found = where(done.logicalNot().logicalAnd(good), d.mul(cube), found);
    done = done.logicalOr(good);
  }
  const boost = rand(shape, like).clamp(TINY).pow(alpha.reciprocal());
  return where(small, found.mul(boost), found).clamp(TINY);
}

/**
 * Implicit gradient dx/dα = −∂P/∂α / p(x) of a sample x of Gamma(α, 1) at constant probability.
 * Differentiates the series P(α, x) = xᵅ e⁻ˣ Σ xⁿ/Γ(α+n+1) by terms; for large α uses the cube-root
 * normal approximation (Wilson & Hilferty 1931).
 */
function implicitGradient(alpha: Tensor, x: Tensor): Tensor {
  const a = alpha.clamp(null, LARGE);
  const y = where(alpha.gt(LARGE), a, x);
  const log = y.log();
  let term = a.reciprocal();
  let psi = digamma(a.add(1));
  let sum = term.mul(log.sub(psi));
  for (let n = 1; n < TERMS; n++) {
    const next = a.add(n);
    term = term.mul(y).div(next);
    psi = psi.add(next.reciprocal());
    sum = sum.add(term.mul(log.sub(psi)));
  }
  const series = sum.mul(y).neg();
  // differentiate x = α (1 − 1/9α + z/3√α)³ at constant z
  const ratio = x.div(alpha).pow(1 / 3);
  const ninth = alpha.mul(9).reciprocal();
  const z = ratio.sub(1).add(ninth);
  const change = ninth.div(alpha).sub(z.div(alpha.mul(2)));
  const cubic = ratio.mul(ratio).mul(ratio).add(ratio.square().mul(alpha).mul(change).mul(3));
  return where(alpha.gt(LARGE), cubic, series);
}

class StandardGamma extends Function {
  static override forward(ctx: FunctionContext, alpha: Tensor): Tensor {
    const x = sampleGamma(alpha);
    ctx.saveForBackward(alpha, x);
    return x;
  }
  static override backward(ctx: FunctionContext, dx: Tensor): Tensor {
    const [alpha, x] = ctx.savedTensors as [Tensor, Tensor];
    return dx.mul(implicitGradient(alpha, x));
  }
}

/** Samples of Gamma(α, 1) with the implicit gradient (Figurnov et al. 2018). */
export const standardGamma = (alpha: Tensor, shape: Shape): Tensor =>
  StandardGamma.apply(alpha.expand(shape));
