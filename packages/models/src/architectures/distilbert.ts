import { arange, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, Embedding, LayerNorm, Linear, Module, ModuleList } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, splitHeads, tokenMask } from "../attention.ts";
import { type Config, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { type BaseOutput, Trace, type Wanted } from "../outputs.ts";

/** Options of DistilBERT's call. */
export interface DistilBertOptions extends Wanted {
  /** [batch, length] of 0 and 1. */
  readonly attentionMask?: Tensor | null;
}

/** Added to variances in norms. */
export const EPS = 1e-12;

class Embeddings extends Module {
  wordEmbeddings: Embedding;
  positionEmbeddings: Embedding;
  LayerNorm: LayerNorm;
  dropout: Dropout;

  constructor(settings: Settings, width: number) {
    super();
    const paddingIdx = settings.number("pad_token_id", 0);
    this.wordEmbeddings = new Embedding(settings.number("vocab_size"), width, { paddingIdx });
    this.positionEmbeddings = new Embedding(settings.number("max_position_embeddings", 512), width);
    this.LayerNorm = new LayerNorm(width, { eps: EPS });
    this.dropout = new Dropout(settings.number("dropout", 0.1));
  }

  forward(ids: Tensor): Tensor {
    const positions = this.positionEmbeddings(arange(ids.shape.at(-1) as number));
    return this.dropout(this.LayerNorm(this.wordEmbeddings(ids).add(positions)));
  }
}

class Attention extends Module {
  qLin: Linear;
  kLin: Linear;
  vLin: Linear;
  outLin: Linear;
  private readonly heads: number;
  private readonly dropoutP: number;

  constructor(settings: Settings, width: number) {
    super();
    this.qLin = new Linear(width, width);
    this.kLin = new Linear(width, width);
    this.vLin = new Linear(width, width);
    this.outLin = new Linear(width, width);
    this.heads = settings.number(["n_heads", "num_attention_heads"]);
    this.dropoutP = settings.number("attention_dropout", 0.1);
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    const [q, k, v] = [this.qLin, this.kLin, this.vLin].map((layer) =>
      splitHeads(layer(x), this.heads),
    ) as [Tensor, Tensor, Tensor];
    const { context, weights } = attend(q, k, v, {
      mask,
      dropoutP: this.training ? this.dropoutP : 0,
      weights: trace.wantsWeights,
    });
    trace.weights(weights);
    return this.outLin(context);
  }
}

class FeedForward extends Module {
  lin1: Linear;
  lin2: Linear;
  dropout: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(settings: Settings, width: number) {
    super();
    const inner = settings.number(["hidden_dim", "intermediate_size"]);
    this.lin1 = new Linear(width, inner);
    this.lin2 = new Linear(inner, width);
    this.dropout = new Dropout(settings.number("dropout", 0.1));
    this.activation = activationOf("DistilBERT", settings.string("activation", "gelu"));
  }

  forward(x: Tensor): Tensor {
    return this.dropout(this.lin2(this.activation(this.lin1(x))));
  }
}

class Layer extends Module {
  attention: Attention;
  saLayerNorm: LayerNorm;
  ffn: FeedForward;
  outputLayerNorm: LayerNorm;

  constructor(settings: Settings, width: number) {
    super();
    this.attention = new Attention(settings, width);
    this.saLayerNorm = new LayerNorm(width, { eps: EPS });
    this.ffn = new FeedForward(settings, width);
    this.outputLayerNorm = new LayerNorm(width, { eps: EPS });
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    const attended = this.saLayerNorm(this.attention(x, mask, trace).add(x));
    return this.outputLayerNorm(this.ffn(attended).add(attended));
  }
}

class Stack extends Module {
  layer: ModuleList<Layer>;

  constructor(settings: Settings, width: number) {
    super();
    const count = settings.number(["n_layers", "num_hidden_layers"]);
    this.layer = new ModuleList(Array.from({ length: count }, () => new Layer(settings, width)));
  }

  forward(x: Tensor, mask: Tensor | null, trace: Trace): Tensor {
    let y = x;
    for (const layer of this.layer) y = trace.state(layer(y, mask, trace));
    return y;
  }
}

/**
 * DistilBERT without a head. Sanh et al. 2019.  ids: [batch, length] → lastHiddenState: [batch,
 * length, dim].
 */
export class DistilBertModel extends Module {
  static readonly prefix = "distilbert";
  embeddings: Embeddings;
  transformer: Stack;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new DistilBertModel(config: object)", arguments);
    super();
    const settings = new Settings("DistilBERT", config);
    const width = settings.number(["dim", "hidden_size"]);
    this.config = config;
    this.embeddings = new Embeddings(settings, width);
    this.transformer = new Stack(settings, width);
    initialize(this, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: DistilBertOptions = {}): BaseOutput {
    checkCall(
      "DistilBertModel(ids, { attentionMask, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const trace = new Trace(options);
    const mask = tokenMask(options.attentionMask ?? null, null);
    const lastHiddenState = this.transformer(trace.state(this.embeddings(ids)), mask, trace);
    return { lastHiddenState, hiddenStates: trace.hiddenStates, attentions: trace.attentions };
  }
}
