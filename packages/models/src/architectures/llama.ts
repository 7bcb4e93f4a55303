import { linear, mul, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Embedding, Linear, Module, ModuleList, RMSNorm } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, causalMask, splitHeads, tokenMask } from "../attention.ts";
import type { Cache, CacheShape } from "../cache.ts";
import { type Config, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import {
  type BaseOutput,
  type CausalOptions,
  type DecoderOptions,
  type LogitsOutput,
  nextTokenLoss,
  Trace,
} from "../outputs.ts";
import { positionsFrom, Rotary, type Rotation, rotate } from "../rotary.ts";

/** Sizes that all layers share. */
interface Sizes {
  readonly width: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly inner: number;
  readonly eps: number;
  readonly qkvBias: boolean;
  readonly outBias: boolean;
  readonly mlpBias: boolean;
  readonly activation: (x: Tensor) => Tensor;
  readonly dropoutP: number;
}

function sizesOf(settings: Settings): Sizes {
  const model = settings.string("model_type", "llama");
  const width = settings.number("hidden_size");
  const heads = settings.number("num_attention_heads");
  const isQwen2 = model === "qwen2";
  settings.only("use_sliding_window", [false]);
  const bias = settings.boolean("attention_bias", isQwen2);
  return {
    width,
    heads,
    keyHeads: settings.number("num_key_value_heads", heads),
    headSize: settings.number("head_dim", width / heads),
    inner: settings.number("intermediate_size"),
    eps: settings.number("rms_norm_eps", 1e-6),
    qkvBias: bias,
    outBias: isQwen2 ? false : bias,
    mlpBias: settings.boolean("mlp_bias", false),
    activation: activationOf(model, settings.string("hidden_act", "silu")),
    dropoutP: settings.number("attention_dropout", 0),
  };
}

/** Inputs that all layers of a call share. */
interface Call {
  readonly mask: Tensor | null;
  readonly rotation: Rotation;
  readonly trace: Trace;
  readonly cache: Cache | null;
}

class Attention extends Module {
  qProj: Linear;
  kProj: Linear;
  vProj: Linear;
  oProj: Linear;
  private readonly sizes: Sizes;

  constructor(sizes: Sizes) {
    super();
    const { width, heads, keyHeads, headSize } = sizes;
    const bias = sizes.qkvBias;
    this.qProj = new Linear(width, heads * headSize, { bias });
    this.kProj = new Linear(width, keyHeads * headSize, { bias });
    this.vProj = new Linear(width, keyHeads * headSize, { bias });
    this.oProj = new Linear(heads * headSize, width, { bias: sizes.outBias });
    this.sizes = sizes;
  }

  forward(x: Tensor, { mask, rotation, trace, cache }: Call, layer: number): Tensor {
    const { heads, keyHeads, dropoutP } = this.sizes;
    const q = rotate(splitHeads(this.qProj(x), heads), rotation);
    const k = rotate(splitHeads(this.kProj(x), keyHeads), rotation);
    const v = splitHeads(this.vProj(x), keyHeads);
    const [keys, values] = cache === null ? [k, v] : cache.update(layer, k, v);
    const { context, weights } = attend(q, keys, values, {
      mask,
      causal: true,
      dropoutP: this.training ? dropoutP : 0,
      weights: trace.wantsWeights,
    });
    trace.weights(weights);
    return this.oProj(context);
  }
}

class MLP extends Module {
  gateProj: Linear;
  upProj: Linear;
  downProj: Linear;
  private readonly activation: (x: Tensor) => Tensor;

  constructor({ width, inner, mlpBias: bias, activation }: Sizes) {
    super();
    this.gateProj = new Linear(width, inner, { bias });
    this.upProj = new Linear(width, inner, { bias });
    this.downProj = new Linear(inner, width, { bias });
    this.activation = activation;
  }

  forward(x: Tensor): Tensor {
    return this.downProj(mul(this.activation(this.gateProj(x)), this.upProj(x)));
  }
}

class DecoderLayer extends Module {
  selfAttn: Attention;
  mlp: MLP;
  inputLayernorm: RMSNorm;
  postAttentionLayernorm: RMSNorm;

  constructor(sizes: Sizes) {
    super();
    const { width, eps } = sizes;
    this.selfAttn = new Attention(sizes);
    this.mlp = new MLP(sizes);
    this.inputLayernorm = new RMSNorm(width, { eps });
    this.postAttentionLayernorm = new RMSNorm(width, { eps });
  }

  forward(x: Tensor, call: Call, layer: number): Tensor {
    const attended = x.add(this.selfAttn(this.inputLayernorm(x), call, layer));
    return attended.add(this.mlp(this.postAttentionLayernorm(attended)));
  }
}

/**
 * Llama or Qwen2 (with biases of queries, keys and values), without a head. Touvron et al. 2023.
 * ids: [batch, length] → lastHiddenState: [batch, length, hidden_size].
 */
export class LlamaModel extends Module {
  static readonly prefix = "model";
  embedTokens: Embedding;
  layers: ModuleList<DecoderLayer>;
  norm: RMSNorm;
  readonly config: Config;
  private readonly rotary: Rotary;

  constructor(config: Config) {
    checkCall("new LlamaModel(config: object)", arguments);
    super();
    const settings = new Settings("Llama", config);
    const sizes = sizesOf(settings);
    this.config = config;
    const paddingIdx = settings.has("pad_token_id") ? settings.number("pad_token_id") : null;
    this.embedTokens = new Embedding(settings.number("vocab_size"), sizes.width, { paddingIdx });
    const count = settings.number("num_hidden_layers");
    this.layers = new ModuleList(Array.from({ length: count }, () => new DecoderLayer(sizes)));
    this.norm = new RMSNorm(sizes.width, { eps: sizes.eps });
    this.rotary = new Rotary("Llama", settings, sizes.headSize);
    initialize(this, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: DecoderOptions = {}): BaseOutput {
    checkCall(
      "LlamaModel(ids, { attentionMask, positionIds, cache, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { attentionMask = null, cache = null } = options;
    const length = ids.shape.at(-1) as number;
    const start = cache?.position ?? 0;
    const positions = options.positionIds ?? positionsFrom(start, length);
    const mask =
      cache === null
        ? attentionMask && tokenMask(attentionMask, causalMask(length, length))
        : cache.mask(length, attentionMask);
    const trace = new Trace(options);
    const rotation = this.rotary.at(positions, cache?.length ?? length);
    const call: Call = { mask, rotation, trace, cache };
    let x = trace.state(this.embedTokens(ids));
    [...this.layers].forEach((layer, i) => {
      x = layer(x, call, i);
      if (i < this.layers.length - 1) trace.state(x);
    });
    cache?.advance(length);
    const lastHiddenState = trace.state(this.norm(x));
    return { lastHiddenState, hiddenStates: trace.hiddenStates, attentions: trace.attentions };
  }
}

/** Llama or Qwen2 with a language-model head. */
export class LlamaForCausalLM extends Module {
  static readonly prefix = "model";
  model: LlamaModel;
  lmHead: Linear | null;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new LlamaForCausalLM(config: object)", arguments);
    super();
    const settings = new Settings("Llama", config);
    this.config = config;
    this.model = new LlamaModel(config);
    const [vocabulary, width] = this.model.embedTokens.weight.shape as unknown as [number, number];
    const tied = settings.boolean("tie_word_embeddings", false);
    this.lmHead = tied ? null : new Linear(width, vocabulary, { bias: false });
    if (this.lmHead !== null) initialize(this.lmHead, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: CausalOptions = {}): LogitsOutput {
    checkCall(
      "LlamaForCausalLM(ids, { attentionMask, positionIds, labels, cache, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, lastOnly = false, ...body } = options;
    const { lastHiddenState, ...rest } = this.model(ids, body);
    const x = lastOnly ? lastHiddenState.narrow(1, -1, 1) : lastHiddenState;
    const logits = this.lmHead === null ? linear(x, this.model.embedTokens.weight) : this.lmHead(x);
    return { logits, loss: labels && nextTokenLoss(logits, labels), ...rest };
  }

  /** The size of a cache for `batch` sequences of `length` tokens. */
  cacheShape(batch: number, length: number): CacheShape {
    checkCall("model.cacheShape(batch: number, length: number)", arguments);
    const { keyHeads: heads, headSize } = sizesOf(new Settings("Llama", this.config));
    return { layers: this.model.layers.length, batch, length, heads, headSize };
  }

  /** Maximum number of tokens. */
  get maxLength(): number {
    return new Settings("Llama", this.config).number("max_position_embeddings", 2048);
  }
}
