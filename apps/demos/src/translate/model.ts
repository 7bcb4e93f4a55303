import { arange, stack, type Tensor } from "@wgrad/autograd";
import { buffer, Dropout, Embedding, functional as F, init, Module, Transformer } from "@wgrad/nn";

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
  /** Of what goes into encoder and decoder. */
  readonly inputDropout: number;
  /** Within their layers. */
  readonly dropout: number;
}

/**
 * An encoder reads the source, a decoder writes the target one token at a time, looking at both. 0
 * stands behind the end of a sentence.  source: [B, S], target: [B, L] → logits [B, L, V] of the
 * tokens that follow.  Vaswani et al. 2017.
 */
export class Translator extends Module<[source: Tensor, target: Tensor], Tensor> {
  readonly sizes: TranslatorSizes;
  readonly source: Embedding;
  readonly target: Embedding;
  readonly places: Tensor;
  readonly inputDropout: Dropout;
  readonly transformer: Transformer;

  constructor(sizes: TranslatorSizes) {
    super();
    this.sizes = sizes;
    const { features, layers, heads: nhead, feedforward, dropout } = sizes;
    this.source = new Embedding(sizes.sourceWords, features, { paddingIdx: 0 });
    this.target = new Embedding(sizes.targetWords, features, { paddingIdx: 0 });
    for (const table of [this.source, this.target]) init.normal_(table.weight, { std: 0.06 });
    const length = Math.max(sizes.sourceLength, sizes.targetLength);
    this.places = buffer(waves(length, features), { persistent: false });
    this.inputDropout = new Dropout(sizes.inputDropout);
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
    const places = this.places.narrow(0, 0, tokens.shape[1] as number);
    return this.inputDropout(table(tokens).mul(scale).add(places));
  }
}

/**
 * Where a token stands, as sines and cosines of ever longer waves: [length, features].  Vaswani et
 * al. 2017, 3.5.
 */
function waves(length: number, features: number): Tensor {
  const pace = arange(0, features, 2)
    .mul(-Math.log(10_000) / features)
    .exp();
  const angles = arange(length).unsqueeze(1).mul(pace);
  return stack([angles.sin(), angles.cos()], 2).flatten(1).clone();
}
