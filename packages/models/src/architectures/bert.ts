import { arange, type Tensor, tanh, zerosLike } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, Embedding, LayerNorm, Linear, Module, ModuleList } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, splitHeads, tokenMask } from "../attention.ts";
import { type Config, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { type BaseOutput, Trace, type Wanted } from "../outputs.ts";

/** Options of BERT's call. */
export interface BertOptions extends Wanted {
  /** [batch, length] of 0 and 1. */
  readonly attentionMask?: Tensor | null;
  /** [batch, length], 0 for the first text, 1 for the second. */
  readonly tokenTypeIds?: Tensor | null;
  /** [batch, length]; default: positions from 0. */
  readonly positionIds?: Tensor | null;
}

/** The results of BERT. */
export interface BertOutput extends BaseOutput {
  /** tanh of a linear layer on the first token; null if the model has no pooler. */
  readonly poolerOutput: Tensor | null;
}

class Embeddings extends Module {
  wordEmbeddings: Embedding;
  positionEmbeddings: Embedding;
  tokenTypeEmbeddings: Embedding;
  LayerNorm: LayerNorm;
  dropout: Dropout;

  constructor(settings: Settings, width: number, eps: number) {
    super();
    const paddingIdx = settings.number("pad_token_id", 0);
    this.wordEmbeddings = new Embedding(settings.number("vocab_size"), width, { paddingIdx });
    this.positionEmbeddings = new Embedding(settings.number("max_position_embeddings", 512), width);
    this.tokenTypeEmbeddings = new Embedding(settings.number("type_vocab_size", 2), width);
    this.LayerNorm = new LayerNorm(width, { eps });
    this.dropout = new Dropout(settings.number("hidden_dropout_prob", 0.1));
  }

  forward(ids: Tensor, { tokenTypeIds, positionIds }: BertOptions): Tensor {
    const types = this.tokenTypeEmbeddings(tokenTypeIds ?? zerosLike(ids));
    const positions = this.positionEmbeddings(positionIds ?? arange(ids.shape.at(-1) as number));
    return this.dropout(this.LayerNorm(this.wordEmbeddings(ids).add(types).add(positions)));
  }
}

class SelfAttention extends Module {
  query: Linear;
  key: Linear;
  value: Linear;
  private readonly heads: number;
  private readonly dropoutP: number;

  constructor(settings: Settings, width: number) {
    super();
    this.query = new Linear(width, width);
    this.key = new Linear(width, width);
    this.value = new Linear(width, width);
    this.heads = settings.number("num_attention_heads");
    this.dropoutP = settings.number("attention_probs_dropout_prob", 0.1);
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    const [q, k, v] = [this.query, this.key, this.value].map((layer) =>
      splitHeads(layer(x), this.heads),
    ) as [Tensor, Tensor, Tensor];
    const { context, weights } = attend(q, k, v, {
      mask,
      dropoutP: this.training ? this.dropoutP : 0,
      weights: trace.wantsWeights,
    });
    trace.weights(weights);
    return context;
  }
}

/** LayerNorm(x + dropout(W y + b)). */
class Residual extends Module {
  dense: Linear;
  LayerNorm: LayerNorm;
  dropout: Dropout;

  constructor(inner: number, width: number, eps: number, dropoutP: number) {
    super();
    this.dense = new Linear(inner, width);
    this.LayerNorm = new LayerNorm(width, { eps });
    this.dropout = new Dropout(dropoutP);
  }

  forward(y: Tensor, x: Tensor): Tensor {
    return this.LayerNorm(this.dropout(this.dense(y)).add(x));
  }
}

class Attention extends Module {
  self: SelfAttention;
  output: Residual;

  constructor(settings: Settings, width: number, eps: number, dropoutP: number) {
    super();
    this.self = new SelfAttention(settings, width);
    this.output = new Residual(width, width, eps, dropoutP);
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    return this.output(this.self(x, mask, trace), x);
  }
}

class Intermediate extends Module {
  dense: Linear;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(width: number, inner: number, activation: string) {
    super();
    this.dense = new Linear(width, inner);
    this.activation = activationOf("BERT", activation);
  }

  forward(x: Tensor): Tensor {
    return this.activation(this.dense(x));
  }
}

class Layer extends Module {
  attention: Attention;
  intermediate: Intermediate;
  output: Residual;

  constructor(settings: Settings, width: number, eps: number) {
    super();
    const inner = settings.number("intermediate_size");
    const dropoutP = settings.number("hidden_dropout_prob", 0.1);
    this.attention = new Attention(settings, width, eps, dropoutP);
    this.intermediate = new Intermediate(width, inner, settings.string("hidden_act", "gelu"));
    this.output = new Residual(inner, width, eps, dropoutP);
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    const attended = this.attention(x, mask, trace);
    return this.output(this.intermediate(attended), attended);
  }
}

class Encoder extends Module {
  layer: ModuleList<Layer>;

  constructor(settings: Settings, width: number, eps: number) {
    super();
    const count = settings.number("num_hidden_layers");
    this.layer = new ModuleList(
      Array.from({ length: count }, () => new Layer(settings, width, eps)),
    );
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    let y = x;
    for (const layer of this.layer) y = trace.state(layer(y, mask, trace));
    return y;
  }
}

/** A dense layer in a module of its own, for the names in files. */
class Pooler extends Module {
  dense: Linear;

  constructor(width: number) {
    super();
    this.dense = new Linear(width, width);
  }

  forward(x: Tensor): Tensor {
    return tanh(this.dense(x.select(1, 0)));
  }
}

/**
 * BERT without a head. Devlin et al. 2019.  ids: [batch, length] → lastHiddenState: [batch, length,
 * hidden_size].
 */
export class BertModel extends Module {
  static readonly prefix = "bert";
  embeddings: Embeddings;
  encoder: Encoder;
  pooler: Pooler | null;
  readonly config: Config;

  constructor(config: Config, options: { readonly addPoolingLayer?: boolean } = {}) {
    checkCall("new BertModel(config: object, { addPoolingLayer: boolean })", arguments);
    super();
    const { addPoolingLayer = true } = options;
    const settings = new Settings("BERT", config);
    settings.only("position_embedding_type", ["absolute"]);
    settings.only("is_decoder", [false]);
    const width = settings.number("hidden_size");
    const eps = settings.number("layer_norm_eps", 1e-12);
    this.config = config;
    this.embeddings = new Embeddings(settings, width, eps);
    this.encoder = new Encoder(settings, width, eps);
    this.pooler = addPoolingLayer ? new Pooler(width) : null;
    initialize(this, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: BertOptions = {}): BertOutput {
    checkCall(
      "BertModel(ids, { attentionMask, tokenTypeIds, positionIds, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const trace = new Trace(options);
    const mask = tokenMask(options.attentionMask ?? null, null);
    const embedded = trace.state(this.embeddings(ids, options));
    const lastHiddenState = this.encoder(embedded, mask, trace);
    const poolerOutput = this.pooler?.(lastHiddenState) ?? null;
    const { hiddenStates, attentions } = trace;
    return { lastHiddenState, poolerOutput, hiddenStates, attentions };
  }
}
