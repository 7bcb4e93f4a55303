import { mul, type Tensor, tensor } from "@wgrad/autograd";
import { Dropout, Embedding, Linear, Module, ModuleList, RMSNorm } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, splitHeads } from "../attention.ts";
import type { Settings } from "../config.ts";
import type { Trace } from "../outputs.ts";
import type { DecoderState } from "../sequence-to-sequence.ts";

/** Sizes that all layers share. */
export interface T5Sizes {
  readonly width: number;
  readonly heads: number;
  readonly headSize: number;
  readonly inner: number;
  readonly eps: number;
  readonly dropoutP: number;
  readonly buckets: number;
  readonly farthest: number;
  readonly gated: boolean;
  readonly activation: (x: Tensor) => Tensor;
}

/** Reads the sizes from a config. */
export function t5Sizes(settings: Settings): T5Sizes {
  const kind = settings.string("feed_forward_proj", "relu");
  const gated = kind.startsWith("gated-");
  const name = gated ? kind.slice("gated-".length) : kind;
  return {
    width: settings.number("d_model"),
    heads: settings.number("num_heads"),
    headSize: settings.number("d_kv"),
    inner: settings.number("d_ff"),
    eps: settings.number("layer_norm_epsilon", 1e-6),
    dropoutP: settings.number("dropout_rate", 0.1),
    buckets: settings.number("relative_attention_num_buckets", 32),
    farthest: settings.number("relative_attention_max_distance", 128),
    gated,
    activation: activationOf("T5", kind === "gated-gelu" ? "gelu_new" : name),
  };
}

/** Inputs that all layers of a stack share. */
export interface T5Call {
  /** Mask of the stack's own tokens. */
  readonly mask: Tensor | null;
  readonly bias: Tensor;
  readonly trace: Trace;
  /** Collects the attention weights over the source. */
  readonly crossTrace: Trace | null;
  readonly source: Tensor | null;
  readonly sourceMask: Tensor | null;
  readonly state: DecoderState | null;
}

class Attention extends Module {
  q: Linear;
  k: Linear;
  v: Linear;
  o: Linear;
  relativeAttentionBias: Embedding | null;
  private readonly sizes: T5Sizes;

  constructor(sizes: T5Sizes, biased: boolean) {
    super();
    const { width, heads, headSize } = sizes;
    const all = heads * headSize;
    this.q = new Linear(width, all, { bias: false });
    this.k = new Linear(width, all, { bias: false });
    this.v = new Linear(width, all, { bias: false });
    this.o = new Linear(all, width, { bias: false });
    this.relativeAttentionBias = biased ? new Embedding(sizes.buckets, heads) : null;
    this.sizes = sizes;
  }

  /** Self-attention with the relative bias, or attention over the source without it. */
  forward(x: Tensor, call: T5Call, layer: number, over: "self" | "source"): Tensor {
    const { heads } = this.sizes;
    const split = (of: Linear, from: Tensor) => splitHeads(of(from), heads);
    const make = (from: Tensor) => [split(this.k, from), split(this.v, from)] as const;
    const isSelf = over === "self";
    const { state } = call;
    const [keys, values] = isSelf
      ? state === null
        ? make(x)
        : state.cache.update(layer, ...make(x))
      : state === null
        ? make(call.source as Tensor)
        : state.cross.get(layer, () => make(call.source as Tensor));
    const trace = isSelf ? call.trace : call.crossTrace;
    const { context, weights } = attend(split(this.q, x), keys, values, {
      mask: isSelf ? call.mask : call.sourceMask,
      bias: isSelf ? call.bias : null,
      scale: 1,
      dropoutP: this.training ? this.sizes.dropoutP : 0,
      weights: trace?.wantsWeights ?? false,
    });
    trace?.weights(weights);
    return this.o(context);
  }

  /** The relative bias for queries from `start` on: [1, heads, queries, keys]. */
  bias(queries: number, keys: number, start: number, bothWays: boolean): Tensor {
    const { buckets, farthest } = this.sizes;
    const numbers = new Int32Array(queries * keys);
    for (let q = 0; q < queries; q++)
      for (let k = 0; k < keys; k++)
        numbers[q * keys + k] = bucketOf(k - (q + start), buckets, farthest, bothWays);
    const table = this.relativeAttentionBias as Embedding;
    return table(tensor(numbers, { shape: [queries, keys] }))
      .permute(2, 0, 1)
      .unsqueeze(0);
  }
}

