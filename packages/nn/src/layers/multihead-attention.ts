import {
  ArgumentError,
  arange,
  cat,
  dropout,
  linear,
  ShapeError,
  scaledDotProductAttention,
  softmax,
  type Tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { xavierNormal_, xavierUniform_, zeros_ } from "../init.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { Linear } from "./linear.ts";

/** Settings of MultiheadAttention. */
export interface MultiheadAttentionOptions {
  /** Probability that an attention weight is dropped, in training. */
  readonly dropout?: number;
  /** Biases of the projections (default true). */
  readonly bias?: boolean;
  /** One more key and value that are learned. */
  readonly addBiasKv?: boolean;
  /** One more key and value of zeros. */
  readonly addZeroAttn?: boolean;
  /** Features of the keys and of the values; `embedDim` unless given. */
  readonly kdim?: number | null;
  readonly vdim?: number | null;
  /** Operands are [B, L, E] instead of [L, B, E]. */
  readonly batchFirst?: boolean;
}

/** What a call of MultiheadAttention takes beside query, key and value. */
export interface AttendOptions {
  /** Keys to leave out, [B, S] ([S] without a batch): true, or a number added to the score. */
  readonly keyPaddingMask?: Tensor | null;
  /** Gives the attention weights too (default true). */
  readonly needWeights?: boolean;
  /** [L, S] or [B·heads, L, S]: true where a query may not see a key, or a number added to the score. */
  readonly attnMask?: Tensor | null;
  /** The weights' mean over the heads (default true). */
  readonly averageAttnWeights?: boolean;
  /** Query i sees keys 0 … i only. */
  readonly isCausal?: boolean;
}

/** PyTorch's name for the output projection, which its printed modules show. */
class NonDynamicallyQuantizableLinear extends Linear {}

/**
 * softmax(Q Kᵀ / √(E/h) + mask) V for each of h heads, joined and projected; Q, K, V are projections of query, key, value.
 * query: [L, B, E]; key: [S, B, kdim]; value: [S, B, vdim] ([B, …] batch first, or no B) → [output like the query,
 * weights [B, L, S] or [B, heads, L, S], null where not needed].  Vaswani et al. 2017.
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, options?: AttendOptions],
  [Tensor, Tensor | null]
> {
  readonly inProjWeight: Parameter | null;
  readonly qProjWeight: Parameter | null;
  readonly kProjWeight: Parameter | null;
  readonly vProjWeight: Parameter | null;
  readonly inProjBias: Parameter | null;
  biasK: Parameter | null;
  biasV: Parameter | null;
  readonly outProj: Linear;
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    checkCall(
      "new MultiheadAttention(embedDim: number, numHeads: number, { dropout: number, bias: boolean, addBiasKv: boolean, addZeroAttn: boolean, kdim: number | null, vdim: number | null, batchFirst: boolean })",
      arguments,
    );
    super();
    if (!(embedDim > 0 && numHeads > 0 && embedDim % numHeads === 0)) {
      throw new ArgumentError(
        `MultiheadAttention: ${numHeads} heads do not share ${embedDim} features evenly` +
          "\n  hint: a number of heads that divides embedDim",
      );
    }
    const { bias = true } = options;
    const [kdim, vdim] = [options.kdim ?? embedDim, options.vdim ?? embedDim];
    const together = kdim === embedDim && vdim === embedDim;
    // PyTorch draws the output projection first
    this.outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias });
    if (this.outProj.bias !== null) zeros_(this.outProj.bias);
    const matrix = (rows: number, columns: number): Parameter =>
      parameter(xavierUniform_(zeros([rows, columns])));
    this.inProjWeight = together ? matrix(3 * embedDim, embedDim) : null;
    this.qProjWeight = together ? null : matrix(embedDim, embedDim);
    this.kProjWeight = together ? null : matrix(embedDim, kdim);
    this.vProjWeight = together ? null : matrix(embedDim, vdim);
    this.inProjBias = bias ? parameter(zeros([3 * embedDim])) : null;
    const extra = (): Parameter | null =>
      options.addBiasKv === true ? parameter(xavierNormal_(zeros([1, 1, embedDim]))) : null;
    this.biasK = extra();
    this.biasV = extra();
    registerFields(this);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = options.dropout ?? 0;
    this.batchFirst = options.batchFirst ?? false;
    this.addZeroAttn = options.addZeroAttn ?? false;
  }

  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttendOptions = {},
  ): [Tensor, Tensor | null] {
    checkCall(
      "attention(query, key, value, { keyPaddingMask, needWeights: boolean, attnMask, averageAttnWeights: boolean, isCausal: boolean })",
      arguments,
    );
    const rank = query.shape.length;
    if ((rank !== 2 && rank !== 3) || key.shape.length !== rank || value.shape.length !== rank) {
      const got = [query, key, value].map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
      throw new ShapeError(
        `MultiheadAttention: query, key and value are ${this.batchFirst ? "[B, L, E]" : "[L, B, E]"} or [L, E]\n  got: ${got}`,
      );
    }
    const batched = (x: Tensor): Tensor =>
      rank === 2 ? x.unsqueeze(0) : this.batchFirst ? x : x.transpose(0, 1);
    const [q, k, v] = this.project(batched(query), batched(key), batched(value));
    const length = q.shape[2] as number;
    const mask = scoreMask(options, this.numHeads, length, k.shape[2] as number, key);
    const [keys, values, added] = this.extended(k, v);
    const padded = mask === null || added === 0 ? mask : padRight(mask, added);
    const needWeights = options.needWeights ?? true;
    // nothing else is hidden: no matrix of masks is needed to say so
    const plain = options.attnMask == null && options.keyPaddingMask == null && added === 0;
    const isCausal = options.isCausal === true && plain && !needWeights;
    const [heads, weights] = this.attend(q, keys, values, padded, { needWeights, isCausal });
    const joined = heads.transpose(1, 2).reshape([q.shape[0] as number, length, this.embedDim]);
    const out = this.outProj(joined);
    const mean = (options.averageAttnWeights ?? true) ? (weights?.mean(1) ?? null) : weights;
    if (rank === 2) return [out.squeeze(0), mean?.squeeze(0) ?? null];
    return [this.batchFirst ? out : out.transpose(0, 1), mean];
  }

  /** Queries, keys and values for each head: [B, heads, L, E/heads]. */
  protected project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const { embedDim: e, inProjWeight: all } = this;
    const operands = [query, key, value];
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight];
    const split = (x: Tensor): Tensor =>
      x.reshape([x.shape[0] as number, x.shape[1] as number, this.numHeads, -1]).transpose(1, 2);
    if (all !== null && query === key && key === value) {
      const joint = linear(query, all, this.inProjBias);
      return [0, 1, 2].map((i) => split(joint.narrow(-1, i * e, e))) as [Tensor, Tensor, Tensor];
    }
    return operands.map((x, i) => {
      const weight = own[i] ?? (all as Tensor).narrow(0, i * e, e);
      return split(linear(x, weight, this.inProjBias?.narrow(0, i * e, e) ?? null));
    }) as [Tensor, Tensor, Tensor];
  }

  /** The learned key and value and those of zeros, where there are such; and how many. */
  protected extended(k: Tensor, v: Tensor): [Tensor, Tensor, number] {
    const [batch, heads, , width] = k.shape as readonly [number, number, number, number];
    const extra = (x: Tensor): Tensor =>
      x.reshape([1, heads, 1, width]).expand([batch, heads, 1, width]);
    const [moreK, moreV]: [Tensor[], Tensor[]] = [[], []];
    if (this.biasK !== null && this.biasV !== null) {
      moreK.push(extra(this.biasK));
      moreV.push(extra(this.biasV));
    }
    if (this.addZeroAttn) {
      moreK.push(zeros([batch, heads, 1, width]));
      moreV.push(zeros([batch, heads, 1, width]));
    }
    if (moreK.length === 0) return [k, v, 0];
    return [cat([k, ...moreK], 2), cat([v, ...moreV], 2), moreK.length];
  }

  /** What each head sees, and with which weights where they are asked for. */
  protected attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | null,
    { needWeights, isCausal }: { readonly needWeights: boolean; readonly isCausal: boolean },
  ): [Tensor, Tensor | null] {
    const p = this.training ? this.dropout : 0;
    if (!needWeights) {
      const hidden = isCausal ? { isCausal } : { attnMask: mask };
      return [scaledDotProductAttention(q, k, v, { ...hidden, dropoutP: p }), null];
    }
    const scores = q.mul(1 / Math.sqrt(q.shape[3] as number)).matmul(k.transpose(-2, -1));
    const weights = dropout(softmax(mask === null ? scores : scores.add(mask), -1), { p });
    return [weights.matmul(v), weights];
  }
}

