import { noGrad, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";
import { oneHot, ratio } from "./counts.ts";

/** Settings of perplexity. */
export interface PerplexityOptions {
  /** Targets of this class do not count (default null: all do). */
  readonly ignoreIndex?: number | null;
}

/** exp of the mean of −log p(target): how many tokens a model hesitates between. logits: [B, T, V]; targets: [B, T]. → 0-d. */
export function perplexity(
  logits: Tensor,
  targets: Tensor,
  { ignoreIndex = null }: PerplexityOptions = {},
): Tensor {
  return noGrad(() =>
    composite(() => {
      const { total, count } = surprise("perplexity", logits, targets, ignoreIndex);
      return ratio(total, count.to("f32"), Number.NaN).exp();
    }),
  );
}

/** The sum of −log p(target), and over how many. */
export function surprise(
  metric: string,
  logits: Tensor,
  targets: Tensor,
  ignoreIndex: number | null,
): { readonly total: Tensor; readonly count: Tensor } {
  if (String(logits.shape.slice(0, -1)) !== String(targets.shape)) {
    throw new ShapeError(
      `${metric}: takes logits [B, T, V] and targets [B, T]` +
        `\n  logits: [${logits.shape.join(", ")}]\n  targets: [${targets.shape.join(", ")}]`,
    );
  }
  const size = logits.shape.at(-1) as number;
  const flat = targets.to("i32").reshape(-1);
  const counted = ignoreIndex === null ? flat.eq(flat) : flat.ne(ignoreIndex);
  const chosen = logits.reshape(-1, size).logSoftmax(1).mul(oneHot(flat, size)).sum(1);
  return {
    total: where(counted, chosen, 0).sum().neg(),
    count: counted.to("i32").sum(),
  };
}
