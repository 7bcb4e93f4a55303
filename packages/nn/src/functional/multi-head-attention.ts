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

/** Settings of a call of multi-head attention. */
export interface AttendOptions {
  /**
   * Keys to leave out, [B, S] ([S] without a batch): true, or a number that is added to the score.
   */
  readonly keyPaddingMask?: Tensor | null;
  /** Returns the attention weights as well (default true). */
  readonly needWeights?: boolean;
  /**
   * [L, S] or [B·heads, L, S]: true where a query may not attend to a key, or a number that is
   * added to the score.
   */
  readonly attnMask?: Tensor | null;
  /** Averages the weights over the heads (default true). */
  readonly averageAttnWeights?: boolean;
  /** Query i attends to keys 0 … i only. */
  readonly isCausal?: boolean;
}

/** Parameters of the projections, laid out as in PyTorch. */
export interface HeadParameters {
  readonly heads: number;
  /** [3 E, E], or one matrix each for query, key and value. */
  readonly weights: Tensor | readonly [Tensor, Tensor, Tensor];
  /** [3 E]. */
  readonly bias: Tensor | null;
  /** An additional key and value, [1, 1, E]. */
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  /** Adds a key and a value of zeros. */
  readonly addZeroAttn: boolean;
  /** Probability that a weight is dropped; 0 in evaluation. */
  readonly dropoutP: number;
}

/**
 * softmax(Q Kᵀ / √(E/h) + mask) V for each of h heads, concatenated: [B, L, E], and the weights,
 * [B, L, S] or [B, heads, L, S]. A query whose keys are all masked gives 0 without weights and NaN
 * with them, as in PyTorch.
 */
export function attendHeads(
  call: string,
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  parameters: HeadParameters,
  options: AttendOptions,
): [Tensor, Tensor | null] {
  const { heads, dropoutP } = parameters;
  const [q, k, v] = projectHeads([query, key, value], parameters);
  const [batch, , length, width] = q.shape as readonly [number, number, number, number];
  const mask = scoreMask(call, options, heads, length, k.shape[2] as number, key);
  const [keys, values, extraKeys] = withExtraKeys(k, v, parameters);
  const padded = mask === null || extraKeys === 0 ? mask : padRight(mask, extraKeys);
  const joined = (x: Tensor): Tensor => x.transpose(1, 2).reshape([batch, length, heads * width]);
  if (!(options.needWeights ?? true)) {
    // without other masks, attention needs no mask matrix
    const plain = options.attnMask == null && options.keyPaddingMask == null && extraKeys === 0;
    const isCausal = options.isCausal === true && plain;
    const hidden = isCausal ? { isCausal } : { attnMask: padded };
    return [joined(scaledDotProductAttention(q, keys, values, { ...hidden, dropoutP })), null];
  }
  const scores = q.mul(1 / Math.sqrt(width)).matmul(keys.transpose(-2, -1));
  const masked = padded === null ? scores : scores.add(padded);
  const weights = dropout(softmax(masked, -1), { p: dropoutP });
  const shown = (options.averageAttnWeights ?? true) ? weights.mean(1) : weights;
  return [joined(weights.matmul(values)), shown];
}

/** Queries, keys and values of each head: [B, heads, L, E/heads]. */
function projectHeads(
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

/** Appends the learned key and value and those of zeros, if any. Returns how many were appended. */
function withExtraKeys(
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

/** All masks as one mask that is added to scores [B, heads, L, S]; null if there is none. */
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
    const shapes = [
      [length, keys],
      [(like.shape[0] as number) * heads, length, keys],
    ].map((shape) => `[${shape.join(", ")}]`);
    const given = `[${attnMask.shape.join(", ")}]`;
    if (!shapes.includes(given))
      throw new ShapeError(
        `${call}: attnMask must be [L, S] or [B·heads, L, S], here ${shapes.join(" or ")}, got ${given}`,
      );
    const mask = additiveMask(call, "attnMask", attnMask, like);
    masks.push(mask.shape.length === 3 ? mask.reshape([-1, heads, length, keys]) : mask);
  } else if (isCausal) {
    const later = arange(keys, { device: like }).gt(arange(length, { device: like }).unsqueeze(1));
    masks.push(additiveMask(call, "isCausal", later, like));
  }
  if (keyPaddingMask !== null) {
    masks.push(
      additiveMask(call, "keyPaddingMask", keyPaddingMask, like).reshape([-1, 1, 1, keys]),
    );
  }
  const [first, second] = masks;
  if (first === undefined) return null;
  return second === undefined ? first : first.add(second);
}