/** All masks as one that is added to scores [B, heads, L, S]; null where there is none. */
function scoreMask(
  { attnMask = null, keyPaddingMask = null, isCausal = false }: AttendOptions,
  heads: number,
  length: number,
  keys: number,
  { dtype }: Tensor,
): Tensor | null {
  const masks: Tensor[] = [];
  if (attnMask !== null) {
    const mask = added(attnMask, dtype);
    masks.push(mask.shape.length === 3 ? mask.reshape([-1, heads, length, keys]) : mask);
  } else if (isCausal) {
    masks.push(added(arange(keys).gt(arange(length).unsqueeze(1)), dtype));
  }
  if (keyPaddingMask !== null) {
    masks.push(added(keyPaddingMask, dtype).reshape([-1, 1, 1, keys]));
  }
  const [first, second] = masks;
  if (first === undefined) return null;
  return second === undefined ? first : first.add(second);
}

/** −∞ where a mask is true; a mask of numbers is as it is. */
const added = (mask: Tensor, dtype: Tensor["dtype"]): Tensor =>
  mask.dtype === "bool"
    ? where(mask, Number.NEGATIVE_INFINITY, zeros(mask.shape, { dtype }))
    : mask;

const padRight = (mask: Tensor, count: number): Tensor =>
  cat([mask, zeros([...mask.shape.slice(0, -1), count], { dtype: mask.dtype })], -1);
