import { ArgumentError, noGrad, stack, Tensor, zeros } from "@wgrad/autograd";
import { checkCall, composite, describe } from "@wgrad/autograd/plugin";

/** Settings of clipGradNorm_. */
export interface ClipGradNormOptions {
  /** p of the p-norm (default 2): ±Infinity takes the largest or smallest size, 0 counts the gradients that are not 0. */
  readonly normType?: number;
}

/**
 * Scales all gradients in place so that their norm, as one vector, is at most `maxNorm`:
 * g ← g · min(1, maxNorm / (‖g‖ₚ + 1e-6)). Gives ‖g‖ₚ of before, 0-d, without reading it; parameters without a
 * gradient do not count.
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  checkCall("clipGradNorm_(parameters, maxNorm: number, { normType: number })", arguments);
  const { normType = 2 } = options;
  if (Number.isNaN(normType)) throw new ArgumentError("clipGradNorm_: normType is NaN");
  checkLimit("clipGradNorm_", "maxNorm", maxNorm);
  const gradients = gradientsOf("clipGradNorm_", parameters);
  return noGrad(() => {
    const norm = composite(() => totalNorm(gradients, normType));
    const scale = composite(() => norm.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1));
    for (const gradient of gradients) gradient.mul_(scale);
    return norm;
  });
}

/** Brings every element of every gradient into [−clipValue, clipValue], in place. */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkCall("clipGradValue_(parameters, clipValue: number)", arguments);
  checkLimit("clipGradValue_", "clipValue", clipValue);
  noGrad(() => {
    for (const gradient of gradientsOf("clipGradValue_", parameters))
      gradient.clamp_(-clipValue, clipValue);
  });
}

function gradientsOf(call: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const iterable = typeof parameters === "object" && parameters !== null;
  if (!iterable || !(parameters instanceof Tensor || Symbol.iterator in parameters)) {
    throw new ArgumentError(
      `${call}: takes parameters, got ${describe(parameters)}\n  hint: ${call}(model.parameters(), …)`,
    );
  }
  const all = parameters instanceof Tensor ? [parameters] : [...parameters];
  const stray = all.find((one) => !(one instanceof Tensor));
  if (stray !== undefined)
    throw new ArgumentError(`${call}: takes tensors, got ${describe(stray)}`);
  return all.map(({ grad }) => grad).filter((gradient) => gradient !== null);
}

/** ‖(g₁, g₂, …)‖ₚ: powers are summed over all gradients before the root is taken. */
function totalNorm(gradients: readonly Tensor[], p: number): Tensor {
  if (gradients.length === 0) return zeros([]);
  // one by one, then together: the same work for every gradient, which one kernel does for all
  const each = stack(
    gradients.map((g) => {
      if (p === Number.POSITIVE_INFINITY) return g.numel() === 0 ? g.sum() : g.abs().amax();
      if (p === Number.NEGATIVE_INFINITY) return g.abs().amin();
      if (p === 0) return g.ne(0).any().to(g.dtype);
      if (p === 2) return g.square().sum();
      return p === 1 ? g.abs().sum() : g.abs().pow(p).sum();
    }),
  );
  if (p === Number.POSITIVE_INFINITY) return each.amax();
  if (p === Number.NEGATIVE_INFINITY) return each.amin();
  const total = each.sum();
  if (p === 1 || p === 0) return total;
  return p === 2 ? total.sqrt() : total.pow(1 / p);
}

function checkLimit(call: string, name: string, value: number): void {
  if (value >= 0) return;
  throw new ArgumentError(`${call}: ${name} is ${value}\n  hint: a number 0 or more`);
}
