import type { Tensor } from "@wgrad/autograd";
import { Dropout, LayerNorm, Linear, Module } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { attend, splitHeads } from "../attention.ts";
import type { Settings } from "../config.ts";
import type { Trace } from "../outputs.ts";
import type { DecoderState } from "../sequence-to-sequence.ts";

/** Inputs that all layers of a call share. */
export interface Call {
  readonly mask: Tensor | null;
  readonly trace: Trace;
  readonly crossTrace: Trace;
  readonly source: Tensor | null;
  readonly sourceMask: Tensor | null;
  readonly state: DecoderState | null;
}

class Attention extends Module {
  kProj: Linear;
  vProj: Linear;
  qProj: Linear;
  outProj: Linear;
  private readonly heads: number;
  private readonly dropoutP: number;

  constructor(width: number, heads: number, dropoutP: number) {
    super();
    this.kProj = new Linear(width, width);
    this.vProj = new Linear(width, width);
    this.qProj = new Linear(width, width);
    this.outProj = new Linear(width, width);
    this.heads = heads;
    this.dropoutP = dropoutP;
  }

  forward(x: Tensor, call: Call, layer: number, over: "self" | "source"): Tensor {
    const split = (of: Linear, from: Tensor) => splitHeads(of(from), this.heads);
    const make = (from: Tensor) => [split(this.kProj, from), split(this.vProj, from)] as const;
    const { state } = call;
    const isSelf = over === "self";
    const [keys, values] = isSelf
      ? state === null
        ? make(x)
        : state.cache.update(layer, ...make(x))
      : state === null
        ? make(call.source as Tensor)
        : state.cross.get(layer, () => make(call.source as Tensor));
    const trace = isSelf ? call.trace : call.crossTrace;
    const { context, weights } = attend(split(this.qProj, x), keys, values, {
      mask: isSelf ? call.mask : call.sourceMask,
      dropoutP: this.training ? this.dropoutP : 0,
      weights: trace.wantsWeights,
    });
    trace.weights(weights);
    return this.outProj(context);
  }
}

/**
 * A layer of the encoder, or of the decoder with attention over the source. Norms come after each
 * part.
 */
export class Layer extends Module {
  selfAttn: Attention;
  selfAttnLayerNorm: LayerNorm;
  encoderAttn: Attention | null;
  encoderAttnLayerNorm: LayerNorm | null;
  fc1: Linear;
  fc2: Linear;
  finalLayerNorm: LayerNorm;
  dropout: Dropout;
  activationDropout: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(settings: Settings, width: number, decodes: boolean) {
    super();
    const side = decodes ? "decoder" : "encoder";
    const heads = settings.number(`${side}_attention_heads`);
    const inner = settings.number(`${side}_ffn_dim`);
    const dropoutP = settings.number("attention_dropout", 0);
    this.selfAttn = new Attention(width, heads, dropoutP);
    this.selfAttnLayerNorm = new LayerNorm(width);
    this.encoderAttn = decodes ? new Attention(width, heads, dropoutP) : null;
    this.encoderAttnLayerNorm = decodes ? new LayerNorm(width) : null;
    this.fc1 = new Linear(width, inner);
    this.fc2 = new Linear(inner, width);
    this.finalLayerNorm = new LayerNorm(width);
    this.dropout = new Dropout(settings.number("dropout", 0.1));
    this.activationDropout = new Dropout(settings.number("activation_dropout", 0));
    this.activation = activationOf("Marian", settings.string("activation_function", "gelu"));
  }

  forward(x: Tensor, call: Call, at: number): Tensor {
    let y = this.selfAttnLayerNorm(x.add(this.dropout(this.selfAttn(x, call, at, "self"))));
    if (this.encoderAttn !== null) {
      const found = this.dropout(this.encoderAttn(y, call, at, "source"));
      y = (this.encoderAttnLayerNorm as LayerNorm)(y.add(found));
    }
    const wide = this.activationDropout(this.activation(this.fc1(y)));
    return this.finalLayerNorm(y.add(this.dropout(this.fc2(wide))));
  }
}
