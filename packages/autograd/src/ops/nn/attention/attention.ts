import { ArgumentError, DTypeError, detail, ShapeError } from "../../../errors.ts";
import { hasLanes } from "../../../graph/lanes.ts";
import { checkCall } from "../../../signature.ts";
import { composite, isGradEnabled } from "../../../tape/modes.ts";
import { edgeOf } from "../../../tape/record.ts";
import type { Tensor } from "../../../tensor.ts";
import { checkTensor } from "../../core/apply.ts";
import { lowered } from "../../core/autocast.ts";
import { checkFloating } from "../../core/constant.ts";
import { reshape, unsqueeze } from "../../core/layout.ts";
import { checkMatched, matmul } from "../../math/contraction.ts";
import { expand } from "../../shape/broadcast.ts";
import { dropout } from "../dropout.ts";
import { attentionWeights, type Weighing } from "./composed.ts";
import { fusedAttention } from "./fused.ts";

/** The largest head size that a thread keeps in registers. */
const MOST_FUSED = 256;

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /**
   * Broadcasts to [..., L, S]. A bool mask sets the weight to 0 where it is false; a floating-point
   * mask
   * is added to the scores.
   */
  readonly attnMask?: Tensor | null;
  /** Probability that a weight is dropped. Pass 0 in evaluation. */
  readonly dropoutP?: number;
  /** If true, query i attends to keys 0 … i only. */
  readonly isCausal?: boolean;
  /** Factor of the scores (1/√E). */
  readonly scale?: number | null;
  /**
   * If true, several query heads share a key and value head: the number of query heads (dimension
   * −3)
   * is a multiple of the number of key and value heads.
   */
  readonly enableGqa?: boolean;
}

/**
 * softmax(scale · Q Kᵀ + mask) V. q: [..., L, E]; k: [..., S, E]; v: [..., S, Eᵥ] → [..., L, Eᵥ];
 * the leading dimensions are batches. A query that attends to no key gives 0. The matrix of scores
 * is
 * never stored, neither here nor in the gradient, unless weights are dropped, the mask needs a
 * gradient, a head is wider than 256, or the gradients are differentiated again. Vaswani et al.
 * 2017,
 * computed row by row as in Dao et al. 2022.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkCall(
    "scaledDotProductAttention(query, key, value, { attnMask, dropoutP: number, isCausal: boolean, scale: number | null, enableGqa: boolean })",
    arguments,
  );
  const { dropoutP = 0, isCausal = false, enableGqa = false } = options;
  const [query, key, value] = [lowered(q), lowered(k), lowered(v)];
  const attnMask = lowered(options.attnMask) ?? null;
  const call = "scaledDotProductAttention";
  check(call, query, key, value);
  if (isCausal && attnMask !== null) {
    throw new ArgumentError(`${call}: takes attnMask or isCausal, not both`);
  }
  if (attnMask !== null && attnMask.dtype !== "bool" && attnMask.dtype !== query.dtype) {
    throw new DTypeError(
      `${call}: the mask must be bool or ${query.dtype}, as the query, got ${attnMask.dtype}` +
        `\n  hint: use mask.ne(0) as a bool mask, or add mask.to("${query.dtype}") to the scores`,
    );
  }
  const scale = options.scale ?? 1 / Math.sqrt(query.shape.at(-1) as number);
  const weighing = { mask: attnMask, causal: isCausal, scale };
  if (enableGqa) for (const x of [key, value]) checkShared(call, x, query);
  if (attnMask !== null) checkMask(call, attnMask, query, key);
  return composite(() => {
    const heads = enableGqa ? headsOf(key) : headsOf(query);
    const alike = !enableGqa || headsOf(value) === heads;
    if (dropoutP === 0 && alike && isFusable(query, key, value, weighing)) {
      if (heads === headsOf(query)) return fusedAttention(query, key, value, weighing);
      return groupedAttention(query, key, value, weighing, heads);
    }
    const [keys, values] = enableGqa ? [shared(key, query), shared(value, query)] : [key, value];
    return matmul(dropout(attentionWeights(query, keys, weighing), { p: dropoutP }), values);
  });
}

/**
 * Whether one kernel can do it: no weight is needed alone, and a head fits into a thread's
 * registers.
 */
function isFusable(query: Tensor, key: Tensor, value: Tensor, { mask }: Weighing): boolean {
  const operands = [query, key, value];
  const widest = Math.max(query.shape.at(-1) as number, value.shape.at(-1) as number);
  return (
    !operands.some(hasLanes) &&
    (mask === null || !hasLanes(mask)) &&
    widest <= MOST_FUSED &&
    operands.every((x) => x.dtype === query.dtype && !x.shape.includes(0)) &&
    (mask === null || mask.dtype === "bool" || mask.dtype === query.dtype) &&
    !(mask !== null && isGradEnabled() && edgeOf(mask) !== null)
  );
}

/** Attention with groups of query heads, each of which shares one key and value head. */
function groupedAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  weighing: Weighing,
  groups: number,
): Tensor {
  const heads = headsOf(query);
  const apart = (x: Tensor): Tensor =>
    reshape(x, [...x.shape.slice(0, -3), groups, heads / groups, ...x.shape.slice(-2)]);
  const mask =
    weighing.mask !== null && weighing.mask.shape.length > 2
      ? headsOf(weighing.mask) === 1
        ? unsqueeze(weighing.mask, -3)
        : apart(weighing.mask)
      : weighing.mask;
  const [k, v] = [unsqueeze(key, -3), unsqueeze(value, -3)];
  const mixed = fusedAttention(apart(query), k, v, { ...weighing, mask });
  return reshape(mixed, [...mixed.shape.slice(0, -4), heads, ...mixed.shape.slice(-2)]);
}

const headsOf = (x: Tensor): number => x.shape.at(-3) ?? 1;

/** Repeats key or value heads so that every query head has its own. */
function shared(x: Tensor, query: Tensor): Tensor {
  const [heads, wanted] = [headsOf(x), headsOf(query)];
  if (wanted === heads) return x;
  const [batch, rest] = [x.shape.slice(0, -3), x.shape.slice(-2)];
  const repeated = expand(unsqueeze(x, -3), [...batch, heads, wanted / heads, ...rest]);
  return reshape(repeated, [...batch, wanted, ...rest]);
}

function checkShared(call: string, x: Tensor, query: Tensor): void {
  const [heads, wanted] = [headsOf(x), headsOf(query)];
  if (wanted % heads === 0) return;
  throw new ShapeError(
    `${call}: ${wanted} query heads cannot be split evenly among ${heads} key heads${detail("query", query.shape)}${detail("key or value", x.shape)}`,
  );
}

function checkMask(call: string, mask: Tensor, query: Tensor, key: Tensor): void {
  const scores = [query.shape.at(-2) as number, key.shape.at(-2) as number];
  const fits = scores.every((n, d) => [1, n].includes(mask.shape.at(d - 2) ?? 1));
  if (fits) return;
  throw new ShapeError(
    `${call}: the mask does not broadcast to [..., ${scores.join(", ")}]${detail("attnMask", mask.shape)}` +
      `${detail("query", query.shape)}${detail("key", key.shape)}`,
  );
}

function check(call: string, query: Tensor, key: Tensor, value: Tensor): void {
  for (const operand of [query, key, value]) {
    checkTensor(call, operand);
    checkFloating(call, operand);
    checkMatched(call, operand, query);
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
