import { arange, type Tensor } from "@wgrad/autograd";
import {
  Embedding,
  functional as F,
  init,
  LayerNorm,
  Module,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "@wgrad/nn";

/** Sizes of a GPT. */
export interface GPTSizes {
  /** Different characters. */
  readonly vocabulary: number;
  /** Features of a position. */
  readonly features: number;
  readonly layers: number;
  readonly heads: number;
  /** The longest text it can look back on. */
  readonly context: number;
}

/**
 * h = tokens(x) + places(0 … T−1), then blocks of causal attention and two projections, each behind
 * a norm and added to what came in; logits = norm(h) · tokensᵀ: the table that reads is the table
 * that writes. x: [B, T] numbers of characters → [B, T, V], what may come next at every place.
 * Radford et al. 2019.
 */
export class GPT extends Module<[Tensor], Tensor> {
  readonly sizes: GPTSizes;
  readonly tokens: Embedding;
  readonly places: Embedding;
  readonly blocks: TransformerEncoder;

  constructor(sizes: GPTSizes) {
    super();
    const { vocabulary, features, layers, heads, context } = sizes;
    this.sizes = sizes;
    this.tokens = new Embedding(vocabulary, features);
    this.places = new Embedding(context, features);
    const block = new TransformerEncoderLayer(features, heads, {
      dimFeedforward: 4 * features,
      activation: "gelu",
      dropout: 0,
      normFirst: true,
      batchFirst: true,
    });
    this.blocks = new TransformerEncoder(block, layers, { norm: new LayerNorm(features) });
    // one table reads and writes: its rows are small, so that at first every character is as likely
    for (const table of [this.tokens, this.places]) init.normal_(table.weight, { std: 0.1 });
  }

  override forward(x: Tensor): Tensor {
    const length = x.shape[1] as number;
    const h = this.tokens(x).add(this.places(arange(length)));
    return F.linear(this.blocks(h, { isCausal: true }), this.tokens.weight);
  }
}