/** −∞ where a bool mask is true. A floating mask is used as it is; one of integers is refused. */
function additiveMask(call: string, name: string, mask: Tensor, { dtype }: Tensor): Tensor {
  if (mask.dtype === "bool") {
    return where(mask, Number.NEGATIVE_INFINITY, zeros(mask.shape, { dtype, device: mask }));
  }
  if (mask.dtype.startsWith("f")) return mask;
  throw new DTypeError(
    `${call}: ${name} must be bool or floating, got ${mask.dtype}` +
      `\n  hint: ${name}.ne(0) masks the nonzero elements`,
  );
}

const padRight = (mask: Tensor, count: number): Tensor =>
  cat([mask, zeros([...mask.shape.slice(0, -1), count], { dtype: mask.dtype, device: mask })], -1);

/** Settings of `multiHeadAttentionForward`. */
export interface MultiHeadAttentionForwardOptions extends AttendOptions {
  /** Applies dropout to the weights (default true). */
  readonly training?: boolean;
  /** Uses qProjWeight, kProjWeight and vProjWeight instead of inProjWeight. */
  readonly useSeparateProjWeight?: boolean;
  readonly qProjWeight?: Tensor | null;
  readonly kProjWeight?: Tensor | null;
  readonly vProjWeight?: Tensor | null;
}

/**
 * Multi-head attention with explicit parameters: query [L, B, E], key [S, B, kdim], value [S, B,
 * vdim] (or without B) → [output like the query, weights [B, L, S] or [B, heads, L, S], null if not
 * needed].  Vaswani et al. 2017.
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
    "multiHeadAttentionForward(query, key, value, embedDimToCheck: number, numHeads: number, inProjWeight: tensor | null, inProjBias: tensor | null, biasK: tensor | null, biasV: tensor | null, addZeroAttn: boolean, dropoutP: number, outProjWeight, outProjBias: tensor | null, { training: boolean, keyPaddingMask: tensor | null, needWeights: boolean, attnMask: tensor | null, useSeparateProjWeight: boolean, qProjWeight: tensor | null, kProjWeight: tensor | null, vProjWeight: tensor | null, averageAttnWeights: boolean, isCausal: boolean })",
    arguments,
  );
  const call = "multiHeadAttentionForward";
  checkOperands(call, [query, key, value], "[L, B, E]");
  const { training = true, useSeparateProjWeight = false, ...attend } = options;
  const own = [options.qProjWeight, options.kProjWeight, options.vProjWeight];
  const weights = useSeparateProjWeight ? own : inProjWeight;
  if (weights === null || (useSeparateProjWeight && own.some((weight) => weight == null))) {
    throw new ArgumentError(`${call}: the projection weights are missing`);
  }
  const e = query.shape.at(-1) as number;
  if (e !== embedDimToCheck || e % numHeads !== 0) {
    throw new ShapeError(
      `${call}: the query has ${e} features, expected ${embedDimToCheck}, divisible by ${numHeads} heads`,
    );
  }
  if ((biasK === null) !== (biasV === null)) {
    const [given, missing] = biasK === null ? ["biasV", "biasK"] : ["biasK", "biasV"];
    throw new ArgumentError(`${call}: ${given} needs ${missing}, which is null`);
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
    return [out.transpose(0, 1).contiguous(), shown];
  });
}

/**
 * Each operand as [B, L, E]. If all are the same tensor, so are the results, and one product
 * projects them.
 */
export function batchOf(
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  batched: (x: Tensor) => Tensor,
): [Tensor, Tensor, Tensor] {
  const first = batched(query);
  const all = query === key && key === value;
  return all ? [first, first, first] : [first, batched(key), batched(value)];
}

/** Refuses operands that are not three matrices or three batches of matrices. */
export function checkOperands(call: string, operands: readonly Tensor[], layout: string): void {
  const ranks = operands.map((x) => x.shape.length);
  const [, key, value] = operands.map(({ shape }) => String(shape.slice(0, -1)));
  if ((ranks[0] === 2 || ranks[0] === 3) && ranks.every((rank) => rank === ranks[0])) {
    const batch = ranks[0] === 2 ? -1 : layout.indexOf("B") < layout.indexOf("L") ? 0 : 1;
    if (key === value && operands[0]?.shape[batch] === operands[1]?.shape[batch]) return;
  }
  const got = operands.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
  throw new ShapeError(
    `${call}: query, key and value must be ${layout} or [L, E], with one batch size, and key and value of one length\n  got: ${got}`,
  );
}
