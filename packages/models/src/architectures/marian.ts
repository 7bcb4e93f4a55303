import { ArgumentError, linear, mul, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { buffer, Dropout, Embedding, Module, ModuleList } from "@wgrad/nn";
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
import { Layer } from "./marian-layers.ts";

/**
 * Position embeddings with sines in the first half of the channels and cosines in the second:
 * [length, width].
 */
function sinusoids(length: number, width: number): Tensor {
  const values = new Float32Array(length * width);
  const half = width / 2;
  for (let at = 0; at < length; at++) {
    for (let i = 0; i < half; i++) {
      const angle = at / 10_000 ** ((2 * i) / width);
      values[at * width + i] = Math.sin(angle);
      values[at * width + half + i] = Math.cos(angle);
    }
  }
  return tensor(values, { shape: [length, width] });
}

/** Options of the call of a stack. */
interface StackOptions extends Wanted {
  readonly mask: Tensor | null;
  readonly source?: Tensor | null;
  readonly sourceMask?: Tensor | null;
  readonly state?: DecoderState | null;
}

/** A constant table under the name that it has in files. */
class Positions extends Module {
  weight: Tensor;

  constructor(length: number, width: number) {
    super();
    this.weight = buffer(sinusoids(length, width), { persistent: false });
  }

  forward(start: number, length: number): Tensor {
    return this.weight.narrow(0, start, length);
  }
}

class Stack extends Module {
  embedPositions: Positions;
  layers: ModuleList<Layer>;
  dropout: Dropout;
  private readonly scale: number;

  constructor(settings: Settings, width: number, decodes: boolean) {
    super();
    const side = decodes ? "decoder" : "encoder";
    this.embedPositions = new Positions(settings.number("max_position_embeddings", 1024), width);
    const count = settings.number(`${side}_layers`);
    this.layers = new ModuleList(
      Array.from({ length: count }, () => new Layer(settings, width, decodes)),
    );
    this.dropout = new Dropout(settings.number("dropout", 0.1));
    this.scale = settings.boolean("scale_embedding", false) ? Math.sqrt(width) : 1;
  }

  forward(embedded: Tensor, options: StackOptions): StackOutput {
    const { mask, source = null, sourceMask = null, state = null } = options;
    const length = embedded.shape[1] as number;
    const positions = this.embedPositions(state?.cache.position ?? 0, length);
    const [trace, crossTrace] = [new Trace(options), new Trace(options)];
    const call = { mask, trace, crossTrace, source, sourceMask, state };
    let x = trace.state(this.dropout(mul(embedded, this.scale).add(positions)));
    [...this.layers].forEach((layer, i) => {
      x = trace.state(layer(x, call, i));
    });
    state?.cache.advance(length);
    return { x, trace, crossTrace };
  }
}

class Body extends Module {
  shared: Embedding;
  encoder: Stack;
  decoder: Stack;

  constructor(settings: Settings, width: number, paddingIdx: number) {
    super();
    settings.only("share_encoder_decoder_embeddings", [true]);
    settings.only("normalize_before", [false]);
    this.shared = new Embedding(settings.number("vocab_size"), width, { paddingIdx });
    this.encoder = new Stack(settings, width, false);
    this.decoder = new Stack(settings, width, true);
  }

  forward(): never {
    throw new ArgumentError("Marian: call the model instead of its body");
  }
}

/**
 * Marian: translation with an encoder and a decoder. Junczys-Dowmunt et al. 2018.  ids: [batch,
 * length] → logits.
 */
export class MarianMTModel extends Module {
  static readonly prefix = "";
  model: Body;
  finalLogitsBias: Tensor;
  readonly config: Config;
  private readonly settings: Settings;

  constructor(config: Config) {
    checkCall("new MarianMTModel(config: object)", arguments);
    super();
    const settings = new Settings("Marian", config);
    settings.only("tie_word_embeddings", [true]);
    this.config = config;
    this.settings = settings;
    this.model = new Body(settings, settings.number("d_model"), settings.number("pad_token_id"));
    this.finalLogitsBias = buffer(zeros([1, settings.number("vocab_size")]));
    initialize(this, settings.number("init_std", 0.02));
  }

  /** Runs the encoder on the source: [batch, length, d_model]. */
  encode(ids: Tensor, options: SequenceOptions = {}): StackOutput {
    checkCall(
      "model.encode(ids, { attentionMask, decoderInputIds, labels, encoderOutput, state, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const mask = tokenMask(options.attentionMask ?? null, null);
    return this.model.encoder(this.model.shared(ids), { ...options, mask, state: null });
  }

  forward(ids: Tensor | null, options: SequenceOptions = {}): SequenceOutput {
    checkCall(
      "MarianMTModel(ids: tensor | null, { attentionMask, decoderInputIds, labels, encoderOutput, state, lastOnly: boolean, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, attentionMask = null, state = null } = options;
    const encoded = options.encoderOutput ? null : this.encode(ids as Tensor, options);
    const source = options.encoderOutput ?? (encoded?.x as Tensor);
    const padding = this.settings.number("pad_token_id");
    const start = this.settings.number("decoder_start_token_id", padding);
    const target = options.decoderInputIds ?? (labels && shiftRight(labels, start, padding));
    if (target === null)
      throw new ArgumentError(
        "Marian: needs decoderInputIds, or labels from which it can make them",
      );
    const length = target.shape[1] as number;
    const mask = state === null ? causalMask(length, length) : state.cache.mask(length, null);
    const { outputHiddenStates = false, outputAttentions = false } = options;
    const decoded = this.model.decoder(this.model.shared(target), {
      ...{ outputHiddenStates, outputAttentions, mask, state },
      ...{ source, sourceMask: tokenMask(attentionMask, null) },
    });
    const x = options.lastOnly === true ? decoded.x.narrow(1, -1, 1) : decoded.x;
    const logits = linear(x, this.model.shared.weight).add(this.finalLogitsBias);
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
    const heads = this.settings.number("decoder_attention_heads");
    const headSize = this.settings.number("d_model") / heads;
    return { layers: this.model.decoder.layers.length, batch, length, heads, headSize };
  }

  /** Maximum number of tokens. */
  get maxLength(): number {
    return this.settings.number("max_position_embeddings", 1024);
  }
}
