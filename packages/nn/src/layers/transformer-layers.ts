import { ArgumentError, gelu, relu, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Module } from "../module.ts";
import { Dropout } from "./dropout.ts";
import { LayerNorm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import { MultiheadAttention } from "./multihead-attention.ts";

/**
 * Activation between the two projections of a Transformer layer: "relu" (default), "gelu" or a
 * function.
 */
export type TransformerActivation = "relu" | "gelu" | ((x: Tensor) => Tensor);

/** Settings of Transformer layers. */
export interface TransformerLayerOptions {
  /** Number of features between the two projections (default 2048). */
  readonly dimFeedforward?: number;
  /** Probability of a drop in training (default 0.1). */
  readonly dropout?: number;
  readonly activation?: TransformerActivation;
  /** Added to the variance of the norms (default 1e-5). */
  readonly layerNormEps?: number;
  /** Operands are [B, L, E] instead of [L, B, E]. */
  readonly batchFirst?: boolean;
  /** Applies norms before attention and projections instead of after the residual sums. */
  readonly normFirst?: boolean;
  /** Biases of projections and norms (default true). */
  readonly bias?: boolean;
}

/** Masks of an encoder; true (or −∞) hides a position. */
export interface EncodeOptions {
  /** [L, L] or [B·heads, L, L]. */
  readonly srcMask?: Tensor | null;
  /** [B, L], or [L] without a batch. */
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Each position attends to itself and earlier positions only. */
  readonly isCausal?: boolean;
}

/** Masks of a decoder; true (or −∞) hides a position. */
export interface DecodeOptions {
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}

function activationOf(call: string, activation: TransformerActivation): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return (x) => gelu(x);
  throw new ArgumentError(
    `${call}: unknown activation ${JSON.stringify(activation)}\n  hint: "relu", "gelu" or a function`,
  );
}

/**
 * h = LN(x + A(x)), y = LN(h + W₂ f(W₁ h)) with self-attention A and dropout after each part; with
 * `normFirst` h = x + A(LN x), y = h + W₂ f(W₁ LN h).  src: [L, B, E] ([B, L, E] with `batchFirst`,
 * or [L, E]) → the same shape. Vaswani et al. 2017.
 */
export class TransformerEncoderLayer extends Module<
  [src: Tensor, options?: EncodeOptions],
  Tensor
> {
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    checkCall(
      'new TransformerEncoderLayer(dModel: number, nhead: number, { dimFeedforward: number, dropout: number, activation: "relu" | "gelu" | function, layerNormEps: number, batchFirst: boolean, normFirst: boolean, bias: boolean })',
      arguments,
    );
    super();
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5 } = options;
    const { bias = true, batchFirst = false } = options;
    this.activation = activationOf("TransformerEncoderLayer", options.activation ?? "relu");
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout({ p: dropout });
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.normFirst = options.normFirst ?? false;
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout({ p: dropout });
    this.dropout2 = new Dropout({ p: dropout });
  }

  forward(src: Tensor, options: EncodeOptions = {}): Tensor {
    checkCall("encoderLayer(src, { srcMask, srcKeyPaddingMask, isCausal: boolean })", arguments);
    const { srcMask = null, srcKeyPaddingMask = null, isCausal = false } = options;
    const attend = (x: Tensor): Tensor => {
      const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal };
      return this.dropout1(this.selfAttn(x, x, x, { ...masks, needWeights: false })[0]);
    };
    const feed = (x: Tensor): Tensor =>
      this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const h = src.add(attend(this.norm1(src)));
      return h.add(feed(this.norm2(h)));
    }
    const h = this.norm1(src.add(attend(src)));
    return this.norm2(h.add(feed(h)));
  }
}

/**
 * g = LN(x + A(x)), h = LN(g + C(g, m)), y = LN(h + W₂ f(W₁ h)) with self-attention A, attention C
 * to the encoder's memory m, and dropout after each part; with `normFirst` the norms come before
 * the parts.  tgt: [L, B, E]; memory: [S, B, E] ([B, …] with `batchFirst`, or without a batch) →
 * the shape of tgt.  Vaswani et al. 2017.
 */
export class TransformerDecoderLayer extends Module<
  [tgt: Tensor, memory: Tensor, options?: DecodeOptions],
  Tensor
> {
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly normFirst: boolean;
  readonly activation: (x: Tensor) => Tensor;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    checkCall(
      'new TransformerDecoderLayer(dModel: number, nhead: number, { dimFeedforward: number, dropout: number, activation: "relu" | "gelu" | function, layerNormEps: number, batchFirst: boolean, normFirst: boolean, bias: boolean })',
      arguments,
    );
    super();
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5 } = options;
    const { bias = true, batchFirst = false } = options;
    this.activation = activationOf("TransformerDecoderLayer", options.activation ?? "relu");
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout({ p: dropout });
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.normFirst = options.normFirst ?? false;
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.norm3 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout({ p: dropout });
    this.dropout2 = new Dropout({ p: dropout });
    this.dropout3 = new Dropout({ p: dropout });
  }

  forward(tgt: Tensor, memory: Tensor, options: DecodeOptions = {}): Tensor {
    checkCall(
      "decoderLayer(tgt, memory, { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal: boolean, memoryIsCausal: boolean })",
      arguments,
    );
    const own = {
      attnMask: options.tgtMask ?? null,
      keyPaddingMask: options.tgtKeyPaddingMask ?? null,
      isCausal: options.tgtIsCausal ?? false,
      needWeights: false,
    };
    const across = {
      attnMask: options.memoryMask ?? null,
      keyPaddingMask: options.memoryKeyPaddingMask ?? null,
      isCausal: options.memoryIsCausal ?? false,
      needWeights: false,
    };
    const attend = (x: Tensor): Tensor => this.dropout1(this.selfAttn(x, x, x, own)[0]);
    const consult = (x: Tensor): Tensor =>
      this.dropout2(this.multiheadAttn(x, memory, memory, across)[0]);
    const feed = (x: Tensor): Tensor =>
      this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const g = tgt.add(attend(this.norm1(tgt)));
      const h = g.add(consult(this.norm2(g)));
      return h.add(feed(this.norm3(h)));
    }
    const g = this.norm1(tgt.add(attend(tgt)));
    const h = this.norm2(g.add(consult(g)));
    return this.norm3(h.add(feed(h)));
  }
}
