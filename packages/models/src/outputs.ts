import { crossEntropy, mseLoss, type Tensor } from "@wgrad/autograd";
import type { Cache } from "./cache.ts";

/** Optional results of the call of a transformer. */
export interface Wanted {
  /**
   * Returns the values between the layers: first the embeddings, last those after the final norm.
   */
  readonly outputHiddenStates?: boolean;
  /** Returns the attention weights of every layer. */
  readonly outputAttentions?: boolean;
}

/** Collects intermediate values if they are requested. */
export class Trace {
  readonly hiddenStates: Tensor[] | null;
  readonly attentions: Tensor[] | null;

  constructor({ outputHiddenStates = false, outputAttentions = false }: Wanted) {
    this.hiddenStates = outputHiddenStates ? [] : null;
    this.attentions = outputAttentions ? [] : null;
  }

  /** Whether layers must return their attention weights. */
  get wantsWeights(): boolean {
    return this.attentions !== null;
  }

  state(x: Tensor): Tensor {
    this.hiddenStates?.push(x);
    return x;
  }

  weights(x: Tensor | null): void {
    if (x !== null) this.attentions?.push(x);
  }
}

/** Options of a decoder without a head. */
export interface DecoderOptions extends Wanted {
  /** [batch, length] of 0 and 1; with a cache, for the new tokens only. */
  readonly attentionMask?: Tensor | null;
  /** [batch, length]; default: positions from 0. */
  readonly positionIds?: Tensor | null;
  /** Keys and values of earlier tokens; the call adds its own. */
  readonly cache?: Cache | null;
}

/** Options of a language model's call. */
export interface CausalOptions extends DecoderOptions {
  /** The ids themselves (the call shifts them by one); −100 does not count. */
  readonly labels?: Tensor | null;
  /** Computes the logits of the last token only. */
  readonly lastOnly?: boolean;
}

/** The results of a model without a head. */
export interface BaseOutput {
  /** [batch, length, width] */
  readonly lastHiddenState: Tensor;
  readonly hiddenStates: readonly Tensor[] | null;
  readonly attentions: readonly Tensor[] | null;
}

/** The results of a model with a head. */
export interface LogitsOutput {
  readonly logits: Tensor;
  /** The mean cross-entropy, if labels were given. */
  readonly loss: Tensor | null;
  readonly hiddenStates: readonly Tensor[] | null;
  readonly attentions: readonly Tensor[] | null;
}

/**
 * Mean cross-entropy of the next tokens; −100 does not count.  logits: [batch, length, vocabulary];
 * labels: [batch, length].
 */
export function nextTokenLoss(logits: Tensor, labels: Tensor): Tensor {
  const [, length, vocabulary] = logits.shape as unknown as [number, number, number];
  const before = logits.narrow(1, 0, length - 1).reshape([-1, vocabulary]);
  const next = labels.narrow(1, 1, length - 1).reshape([-1]);
  return crossEntropy(before, next);
}

/** Mean cross-entropy of all tokens; −100 does not count. */
export function tokenLoss(logits: Tensor, labels: Tensor): Tensor {
  return crossEntropy(logits.reshape([-1, logits.shape.at(-1) as number]), labels.reshape([-1]));
}

/** Mean cross-entropy of classes; with a single output a regression with the mean squared error. */
export function classLoss(logits: Tensor, labels: Tensor): Tensor {
  return logits.shape.at(-1) === 1
    ? mseLoss(logits.squeeze(-1), labels)
    : crossEntropy(logits, labels);
}
