import { ArgumentError, linear, mul, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, Embedding, Linear, Module, ModuleList, RMSNorm } from "@wgrad/nn";
import { causalMask, tokenMask } from "../attention.ts";
import type { CacheShape } from "../cache.ts";
import { type Config, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { Trace, tokenLoss, type Wanted } from "../outputs.ts";
import {
  type DecoderState,
  type SequenceOptions,
  type SequenceOutput,
  type StackOutput,
  shiftRight,
} from "../sequence-to-sequence.ts";
import { Block, type T5Sizes, t5Sizes } from "./t5-layers.ts";

/** Options of the call of a stack. */
interface StackOptions extends Wanted {
  readonly attentionMask: Tensor | null;
  readonly source?: Tensor | null;
  readonly sourceMask?: Tensor | null;
  readonly state?: DecoderState | null;
}

class Stack extends Module {
  block: ModuleList<Block>;
  finalLayerNorm: RMSNorm;
  dropout: Dropout;
  private readonly decodes: boolean;

  constructor(sizes: T5Sizes, layers: number, decodes: boolean) {
    super();
    this.block = new ModuleList(
      Array.from({ length: layers }, (_, i) => new Block(sizes, i === 0, decodes)),
    );
    this.finalLayerNorm = new RMSNorm(sizes.width, { eps: sizes.eps });
    this.dropout = new Dropout(sizes.dropoutP);
    this.decodes = decodes;
  }

  forward(embedded: Tensor, options: StackOptions): StackOutput {
    const { attentionMask, source = null, sourceMask = null, state = null } = options;
    const length = embedded.shape[1] as number;
    const start = state?.cache.position ?? 0;
    const keys = state?.cache.length ?? length;
    const causal = this.decodes && state === null ? causalMask(length, length) : null;
    const mask = state === null ? tokenMask(attentionMask, causal) : state.cache.mask(length, null);
    const trace = new Trace(options);
    const crossTrace = new Trace(options);
    const [first] = [...this.block] as [Block];
    const bias = first.attention.bias(length, keys, start, !this.decodes);
    const seen = tokenMask(sourceMask, null);
    const call = { mask, bias, trace, crossTrace, source, sourceMask: seen, state };
    let x = trace.state(this.dropout(embedded));
    [...this.block].forEach((block, i) => {
      x = block(x, call, i);
      if (i < this.block.length - 1) trace.state(x);
    });
    state?.cache.advance(length);
    return { x: trace.state(this.dropout(this.finalLayerNorm(x))), trace, crossTrace };
  }
}

/**
 * T5: an encoder and a decoder with relative positions, also with the gated layers of version 1.1.
 * Raffel et al. 2020. ids: [batch, length] → logits: [batch, target length, vocabulary].
 */
export class T5ForConditionalGeneration extends Module {
  static readonly prefix = "";
  shared: Embedding;
  encoder: Stack;
  decoder: Stack;
  lmHead: Linear | null;
  readonly config: Config;
  private readonly settings: Settings;

  constructor(config: Config) {
    checkCall("new T5ForConditionalGeneration(config: object)", arguments);
    super();
    const settings = new Settings("T5", config);
    const sizes = t5Sizes(settings);
    const layers = settings.number("num_layers");
    this.config = config;
    this.settings = settings;
    this.shared = new Embedding(settings.number("vocab_size"), sizes.width);
    this.encoder = new Stack(sizes, layers, false);
    this.decoder = new Stack(sizes, settings.number("num_decoder_layers", layers), true);
    const tied = settings.boolean("tie_word_embeddings", true);
    this.lmHead = tied
      ? null
      : new Linear(sizes.width, settings.number("vocab_size"), { bias: false });
    initialize(this, settings.number("initializer_factor", 1) * 0.02);
  }

  /** Runs the encoder on the source: [batch, length, d_model]. */
  encode(ids: Tensor, options: SequenceOptions = {}): StackOutput {
    checkCall(
      "model.encode(ids, { attentionMask, decoderInputIds, labels, encoderOutput, state, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    return this.encoder(this.shared(ids), {
      ...options,
      attentionMask: options.attentionMask ?? null,
    });
  }

  forward(ids: Tensor | null, options: SequenceOptions = {}): SequenceOutput {
    checkCall(
      "T5ForConditionalGeneration(ids: tensor | null, { attentionMask, decoderInputIds, labels, encoderOutput, state, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, attentionMask = null, state = null } = options;
    const encoded = options.encoderOutput ? null : this.encode(ids as Tensor, options);
    const source = options.encoderOutput ?? (encoded?.x as Tensor);
    const padding = this.settings.number("pad_token_id", 0);
    const start = this.settings.number("decoder_start_token_id", padding);
    const target = options.decoderInputIds ?? (labels && shiftRight(labels, start, padding));
    if (target === null)
      throw new ArgumentError("T5: needs decoderInputIds, or labels from which it can make them");
    const { outputHiddenStates = false, outputAttentions = false } = options;
    const decoded = this.decoder(this.shared(target), {
      ...{ outputHiddenStates, outputAttentions, attentionMask: null },
      ...{ source, sourceMask: attentionMask, state },
    });
    const x = options.lastOnly === true ? decoded.x.narrow(1, -1, 1) : decoded.x;
    const width = this.settings.number("d_model");
    const logits =
      this.lmHead === null ? linear(mul(x, width ** -0.5), this.shared.weight) : this.lmHead(x);
    return {
      logits,
      loss: labels && tokenLoss(logits, labels),
      encoderLastHiddenState: source,
      encoderHiddenStates: encoded?.trace.hiddenStates ?? null,
      encoderAttentions: encoded?.trace.attentions ?? null,
      decoderHiddenStates: decoded.trace.hiddenStates,
      decoderAttentions: decoded.trace.attentions,
      crossAttentions: decoded.crossTrace.attentions,
    };
  }

  /** The size of a cache for `batch` targets of `length` tokens. */
  cacheShape(batch: number, length: number): CacheShape {
    checkCall("model.cacheShape(batch: number, length: number)", arguments);
    const { heads, headSize } = t5Sizes(this.settings);
    return { layers: this.decoder.block.length, batch, length, heads, headSize };
  }

  /** Unlimited, because T5 has a bucket for every distance. */
  get maxLength(): number {
    return Infinity;
  }
}