/**
 * The bucket of a distance: small distances have one each, large ones share logarithmic ones.
 * Computed in f32, as in T5's training.
 */
function bucketOf(distance: number, buckets: number, farthest: number, bothWays: boolean): number {
  const { fround, log } = Math;
  const half = bothWays ? Math.floor(buckets / 2) : buckets;
  const side = bothWays && distance > 0 ? half : 0;
  const length = bothWays ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(half / 2);
  if (length < exact) return side + length;
  const portion = fround(fround(log(fround(length / exact))) / log(farthest / exact));
  const far = exact + Math.trunc(fround(portion * (half - exact)));
  return side + Math.min(far, half - 1);
}

class SelfLayer extends Module {
  SelfAttention: Attention;
  layerNorm: RMSNorm;
  dropout: Dropout;

  constructor(sizes: T5Sizes, biased: boolean) {
    super();
    this.SelfAttention = new Attention(sizes, biased);
    this.layerNorm = new RMSNorm(sizes.width, { eps: sizes.eps });
    this.dropout = new Dropout(sizes.dropoutP);
  }

  forward(x: Tensor, call: T5Call, layer: number): Tensor {
    return x.add(this.dropout(this.SelfAttention(this.layerNorm(x), call, layer, "self")));
  }
}

class CrossLayer extends Module {
  EncDecAttention: Attention;
  layerNorm: RMSNorm;
  dropout: Dropout;

  constructor(sizes: T5Sizes) {
    super();
    this.EncDecAttention = new Attention(sizes, false);
    this.layerNorm = new RMSNorm(sizes.width, { eps: sizes.eps });
    this.dropout = new Dropout(sizes.dropoutP);
  }

  forward(x: Tensor, call: T5Call, layer: number): Tensor {
    return x.add(this.dropout(this.EncDecAttention(this.layerNorm(x), call, layer, "source")));
  }
}

class Dense extends Module {
  wi: Linear | null;
  wi_0: Linear | null;
  wi_1: Linear | null;
  wo: Linear;
  dropout: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor({ width, inner, gated, activation, dropoutP }: T5Sizes) {
    super();
    const into = () => new Linear(width, inner, { bias: false });
    this.wi = gated ? null : into();
    this.wi_0 = gated ? into() : null;
    this.wi_1 = gated ? into() : null;
    this.wo = new Linear(inner, width, { bias: false });
    this.dropout = new Dropout(dropoutP);
    this.activation = activation;
  }

  forward(x: Tensor): Tensor {
    const { wi, wi_0, wi_1 } = this;
    const wide =
      wi !== null
        ? this.activation(wi(x))
        : mul(this.activation((wi_0 as Linear)(x)), (wi_1 as Linear)(x));
    return this.wo(this.dropout(wide));
  }
}

class DenseLayer extends Module {
  DenseReluDense: Dense;
  layerNorm: RMSNorm;
  dropout: Dropout;

  constructor(sizes: T5Sizes) {
    super();
    this.DenseReluDense = new Dense(sizes);
    this.layerNorm = new RMSNorm(sizes.width, { eps: sizes.eps });
    this.dropout = new Dropout(sizes.dropoutP);
  }

  forward(x: Tensor, _call: T5Call, _layer: number): Tensor {
    return x.add(this.dropout(this.DenseReluDense(this.layerNorm(x))));
  }
}

type Part = Module<[Tensor, T5Call, number], Tensor>;

/** Self-attention, attention over the source (in a decoder), and a feed-forward layer. */
export class Block extends Module {
  layer: ModuleList<Part>;

  constructor(sizes: T5Sizes, biased: boolean, decodes: boolean) {
    super();
    const cross = decodes ? [new CrossLayer(sizes)] : [];
    const parts: Part[] = [new SelfLayer(sizes, biased), ...cross, new DenseLayer(sizes)];
    this.layer = new ModuleList(parts);
  }

  forward(x: Tensor, call: T5Call, at: number): Tensor {
    let y = x;
    for (const layer of this.layer) y = layer(y, call, at);
    return y;
  }

  /** The attention whose relative bias the whole stack uses. */
  get attention(): Attention {
    return ([...this.layer][0] as unknown as SelfLayer).SelfAttention;
  }
}
