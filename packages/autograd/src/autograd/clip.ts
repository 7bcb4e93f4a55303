import { ArgumentError } from "../errors.ts";
import { Handle } from "../graph/handle.ts";
import { stack } from "../ops/core/assembly.ts";
import { checkedFractions } from "../ops/core/bounds.ts";
import { zeros } from "../ops/core/creation.ts";
import { checkCall, describe } from "../signature.ts";
import { composite, noGrad } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";

/** Options of a norm over several tensors. */
export interface TotalNormOptions {
  /**
   * p of the p-norm (2). ±Infinity gives the largest or smallest absolute value, 0 the number of
   * elements
   * other than 0.
   */
  readonly normType?: number;
  /**
   * If true, a norm that is not finite throws at the next read or step, before any gradient is
   * scaled.
   */
  readonly errorIfNonfinite?: boolean;
}

/** Options of `clipGradNorm_`. */
export type ClipGradNormOptions = TotalNormOptions;

/** ‖(t₁, t₂, …)‖ₚ of all tensors as one vector. Returns a 0-d tensor, which it does not read. */
export function getTotalNorm(
  tensors: Tensor | Iterable<Tensor>,
  options: TotalNormOptions = {},
): Tensor {
  checkCall(
    "getTotalNorm(tensors: any, { normType: number, errorIfNonfinite: boolean })",
    arguments,
  );
  return normOf("getTotalNorm", listOf("getTotalNorm", tensors), options);
}

function normOf(
  call: string,
  tensors: readonly Tensor[],
  { normType = 2, errorIfNonfinite = false }: TotalNormOptions,
): Tensor {
  if (Number.isNaN(normType)) throw new ArgumentError(`${call}: normType is NaN`);
  return noGrad(() =>
    composite(() => {
      const norm = totalNorm(tensors, normType);
      if (!errorIfNonfinite) return norm;
      return checkedFractions(
        norm,
        { from: -Number.MAX_VALUE, to: Number.MAX_VALUE },
        (value) =>
          new ArgumentError(
            `${call}: the total norm is ${value}, so the gradients were not scaled\n  hint: errorIfNonfinite: false scales them anyway`,
          ),
      );
    }),
  );
}

/** Scales all gradients in place by min(1, maxNorm / (norm + 1e-6)), for a given norm. */
export function clipGradsWithNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  totalNorm: Tensor | number,
): void {
  checkCall(
    "clipGradsWithNorm_(parameters: any, maxNorm: number, totalNorm: tensor | number)",
    arguments,
  );
  checkLimit("clipGradsWithNorm_", "maxNorm", maxNorm);
  scale(gradientsOf("clipGradsWithNorm_", parameters), maxNorm, totalNorm);
}

function scale(gradients: readonly Tensor[], maxNorm: number, norm: Tensor | number): void {
  if (gradients.length === 0) return;
  noGrad(() => {
    const factor =
      typeof norm === "number"
        ? Math.min(1, maxNorm / (norm + 1e-6))
        : composite(() => norm.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1));
    for (const gradient of gradients) gradient.mul_(factor);
  });
}

/**
 * Scales all gradients in place so that their joint norm is at most `maxNorm`: g ← g · min(1,
 * maxNorm /
 * (‖g‖ₚ + 1e-6)). Returns the norm before scaling, as a 0-d tensor. Parameters without a gradient
 * are
 * ignored.
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  checkCall(
    "clipGradNorm_(parameters: any, maxNorm: number, { normType: number, errorIfNonfinite: boolean })",
    arguments,
  );
  checkLimit("clipGradNorm_", "maxNorm", maxNorm);
  const gradients = gradientsOf("clipGradNorm_", parameters);
  const norm = normOf("clipGradNorm_", gradients, options);
  scale(gradients, maxNorm, norm);
  return norm;
}

/** Clamps every element of every gradient to [−clipValue, clipValue], in place. */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkCall("clipGradValue_(parameters: any, clipValue: number)", arguments);
  checkLimit("clipGradValue_", "clipValue", clipValue);
  noGrad(() => {
    for (const gradient of gradientsOf("clipGradValue_", parameters))
      gradient.clamp_(-clipValue, clipValue);
  });
}

const gradientsOf = (call: string, parameters: Tensor | Iterable<Tensor>): Tensor[] =>
  listOf(call, parameters)
    .map(({ grad }) => grad)
    .filter((gradient) => gradient !== null);

function listOf(call: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const iterable = typeof parameters === "object" && parameters !== null;
  if (!iterable || !(parameters instanceof Handle || Symbol.iterator in parameters)) {
    throw new ArgumentError(
      `${call}: expected parameters, got ${describe(parameters)}\n  hint: ${call}(model.parameters(), …)`,
    );
  }
  const all = parameters instanceof Handle ? [parameters] : [...parameters];
  const stray = all.find((one) => !(one instanceof Handle));
  if (stray !== undefined)
    throw new ArgumentError(`${call}: expected tensors, got ${describe(stray)}`);
  return all;
}

/** ‖(g₁, g₂, …)‖ₚ. Powers are summed over all gradients before the root is taken. */
function totalNorm(gradients: readonly Tensor[], p: number): Tensor {
  if (gradients.length === 0) return zeros([]);
  // One sum per gradient, then their sum: one batched kernel computes the sums.
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
  throw new ArgumentError(`${call}: ${name} must be 0 or more, got ${value}`);
}
