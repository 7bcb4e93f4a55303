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

export interface AttendOptions {
  /** Broadcasts to [batch, heads, queries, keys]: true where a query sees a key. */
  readonly mask: Tensor | null;
  /** Added to the scores, as T5's relative positions. */
  readonly bias?: Tensor | null;
  /** Query i sees keys 0 … i; without a mask only. */
  readonly causal?: boolean;
  /** Factor of the scores; 1/√(head size) unless given. */
  readonly scale?: number;
  /** Probability that a weight is dropped. */
  readonly dropoutP?: number;
  /** Also give the weights, [batch, heads, queries, keys]. */
  readonly weights?: boolean;
}

export interface Attended {
  /** [batch, queries, heads · size] */
  readonly context: Tensor;
  readonly weights: Tensor | null;
}

/** Stands for −∞ in scores, so that a query that sees nothing gives numbers. */
const LOWEST = -3.4028234663852886e38;

/**
 * softmax(scale · Q Kᵀ + bias) V by heads. q, k, v: [batch, heads, length, size]; fewer heads of k and v serve
 * neighbouring heads of q. Without bias and weights the scores are never together in memory.
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
  if (seen !== null) scores = where(seen, scores, LOWEST);
  const probabilities = softmax(scores, -1);
  const kept = dropoutP > 0 ? dropout(probabilities, { p: dropoutP }) : probabilities;
  return { context: joinHeads(matmul(kept, values)), weights: weights ? probabilities : null };
}

/** [queries, keys], query i stands at `start` + i and sees what is not after it. */
export function causalMask(queries: number, keys: number, start = 0): Tensor {
  return ge(arange(queries).add(start).unsqueeze(1), arange(keys));
}

/** A mask of tokens, [batch, keys] of 0 and 1, for every head and query; with `causal`, for those not after the query. */
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
