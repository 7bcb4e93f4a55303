import { cat, full, type Tensor, where } from "@wgrad/autograd";
import type { Cache, CrossCache } from "./cache.ts";
import type { Trace, Wanted } from "./outputs.ts";

/** The result of a stack of layers. */
export interface StackOutput {
  readonly x: Tensor;
  readonly trace: Trace;
  /** Attention weights over the source. */
  readonly crossTrace: Trace;
}

/** The state of a decoder between steps: the encoder's output and the cached keys and values. */
export interface DecoderState {
  readonly cache: Cache;
  readonly cross: CrossCache;
}

/** Options of the call of an encoder-decoder model. */
export interface SequenceOptions extends Wanted {
  /** [batch, length] of 0 and 1, for the source. */
  readonly attentionMask?: Tensor | null;
  /** [batch, target length]; made from the labels by default. */
  readonly decoderInputIds?: Tensor | null;
  /** [batch, target length]; −100 does not count. */
  readonly labels?: Tensor | null;
  /** A previous output of the encoder, which then does not run. */
  readonly encoderOutput?: Tensor | null;
  /** Keys and values of earlier tokens. */
  readonly state?: DecoderState | null;
  /** Computes the logits of the last token only. */
  readonly lastOnly?: boolean;
}

/** The results of an encoder-decoder model. */
export interface SequenceOutput {
  readonly logits: Tensor;
  readonly loss: Tensor | null;
  readonly encoderLastHiddenState: Tensor;
  readonly encoderHiddenStates: readonly Tensor[] | null;
  readonly encoderAttentions: readonly Tensor[] | null;
  readonly decoderHiddenStates: readonly Tensor[] | null;
  readonly decoderAttentions: readonly Tensor[] | null;
  readonly crossAttentions: readonly Tensor[] | null;
}

/** The decoder inputs that predict the labels: `start` first, and padding for −100. */
export function shiftRight(labels: Tensor, start: number, padding: number): Tensor {
  const [batch = 0, length = 0] = labels.shape;
  const first = full([batch, 1], start, { dtype: labels.dtype });
  const shifted = cat([first, labels.narrow(1, 0, length - 1)], 1);
  return where(shifted.eq(-100), padding, shifted);
}
