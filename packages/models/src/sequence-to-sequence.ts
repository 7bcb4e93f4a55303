import { cat, full, type Tensor, where } from "@wgrad/autograd";
import type { Cache, CrossCache } from "./cache.ts";
import type { Trace, Wanted } from "./outputs.ts";

/** What a stack of layers gives. */
export interface StackOutput {
  readonly x: Tensor;
  readonly trace: Trace;
  /** Weights over the source. */
  readonly crossTrace: Trace;
}

/** What a decoder's steps read of the encoder, and write of their own. */
export interface DecoderState {
  readonly cache: Cache;
  readonly cross: CrossCache;
}

/** Options of an encoder and decoder's call. */
export interface SequenceOptions extends Wanted {
  /** [batch, length] of 0 and 1: of the source. */
  readonly attentionMask?: Tensor | null;
  /** [batch, target length]; made of the labels unless given. */
  readonly decoderInputIds?: Tensor | null;
  /** [batch, target length]; −100 is not counted. */
  readonly labels?: Tensor | null;
  /** What the encoder gave before; then it does not run. */
  readonly encoderOutput?: Tensor | null;
  /** Keys and values of the tokens before. */
  readonly state?: DecoderState | null;
  /** Only the logits of the last token. */
  readonly lastOnly?: boolean;
}

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

/** Labels as what a decoder reads to predict them: `start` first, and padding for −100. */
export function shiftRight(labels: Tensor, start: number, padding: number): Tensor {
  const [batch = 0, length = 0] = labels.shape;
  const first = full([batch, 1], start, { dtype: labels.dtype });
  const shifted = cat([first, labels.narrow(1, 0, length - 1)], 1);
  return where(shifted.eq(-100), padding, shifted);
}
