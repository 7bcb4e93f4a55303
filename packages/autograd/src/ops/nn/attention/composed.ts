import type { Tensor } from "../../../tensor.ts";
import { inFloat32 } from "../../core/float32.ts";
import { transpose, unsqueeze } from "../../core/layout.ts";
import { counting } from "../../core/progressions.ts";
import { add, mul, sub } from "../../math/arithmetic.ts";
import { ge, where } from "../../math/comparison.ts";
import { matmul } from "../../math/contraction.ts";
import { sum } from "../../shape/broadcast.ts";
import { maskedSoftmax } from "../softmax.ts";

/** What the attention weights depend on besides queries and keys. */
export interface Weighing {
  readonly mask: Tensor | null;
  /** If true, query i attends to keys 0 … i only. */
  readonly causal: boolean;
  readonly scale: number;
}

/**
 * P = softmax(scale · Q Kᵀ + mask): [..., L, S]. The row of a query that attends to no key is 0.
 */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  { mask, causal, scale }: Weighing,
): Tensor {
  const scores = mul(matmul(query, transpose(key, -2, -1)), scale);
  const [length, keys] = scores.shape.slice(-2) as [number, number];
  const visible = causal ? seenBefore(length, keys, query) : mask;
  return inFloat32(masked(scores, visible), maskedSoftmax);
}

function masked(scores: Tensor, mask: Tensor | null): Tensor {
  if (mask === null) return scores;
  return mask.dtype === "bool" ? where(mask, scores, Number.NEGATIVE_INFINITY) : add(scores, mask);
}

/** Whether query i attends to key j: j ≤ i. → [L, S] */
function seenBefore(length: number, keys: number, { node }: Tensor): Tensor {
  return ge(unsqueeze(counting(length, node.stream), 1), counting(keys, node.stream));
}

/**
 * The gradients of query, key and value in tensor ops, which can be differentiated again:
 * dV = Pᵀ dY dS = P ⊙ (dP − Σ P ⊙ dP), dP = dY Vᵀ dQ = scale · dS K dK = scale · dSᵀ Q
 */
export function composedGradients(
  dy: Tensor,
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  weighing: Weighing,
): [Tensor, Tensor, Tensor] {
  const weights = attentionWeights(query, key, weighing);
  const dWeights = matmul(dy, transpose(value, -2, -1));
  const mean = sum(mul(weights, dWeights), -1, { keepdim: true });
  const ofScores = mul(mul(weights, sub(dWeights, mean)), weighing.scale);
  return [
    matmul(ofScores, key),
    matmul(transpose(ofScores, -2, -1), query),
    matmul(transpose(weights, -2, -1), dy),
  ];
}
