import {
  ArgumentError,
  arange,
  cat,
  DTypeError,
  dropout,
  linear,
  ShapeError,
  scaledDotProductAttention,
  softmax,
  type Tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/** What a call of multi-head attention takes beside query, key and value. */
export interface AttendOptions {
  /** Keys to leave out, [B, S] ([S] without a batch): true, or a number added to the score. */
  readonly keyPaddingMask?: Tensor | null;
  /** Gives the attention weights too (default true). */
  readonly needWeights?: boolean;
  /**
   * [L, S] or [B·heads, L, S]: true where a query may not see a key, or a number added to the
   * score.
   */
  readonly attnMask?: Tensor | null;
  /** The weights' mean over the heads (default true). */
  readonly averageAttnWeights?: boolean;
  /** Query i sees keys 0 … i only. */
  readonly isCausal?: boolean;
}

/** Parameters of the projections, as PyTorch lays them out. */
export interface HeadParameters {
  readonly heads: number;
  /** [3 E, E], or a matrix each for query, key and value. */
  readonly weights: Tensor | readonly [Tensor, Tensor, Tensor];
  /** [3 E]. */
  readonly bias: Tensor | null;
  /** One more key and value, [1, 1, E]. */
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  /** One more key and value of zeros. */
  readonly addZeroAttn: boolean;
  /** Probability that a weight is dropped; 0 in evaluation. */
  readonly dropoutP: number;
}

/**
 * softmax(Q Kᵀ / √(E/h) + mask) V for each of h heads, joined: [B, L, E], and the weights, [B, L,
 * S] or [B, heads, L, S]. A query that may see nothing gets 0, with weights of 0.
 */
export function attendHeads(
  call: string,
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  parameters: HeadParameters,
  options: AttendOptions,
): [Tensor, Tensor | null] {
  const { heads, dropoutP } = parameters;
  const [q, k, v] = projected([query, key, value], parameters);
  const [batch, , length, width] = q.shape as readonly [number, number, number, number];
  const mask = scoreMask(call, options, heads, length, k.shape[2] as number, key);
  const [keys, values, added] = extended(k, v, parameters);
  const padded = mask === null || added === 0 ? mask : padRight(mask, added);
  const joined = (x: Tensor): Tensor => x.transpose(1, 2).reshape([batch, length, heads * width]);
  if (!(options.needWeights ?? true)) {
    // nothing else is hidden: no matrix of masks is needed to say so
    const plain = options.attnMask == null && options.keyPaddingMask == null && added === 0;
    const isCausal = options.isCausal === true && plain;
    const hidden = isCausal ? { isCausal } : { attnMask: padded };
    return [joined(scaledDotProductAttention(q, keys, values, { ...hidden, dropoutP })), null];
  }
  const scores = q.mul(1 / Math.sqrt(width)).matmul(keys.transpose(-2, -1));
  const weights = dropout(padded === null ? softmax(scores, -1) : seen(scores.add(padded)), {
    p: dropoutP,
  });
  const shown = (options.averageAttnWeights ?? true) ? weights.mean(1) : weights;
  return [joined(weights.matmul(values)), shown];
}

/** The softmax of scores, 0 in a row of −∞ alone. */
function seen(scores: Tensor): Tensor {
  if (scores.numel() === 0) return scores;
  const nothing = scores.amax(-1, { keepdim: true }).eq(Number.NEGATIVE_INFINITY);
  return where(nothing, 0, softmax(where(nothing, 0, scores), -1));
}

/** Queries, keys and values for each head: [B, heads, L, E/heads]. */
function projected(
  operands: readonly [Tensor, Tensor, Tensor],
  { heads, weights, bias }: HeadParameters,
): [Tensor, Tensor, Tensor] {
  const [query, key, value] = operands;
  const e = query.shape[2] as number;
  const split = (x: Tensor): Tensor =>
    x.reshape([x.shape[0] as number, x.shape[1] as number, heads, e / heads]).transpose(1, 2);
  const isOne = !Array.isArray(weights);
  if (isOne && query === key && key === value) {
    const joint = linear(query, weights as Tensor, bias);
    return [0, 1, 2].map((i) => split(joint.narrow(-1, i * e, e))) as [Tensor, Tensor, Tensor];
  }
  return operands.map((x, i) => {
    const weight = isOne
      ? (weights as Tensor).narrow(0, i * e, e)
      : ((weights as readonly Tensor[])[i] as Tensor);
    return split(linear(x, weight, bias?.narrow(0, i * e, e) ?? null));
  }) as [Tensor, Tensor, Tensor];
}

/** With the learned key and value and those of zeros, where there are such; and how many. */
function extended(
  k: Tensor,
  v: Tensor,
  { biasK, biasV, addZeroAttn }: HeadParameters,
): [Tensor, Tensor, number] {
  const [batch, heads, , width] = k.shape as readonly [number, number, number, number];
  const extra = (x: Tensor): Tensor =>
    x.reshape([1, heads, 1, width]).expand([batch, heads, 1, width]);
  const [moreK, moreV]: [Tensor[], Tensor[]] = [[], []];
  if (biasK !== null && biasV !== null) {
    moreK.push(extra(biasK));
    moreV.push(extra(biasV));
  }
  if (addZeroAttn) {
    const nothing = zeros([batch, heads, 1, width], { dtype: k.dtype, device: k });
    moreK.push(nothing);
    moreV.push(nothing);
  }
  if (moreK.length === 0) return [k, v, 0];
  return [cat([k, ...moreK], 2), cat([v, ...moreV], 2), moreK.length];
}

/** All masks as one that is added to scores [B, heads, L, S]; null where there is none. */
function scoreMask(
  call: string,
  { attnMask = null, keyPaddingMask = null, isCausal = false }: AttendOptions,
  heads: number,
  length: number,
  keys: number,
  like: Tensor,
): Tensor | null {
  const masks: Tensor[] = [];
  if (attnMask !== null) {
    const mask = added(call, "attnMask", attnMask, like);
    masks.push(mask.shape.length === 3 ? mask.reshape([-1, heads, length, keys]) : mask);
  } else if (isCausal) {
    const later = arange(keys, { device: like }).gt(arange(length, { device: like }).unsqueeze(1));
    masks.push(added(call, "isCausal", later, like));
  }
  if (keyPaddingMask !== null) {
    masks.push(added(call, "keyPaddingMask", keyPaddingMask, like).reshape([-1, 1, 1, keys]));
  }
  const [first, second] = masks;
  if (first === undefined) return null;
  return second === undefined ? first : first.add(second);
}

/** −∞ where a mask is true; a mask of fractions is as it is, and one of integers is refused. */
function added(call: string, name: string, mask: Tensor, { dtype }: Tensor): Tensor {
  if (mask.dtype === "bool") {
    return where(mask, Number.NEGATIVE_INFINITY, zeros(mask.shape, { dtype, device: mask }));
  }
  if (mask.dtype.startsWith("f")) return mask;
  throw new DTypeError(
    `${call}: ${name} must be bool or floating, got ${mask.dtype}` +
      `\n  hint: ${name}.ne(0) leaves out what is not 0`,
  );
}

const padRight = (mask: Tensor, count: number): Tensor =>
  cat([mask, zeros([...mask.shape.slice(0, -1), count], { dtype: mask.dtype, device: mask })], -1);

/** Settings of `multiHeadAttentionForward`. */
export interface MultiHeadAttentionForwardOptions extends AttendOptions {
  /** Weights are dropped (default true). */
  readonly training?: boolean;
  /** The projections are qProjWeight, kProjWeight and vProjWeight, and not inProjWeight. */
  readonly useSeparateProjWeight?: boolean;
  readonly qProjWeight?: Tensor | null;
  readonly kProjWeight?: Tensor | null;
  readonly vProjWeight?: Tensor | null;
}

/**
 * Multi-head attention with parameters given one by one: query [L, B, E], key [S, B, kdim], value
 * [S, B, vdim] (or no B) → [output like the query, weights [B, L, S] or [B, heads, L, S], null
 * where not needed].  Vaswani et al. 2017.
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options: MultiHeadAttentionForwardOptions = {},
): [Tensor, Tensor | null] {
  checkCall(
    "multiHeadAttentionForward(query, key, value, embedDimToCheck: number, numHeads: number, inProjWeight, inProjBias, biasK, biasV, addZeroAttn: boolean, dropoutP: number, outProjWeight, outProjBias, { training: boolean, keyPaddingMask, needWeights: boolean, attnMask, useSeparateProjWeight: boolean, qProjWeight, kProjWeight, vProjWeight, averageAttnWeights: boolean, isCausal: boolean })",
    arguments,
  );
  const call = "multiHeadAttentionForward";
  checkOperands(call, [query, key, value], "[L, B, E]");
  const { training = true, useSeparateProjWeight = false, ...attend } = options;
  const own = [options.qProjWeight, options.kProjWeight, options.vProjWeight];
  const weights = useSeparateProjWeight ? own : inProjWeight;
  if (weights === null || (useSeparateProjWeight && own.some((weight) => weight == null))) {
    throw new ArgumentError(`${call}: the weights of the projections are missing`);
  }
  const e = query.shape.at(-1) as number;
  if (e !== embedDimToCheck || e % numHeads !== 0) {
    throw new ShapeError(
      `${call}: a query of ${e} features is not of ${embedDimToCheck}, shared by ${numHeads} heads`,
    );
  }
  const parameters: HeadParameters = {
    heads: numHeads,
    weights: weights as HeadParameters["weights"],
    bias: inProjBias,
    biasK,
    biasV,
    addZeroAttn,
    dropoutP: training ? dropoutP : 0,
  };
  const one = query.shape.length === 2;
  const operands = batchOf([query, key, value], (x) => (one ? x.unsqueeze(0) : x.transpose(0, 1)));
  return composite(() => {
    const [heads, shown] = attendHeads(call, operands, parameters, attend);
    const out = linear(heads, outProjWeight, outProjBias);
    if (one) return [out.squeeze(0), shown?.squeeze(0) ?? null];
    return [out.transpose(0, 1), shown];
  });
}

/** Each operand as [B, L, E]: one tensor where all are one, which is then projected at once. */
export function batchOf(
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  batched: (x: Tensor) => Tensor,
): [Tensor, Tensor, Tensor] {
  const first = batched(query);
  const all = query === key && key === value;
  return all ? [first, first, first] : [first, batched(key), batched(value)];
}

/** Refuses what are not three matrices, or three batches of them. */
export function checkOperands(call: string, operands: readonly Tensor[], layout: string): void {
  const ranks = operands.map((x) => x.shape.length);
  if ((ranks[0] === 2 || ranks[0] === 3) && ranks.every((rank) => rank === ranks[0])) return;
  const got = operands.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
  throw new ShapeError(`${call}: query, key and value are ${layout} or [L, E]\n  got: ${got}`);
}
