import { arange, linear, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, Embedding, LayerNorm, Linear, Module, ModuleList } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, causalMask, splitHeads, tokenMask } from "../attention.ts";
import type { Cache, CacheShape } from "../cache.ts";
import { type Config, Settings } from "../config.ts";
import { Conv1D } from "../conv1d.ts";
import { initialize } from "../initialize.ts";
import {
  type BaseOutput,
  type CausalOptions,
  type DecoderOptions,
  type LogitsOutput,
  nextTokenLoss,
  Trace,
} from "../outputs.ts";

class Attention extends Module {
  cAttn: Conv1D;
  cProj: Conv1D;
  residDropout: Dropout;
  private readonly heads: number;
  private readonly dropoutP: number;

  constructor(width: number, heads: number, settings: Settings) {
    super();
    this.cAttn = new Conv1D(width, 3 * width);
    this.cProj = new Conv1D(width, width);
    this.residDropout = new Dropout(settings.number("resid_pdrop", 0.1));
    this.heads = heads;
    this.dropoutP = settings.number("attn_pdrop", 0.1);
  }

  forward(
    x: Tensor,
    mask: Tensor | null,
    trace: Trace,
    cache: Cache | null,
    layer: number,
  ): Tensor {
    const [q, k, v] = this.cAttn(x)
      .chunk(3, -1)
      .map((part) => splitHeads(part, this.heads)) as [Tensor, Tensor, Tensor];
    const [keys, values] = cache === null ? [k, v] : cache.update(layer, k, v);
    const { context, weights } = attend(q, keys, values, {
      mask,
      causal: true,
      dropoutP: this.training ? this.dropoutP : 0,
      weights: trace.wantsWeights,
    });
    trace.weights(weights);
    return this.residDropout(this.cProj(context));
  }
}

class MLP extends Module {
  cFc: Conv1D;
  cProj: Conv1D;
  dropout: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(width: number, settings: Settings) {
    super();
    const inner = settings.number("n_inner", 4 * width);
    this.cFc = new Conv1D(width, inner);
    this.cProj = new Conv1D(inner, width);
    this.dropout = new Dropout(settings.number("resid_pdrop", 0.1));
    this.activation = activationOf("GPT2", settings.string("activation_function", "gelu_new"));
  }

  forward(x: Tensor): Tensor {
    return this.dropout(this.cProj(this.activation(this.cFc(x))));
  }
}

class Block extends Module {
  ln_1: LayerNorm;
  attn: Attention;
  ln_2: LayerNorm;
  mlp: MLP;

  constructor(width: number, heads: number, settings: Settings) {
    super();
    const eps = settings.number("layer_norm_epsilon", 1e-5);
    this.ln_1 = new LayerNorm(width, { eps });
    this.attn = new Attention(width, heads, settings);
    this.ln_2 = new LayerNorm(width, { eps });
    this.mlp = new MLP(width, settings);
  }

  forward(
    x: Tensor,
    mask: Tensor | null,
    trace: Trace,
    cache: Cache | null,
    layer: number,
  ): Tensor {
    const attended = x.add(this.attn(this.ln_1(x), mask, trace, cache, layer));
    return attended.add(this.mlp(this.ln_2(attended)));
  }
}

/**
 * GPT-2 without a head. Radford et al. 2019.  ids: [batch, length] → lastHiddenState: [batch,
 * length, n_embd].
 */
export class GPT2Model extends Module {
  static readonly prefix = "transformer";
  wte: Embedding;
  wpe: Embedding;
  drop: Dropout;
  h: ModuleList<Block>;
  lnF: LayerNorm;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new GPT2Model(config: object)", arguments);
    super();
    const settings = new Settings("GPT2", config);
    settings.only("add_cross_attention", [false]);
    settings.only("scale_attn_by_inverse_layer_idx", [false]);
    settings.only("scale_attn_weights", [true]);
    const width = settings.number(["n_embd", "hidden_size"]);
    const heads = settings.number(["n_head", "num_attention_heads"]);
    const layers = settings.number(["n_layer", "num_hidden_layers"]);
    this.config = config;
    this.wte = new Embedding(settings.number("vocab_size"), width);
    this.wpe = new Embedding(settings.number(["n_positions", "max_position_embeddings"]), width);
    this.drop = new Dropout(settings.number("embd_pdrop", 0.1));
    this.h = new ModuleList(
      Array.from({ length: layers }, () => new Block(width, heads, settings)),
    );
    this.lnF = new LayerNorm(width, { eps: settings.number("layer_norm_epsilon", 1e-5) });
    initialize(this, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: DecoderOptions = {}): BaseOutput {
    checkCall(
      "GPT2Model(ids, { attentionMask, positionIds, cache, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { attentionMask = null, cache = null } = options;
    const length = ids.shape.at(-1) as number;
    const start = cache?.position ?? 0;
    const positions = options.positionIds ?? arange(length).add(start);
    const mask =
      cache === null
        ? attentionMask && tokenMask(attentionMask, causalMask(length, length))
        : cache.mask(length, attentionMask);
    const trace = new Trace(options);
    let x = trace.state(this.drop(this.wte(ids).add(this.wpe(positions))));
    [...this.h].forEach((block, i) => {
      x = block(x, mask, trace, cache, i);
      if (i < this.h.length - 1) trace.state(x);
    });
    cache?.advance(length);
    const lastHiddenState = trace.state(this.lnF(x));
    return { lastHiddenState, hiddenStates: trace.hiddenStates, attentions: trace.attentions };
  }
}

/**
 * GPT-2 with a language-model head, which shares the weights of the embedding unless the config
 * unties them.
 */
export class GPT2LMHeadModel extends Module {
  static readonly prefix = "transformer";
  transformer: GPT2Model;
  lmHead: Linear | null;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new GPT2LMHeadModel(config: object)", arguments);
    super();
    const settings = new Settings("GPT2", config);
    this.config = config;
    this.transformer = new GPT2Model(config);
    const { wte } = this.transformer;
    const [vocabulary, width] = wte.weight.shape as unknown as [number, number];
    const tied = settings.boolean("tie_word_embeddings", true);
    this.lmHead = tied ? null : new Linear(width, vocabulary, { bias: false });
  }

  forward(ids: Tensor, options: CausalOptions = {}): LogitsOutput {
    checkCall(
      "GPT2LMHeadModel(ids, { attentionMask, positionIds, labels, cache, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, lastOnly = false, ...body } = options;
    const { lastHiddenState, ...rest } = this.transformer(ids, body);
    const x = lastOnly ? lastHiddenState.narrow(1, -1, 1) : lastHiddenState;
    const logits = this.lmHead === null ? linear(x, this.transformer.wte.weight) : this.lmHead(x);
    return { logits, loss: labels && nextTokenLoss(logits, labels), ...rest };
  }

  /** The size of a cache for `batch` sequences of `length` tokens. */
  cacheShape(batch: number, length: number): CacheShape {
    checkCall("model.cacheShape(batch: number, length: number)", arguments);
    const settings = new Settings("GPT2", this.config);
    const heads = settings.number(["n_head", "num_attention_heads"]);
    const headSize = settings.number(["n_embd", "hidden_size"]) / heads;
    return { layers: this.transformer.h.length, batch, length, heads, headSize };
  }

  /** Maximum number of tokens. */
  get maxLength(): number {
    return this.transformer.wpe.weight.shape[0] as number;
  }
}
