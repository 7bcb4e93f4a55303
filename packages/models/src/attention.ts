import {
  arange,
  dropout,
  ge,
  logicalAnd,
  matmul,
  mul,
  scaledDotProductAttention,
  softmax,
  type Tensor,
  where,
} from "@wgrad/autograd";

/** Settings of attend. */
export interface AttendOptions {
  /** Broadcasts to [batch, heads, queries, keys]; true where a query attends to a key. */
  readonly mask: Tensor | null;
  /** Added to the scores, such as T5's relative positions. */
  readonly bias?: Tensor | null;
  /** Query i attends to keys 0 … i; only without a mask. */
  readonly causal?: boolean;
  /** Factor of the scores (default 1/√(head size)). */
  readonly scale?: number;
  /** Probability that a weight is dropped. */
  readonly dropoutP?: number;
  /** Returns the attention weights as well, [batch, heads, queries, keys]. */
  readonly weights?: boolean;
}

/** The results of attend. */
export interface Attended {
  /** [batch, queries, heads · size] */
  readonly context: Tensor;
  readonly weights: Tensor | null;
}

/** Replaces −∞ in scores, so that fully masked queries give finite results. */
const MASKED_SCORE = -3.4028234663852886e38;

/**
 * softmax(scale · Q Kᵀ + bias) V for each head. q, k, v: [batch, heads, length, size]. If k and v
 * have fewer heads, neighbouring heads of q share them. Without bias and weights the score matrix
 * is never stored.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, options: AttendOptions): Attended {
  const { mask, bias = null, causal = false, dropoutP = 0, weights = false } = options;
  const scale = options.scale ?? 1 / Math.sqrt(q.shape.at(-1) as number);
  const enableGqa = q.shape[1] !== k.shape[1];
  if (bias === null && !weights) {
    const isCausal = causal && mask === null;
    const found = scaledDotProductAttention(q, k, v, {
      attnMask: mask,
      isCausal,
      dropoutP,
      scale,
      enableGqa,
    });
    return { context: joinHeads(found), weights: null };
  }
  const groups = (q.shape[1] as number) / (k.shape[1] as number);
  const [keys, values] = [k, v].map((x) => (enableGqa ? x.repeatInterleave(groups, 1) : x)) as [
    Tensor,
    Tensor,
  ];
  let scores = mul(matmul(q, keys.transpose(-2, -1)), scale);
  if (bias !== null) scores = scores.add(bias);
  const seen = mask ?? (causal ? causalMask(q.shape[2] as number, k.shape[2] as number) : null);
  if (seen !== null) scores = where(seen, scores, MASKED_SCORE);
  const probabilities = softmax(scores, -1);
  const kept = dropoutP > 0 ? dropout(probabilities, { p: dropoutP }) : probabilities;
  return { context: joinHeads(matmul(kept, values)), weights: weights ? probabilities : null };
}

/** [queries, keys]: query i has position `start` + i and attends to keys up to it. */
export function causalMask(queries: number, keys: number, start = 0): Tensor {
  return ge(arange(queries).add(start).unsqueeze(1), arange(keys));
}

/**
 * A mask of tokens, [batch, keys] of 0 and 1, broadcast to heads and queries; combined with
 * `causal` if given.
 */
export function tokenMask(tokens: Tensor | null, causal: Tensor | null): Tensor | null {
  if (tokens === null) return causal;
  const seen = tokens.ne(0).unsqueeze(1).unsqueeze(1);
  return causal === null ? seen : logicalAnd(causal, seen);
}

/** [batch, length, heads · size] → [batch, heads, length, size]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as unknown as [number, number, number];
  return x.reshape([batch, length, heads, width / heads]).transpose(1, 2);
}

/** [batch, heads, length, size] → [batch, length, heads · size]. */
function joinHeads(x: Tensor): Tensor {
  const [batch, heads, length, size] = x.shape as unknown as [number, number, number, number];
  return x.transpose(1, 2).reshape([batch, length, heads * size]);
}
