import { full, ShapeError, type Tensor, triu } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { ModuleList } from "../containers/module-list.ts";
import { copyModule } from "../copy.ts";
import { xavierUniform_ } from "../init.ts";
import { tensorsOf } from "../members.ts";
import { type AnyModule, Module } from "../module.ts";
import { LayerNorm } from "./layer-norm.ts";
import {
  type DecodeOptions,
  type EncodeOptions,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./transformer-layers.ts";

/** Settings of a stack of Transformer layers. */
export interface TransformerStackOptions {
  /** Applied to the result of the last layer. */
  readonly norm?: Module<[Tensor], Tensor> | null;
}

/**
 * Masks of a whole encoder. As in PyTorch, its mask is called `mask`; a layer calls it `srcMask`.
 */
export interface EncoderOptions extends Omit<EncodeOptions, "srcMask"> {
  readonly mask?: Tensor | null;
}

/**
 * A stack of `numLayers` copies of a layer with equal initial weights.  src: as for the layer → the
 * same shape.
 */
export class TransformerEncoder extends Module<[src: Tensor, options?: EncoderOptions], Tensor> {
  readonly layers: ModuleList<TransformerEncoderLayer>;
  readonly norm: Module<[Tensor], Tensor> | null;

  constructor(
    encoderLayer: TransformerEncoderLayer,
    numLayers: number,
    options: TransformerStackOptions = {},
  ) {
    checkCall(
      "new TransformerEncoder(encoderLayer: module, numLayers: count, { norm: module | null })",
      arguments,
    );
    const { norm = null } = options;
    super();
    this.layers = copies(encoderLayer, numLayers);
    this.norm = norm;
  }

  forward(src: Tensor, settings: EncoderOptions = {}): Tensor {
    checkCall("encoder(src, { mask, srcKeyPaddingMask, isCausal: boolean })", arguments);
    const { mask = null, ...options } = settings;
    let x = src;
    for (const layer of this.layers) x = layer(x, { ...options, srcMask: mask });
    return this.norm === null ? x : this.norm(x);
  }
}

/**
 * A stack of `numLayers` copies of a layer with equal initial weights.  tgt, memory: as for the
 * layer → the shape of tgt.
 */
export class TransformerDecoder extends Module<
  [tgt: Tensor, memory: Tensor, options?: DecodeOptions],
  Tensor
> {
  readonly layers: ModuleList<TransformerDecoderLayer>;
  readonly norm: Module<[Tensor], Tensor> | null;

  constructor(
    decoderLayer: TransformerDecoderLayer,
    numLayers: number,
    options: TransformerStackOptions = {},
  ) {
    checkCall(
      "new TransformerDecoder(decoderLayer: module, numLayers: count, { norm: module | null })",
      arguments,
    );
    const { norm = null } = options;
    super();
    this.layers = copies(decoderLayer, numLayers);
    this.norm = norm;
  }

  forward(tgt: Tensor, memory: Tensor, options: DecodeOptions = {}): Tensor {
    checkCall(
      "decoder(tgt, memory, { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal: boolean, memoryIsCausal: boolean })",
      arguments,
    );
    let x = tgt;
    for (const layer of this.layers) x = layer(x, memory, options);
    return this.norm === null ? x : this.norm(x);
  }
}

const copies = <M extends AnyModule>(layer: M, count: number): ModuleList<M> =>
  new ModuleList(Array.from({ length: count }, () => copyModule(layer)));

/** Settings of Transformer. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Number of features (default 512). */
  readonly dModel?: number;
  /** Number of attention heads (default 8). */
  readonly nhead?: number;
  /** Number of layers of the encoder and of the decoder (default 6). */
  readonly numEncoderLayers?: number;
  readonly numDecoderLayers?: number;
  /** Modules to use instead of the encoder or the decoder. */
  readonly customEncoder?: TransformerEncoder | null;
  readonly customDecoder?: TransformerDecoder | null;
}

/** Masks of a Transformer; true (or −∞) hides a position. */
export interface TransformOptions extends DecodeOptions {
  readonly srcMask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  readonly srcIsCausal?: boolean;
}

/**
 * decoder(tgt, encoder(src)), each with a norm at its end; every matrix is initialised by Xavier's
 * uniform distribution. src: [S, B, E]; tgt: [L, B, E] ([B, …] with `batchFirst`, or without a
 * batch) → the shape of tgt. Vaswani et al. 2017.
 */
export class Transformer extends Module<
  [src: Tensor, tgt: Tensor, options?: TransformOptions],
  Tensor
> {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;
  readonly dModel: number;

  constructor(options: TransformerOptions = {}) {
    checkCall(
      'new Transformer({ dModel: size, nhead: size, numEncoderLayers: count, numDecoderLayers: count, dimFeedforward: count, dropout: number, activation: "relu" | "gelu" | function, customEncoder: module | null, customDecoder: module | null, layerNormEps: number, batchFirst: boolean, normFirst: boolean, bias: boolean })',
      arguments,
    );
    super();
    const { dModel = 512, nhead = 8, customEncoder, customDecoder, ...others } = options;
    const { numEncoderLayers = 6, numDecoderLayers = 6, ...layer } = others;
    const { layerNormEps: eps = 1e-5, bias = true } = layer;
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps, bias });
    this.dModel = dModel;
    this.encoder =
      customEncoder ??
      new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, {
        norm: norm(),
      });
    this.decoder =
      customDecoder ??
      new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, {
        norm: norm(),
      });
    for (const [, weight] of tensorsOf(this, "parameter")) {
      if (weight.shape.length > 1) xavierUniform_(weight);
    }
  }

  /** [size, size], −∞ above the diagonal, else 0. */
  static generateSquareSubsequentMask(size: number): Tensor {
    checkCall("Transformer.generateSquareSubsequentMask(size: number)", arguments);
    return triu(full([size, size], Number.NEGATIVE_INFINITY), 1);
  }

  forward(src: Tensor, tgt: Tensor, options: TransformOptions = {}): Tensor {
    checkCall(
      "transformer(src, tgt, { srcMask, tgtMask, memoryMask, srcKeyPaddingMask, tgtKeyPaddingMask, memoryKeyPaddingMask, srcIsCausal: boolean, tgtIsCausal: boolean, memoryIsCausal: boolean })",
      arguments,
    );
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel) {
      throw new ShapeError(
        `Transformer: src and tgt must have ${this.dModel} features` +
          `\n  src: [${src.shape.join(", ")}]\n  tgt: [${tgt.shape.join(", ")}]`,
      );
    }
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = false, ...decode } = options;
    const memory = this.encoder(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder(tgt, memory, decode);
  }
}
