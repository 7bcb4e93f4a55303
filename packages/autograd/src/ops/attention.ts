import { isFloating } from "../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../errors.ts";
import { composite } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";
import { checkTensor } from "./apply.ts";
import { add, mul } from "./arithmetic.ts";
import { expand } from "./broadcast.ts";
import { ge, where } from "./comparison.ts";
import { checkFloating } from "./constant.ts";
import { matmul } from "./contraction.ts";
import { counting } from "./creation.ts";
import { dropout } from "./dropout.ts";
import { reshape, transpose, unsqueeze } from "./layout.ts";
import { inSingle } from "./single.ts";
import { maskedSoftmax } from "./softmax.ts";

export interface AttentionOptions {
  /** Broadcast to [..., L, S]: where a bool is false the weight is 0; a fraction is added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Probability that a weight is dropped; 0 in evaluation. */
  readonly dropoutP?: number;
  /** Query i sees keys 0 … i only. */
  readonly isCausal?: boolean;
  /** Factor of the scores; 1/√E unless given. */
  readonly scale?: number | null;
  /** Several query heads share a key and value head: the number of the former (dimension −3) is a multiple of the latter's. */
  readonly enableGqa?: boolean;
}

/**
 * softmax(scale · Q Kᵀ + mask) V. q: [..., L, E]; k: [..., S, E]; v: [..., S, Eᵥ] → [..., L, Eᵥ]; what stands before is batches.
 * A query that may see nothing gets 0.  Vaswani et al. 2017.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const { attnMask = null, dropoutP = 0, isCausal = false, enableGqa = false } = options;
  const call = "scaledDotProductAttention";
  check(call, query, key, value);
  if (isCausal && attnMask !== null) {
    throw new ArgumentError(`${call}: takes attnMask or isCausal, not both`);
  }
  if (attnMask !== null && !isFloating(attnMask.dtype) && attnMask.dtype !== "bool") {
    throw new DTypeError(`${call}: the mask is bool or floating, got ${attnMask.dtype}`);
  }
  const [length, size] = query.shape.slice(-2) as [number, number];
  const scale = options.scale ?? 1 / Math.sqrt(size);
  return composite(() => {
    const [k, v] = enableGqa
      ? [shared(call, key, query), shared(call, value, query)]
      : [key, value];
    const scores = mul(matmul(query, transpose(k, -2, -1)), scale);
    const mask = isCausal ? causal(length, key.shape.at(-2) as number, query) : attnMask;
    const weights = inSingle(masked(scores, mask), maskedSoftmax);
    return matmul(dropout(weights, { p: dropoutP }), v);
  });
}

function masked(scores: Tensor, mask: Tensor | null): Tensor {
  if (mask === null) return scores;
  return mask.dtype === "bool" ? where(mask, scores, Number.NEGATIVE_INFINITY) : add(scores, mask);
}

/** Whether query i may see key j: j ≤ i. → [L, S] */
function causal(length: number, keys: number, { node }: Tensor): Tensor {
  return ge(unsqueeze(counting(length, node.stream), 1), counting(keys, node.stream));
}

/** Key or value heads repeated so that every query head has its own. */
function shared(call: string, x: Tensor, query: Tensor): Tensor {
  const heads = x.shape.at(-3) ?? 1;
  const wanted = query.shape.at(-3) ?? 1;
  if (wanted % heads !== 0) {
    throw new ShapeError(
      `${call}: ${wanted} query heads do not share ${heads} evenly${detail("query", query.shape)}${detail("key or value", x.shape)}`,
    );
  }
  if (wanted === heads) return x;
  const [batch, rest] = [x.shape.slice(0, -3), x.shape.slice(-2)];
  const repeated = expand(unsqueeze(x, -3), [...batch, heads, wanted / heads, ...rest]);
  return reshape(repeated, [...batch, wanted, ...rest]);
}

function check(call: string, query: Tensor, key: Tensor, value: Tensor): void {
  for (const operand of [query, key, value]) {
    checkTensor(call, operand);
    checkFloating(call, operand);
  }
  const [q, k, v] = [query.shape, key.shape, value.shape];
  const fits =
    Math.min(q.length, k.length, v.length) >= 2 && q.at(-1) === k.at(-1) && k.at(-2) === v.at(-2);
  if (fits) return;
  throw new ShapeError(
    `${call}: takes query [..., L, E], key [..., S, E] and value [..., S, Ev]` +
      `${detail("query", q)}${detail("key", k)}${detail("value", v)}`,
  );
}
