import { ArgumentError, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { ratio } from "./counts.ts";
import { type IgnoreOptions, measured, unlessOdd } from "./labels.ts";
import { asFloat, knownOf, tensorsOf, type Values } from "./values.ts";

/** Settings of perplexity. */
export interface PerplexityOptions extends IgnoreOptions {}

/**
 * exp of the mean of −log p(target). Logits [B, T, V] come first, then targets [B, T]. A logit of
 * −Infinity excludes a token. → 0-d; NaN if a target computed by the device is not a token.
 */
export function perplexity(
  logits: Values,
  targets: Values,
  options: PerplexityOptions = {},
): Tensor {
  checkCall("perplexity(logits: any, targets: any, { ignoreIndex: int | null })", arguments);
  const { ignoreIndex = null } = options;
  return measured(() => {
    const given = tensorsOf("perplexity", { logits, targets });
    const { total, count, odd } = negativeLogLikelihood(
      "perplexity",
      given.logits,
      given.targets,
      ignoreIndex,
    );
    return unlessOdd(odd, ratio(total, count.to("f32"), Number.NaN).exp());
  });
}

/**
 * Sum of −log p(target), number of targets, and a mask of targets outside the vocabulary (null if
 * the host knows that there are none).
 */
export function negativeLogLikelihood(
  metric: string,
  logits: Tensor,
  targets: Tensor,
  ignoreIndex: number | null,
): { readonly total: Tensor; readonly count: Tensor; readonly odd: Tensor | null } {
  if (String(logits.shape.slice(0, -1)) !== String(targets.shape)) {
    throw new ShapeError(
      `${metric}: takes logits [B, T, V] and targets [B, T]` +
        `\n  logits: [${logits.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]`,
    );
  }
  const size = logits.shape.at(-1) as number;
  const flat = targets.to("i32").reshape(-1);
  const counted = ignoreIndex === null ? flat.eq(flat) : flat.ne(ignoreIndex);
  const known = knownOf(targets);
  const stray =
    known &&
    Array.from(known).find((k) => k !== ignoreIndex && !(k >= 0 && k < size && k % 1 === 0));
  if (stray !== null && stray !== undefined) {
    throw new ArgumentError(
      `${metric}: target ${stray} is not one of ${size} tokens` +
        `\n  hint: tokens are 0 to ${size - 1}; { ignoreIndex: ${stray} } excludes it`,
    );
  }
  const strayed = flat.lt(0).logicalOr(flat.ge(size)).logicalAnd(counted);
  const scores = asFloat(logits).reshape(-1, size).logSoftmax(1);
  const chosen = scores.gather(1, flat.clamp(0, size - 1).unsqueeze(1)).squeeze(1);
  return {
    total: where(counted, chosen, 0).sum().neg(),
    count: counted.to("i32").sum(),
    odd: known === null ? strayed : null,
  };
}
