import { arange, type Tensor } from "@wgrad/autograd";
import { Embedding, functional as F, init, Module, Transformer } from "@wgrad/nn";

/** Sizes of a translator. */
export interface TranslatorSizes {
  readonly sourceWords: number;
  readonly targetWords: number;
  readonly features: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedforward: number;
  /** The longest sentence of each language. */
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly dropout: number;
}

/**
 * An encoder reads the source, a decoder writes the target one token at a time, looking at both. 0 stands behind the end of
 * a sentence.  source: [B, S], target: [B, L] → logits [B, L, V] of the tokens that follow.  Vaswani et al. 2017.
 */
export class Translator extends Module<[source: Tensor, target: Tensor], Tensor> {
  readonly sizes: TranslatorSizes;
  readonly source: Embedding;
  readonly target: Embedding;
  readonly places: Embedding;
  readonly transformer: Transformer;

  constructor(sizes: TranslatorSizes) {
    super();
    this.sizes = sizes;
    const { features, layers, heads: nhead, feedforward, dropout } = sizes;
    this.source = new Embedding(sizes.sourceWords, features, { paddingIdx: 0 });
    this.target = new Embedding(sizes.targetWords, features, { paddingIdx: 0 });
    this.places = new Embedding(Math.max(sizes.sourceLength, sizes.targetLength), features);
    for (const table of [this.source, this.target, this.places]) {
      init.normal_(table.weight, { std: features ** -0.5 });
    }
    this.transformer = new Transformer({
      dModel: features,
      nhead,
      numEncoderLayers: layers,
      numDecoderLayers: layers,
      dimFeedforward: feedforward,
      dropout,
      normFirst: true,
      batchFirst: true,
    });
  }

  /** What the decoder looks at: [B, S] → [B, S, D]. */
  encode(source: Tensor): Tensor {
    return this.transformer.encoder(this.placed(this.source, source), {
      srcKeyPaddingMask: source.eq(0),
    });
  }

  /** Logits of the tokens that follow those of `target`. */
  decode(target: Tensor, memory: Tensor, source: Tensor): Tensor {
    const h = this.transformer.decoder(this.placed(this.target, target), memory, {
      tgtIsCausal: true,
      memoryKeyPaddingMask: source.eq(0),
    });
    return F.linear(h, this.target.weight);
  }

  override forward(source: Tensor, target: Tensor): Tensor {
    return this.decode(target, this.encode(source), source);
  }

  private placed(table: Embedding, tokens: Tensor): Tensor {
    const scale = Math.sqrt(this.sizes.features);
    return table(tokens)
      .mul(scale)
      .add(this.places(arange(tokens.shape[1] as number)));
  }
}
