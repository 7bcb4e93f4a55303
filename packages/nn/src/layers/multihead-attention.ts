import { ArgumentError, type Tensor, zeros } from "@wgrad/autograd";
import { asResult, checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import {
  type AttendOptions,
  attendHeads,
  batchOf,
  checkOperands,
} from "../functional/multi-head-attention.ts";
import { xavierNormal_, xavierUniform_, zeros_ } from "../init.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { Linear } from "./linear.ts";

/** Settings of MultiheadAttention. */
export interface MultiheadAttentionOptions {
  /** Probability that an attention weight is dropped in training. */
  readonly dropout?: number;
  /** Biases of the projections (default true). */
  readonly bias?: boolean;
  /** Adds a learned key and value. */
  readonly addBiasKv?: boolean;
  /** Adds a key and a value of zeros. */
  readonly addZeroAttn?: boolean;
  /** Features of the keys and of the values (default `embedDim`). */
  readonly kdim?: number | null;
  readonly vdim?: number | null;
  /** Operands are [B, L, E] instead of [L, B, E]. */
  readonly batchFirst?: boolean;
}

/** PyTorch's class name of the output projection, for printing. */
class NonDynamicallyQuantizableLinear extends Linear {}

/**
 * softmax(Q Kᵀ / √(E/h) + mask) V for each of h heads, concatenated and projected; Q, K, V are
 * projections of query, key, value. query: [L, B, E]; key: [S, B, kdim]; value: [S, B, vdim] ([B,
 * …] with `batchFirst`, or without B) → [output like the query, weights [B, L, S] or [B, heads, L,
 * S], null if not needed].  Vaswani et al. 2017.
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
        `MultiheadAttention: ${embedDim} features cannot be split evenly among ${numHeads} heads` +
          "\n  hint: numHeads must divide embedDim",
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
      "attention(query, key, value, { keyPaddingMask: tensor | null, needWeights: boolean, attnMask: tensor | null, averageAttnWeights: boolean, isCausal: boolean })",
      arguments,
    );
    checkOperands(
      "MultiheadAttention",
      [query, key, value],
      this.batchFirst ? "[B, L, E]" : "[L, B, E]",
    );
    const one = query.shape.length === 2;
    const operands = batchOf([query, key, value], (x) =>
      one ? x.unsqueeze(0) : this.batchFirst ? x : x.transpose(0, 1),
    );
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight];
    const parameters = {
      heads: this.numHeads,
      weights: this.inProjWeight ?? (own as [Parameter, Parameter, Parameter]),
      bias: this.inProjBias,
      biasK: this.biasK,
      biasV: this.biasV,
      addZeroAttn: this.addZeroAttn,
      dropoutP: this.training ? this.dropout : 0,
    };
    const [heads, weights] = attendHeads("MultiheadAttention", operands, parameters, options);
    const out = this.outProj(heads);
    if (one) return [out.squeeze(0), weights?.squeeze(0) ?? null];
    return [this.batchFirst ? out : asResult(out.transpose(0, 1).contiguous()), weights];
  }
}
