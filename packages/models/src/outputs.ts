import { crossEntropy, mseLoss, type Tensor } from "@wgrad/autograd";
import type { Cache } from "./cache.ts";

/** What every transformer's call may ask for beside its result. */
export interface Wanted {
  /** Also give the values between the layers: the embeddings first, the last after the final norm. */
  readonly outputHiddenStates?: boolean;
  /** Also give every layer's weights of attention. */
  readonly outputAttentions?: boolean;
}

/** Values on the way, collected where they are asked for. */
export class Trace {
  readonly hiddenStates: Tensor[] | null;
  readonly attentions: Tensor[] | null;

  constructor({ outputHiddenStates = false, outputAttentions = false }: Wanted) {
    this.hiddenStates = outputHiddenStates ? [] : null;
    this.attentions = outputAttentions ? [] : null;
  }

  /** Whether layers must give their weights. */
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
  /** [batch, length] of 0 and 1; with a cache, of the new tokens. */
  readonly attentionMask?: Tensor | null;
  /** [batch, length]; they count from 0 unless given. */
  readonly positionIds?: Tensor | null;
  /** Keys and values of what came before; they are written to. */
  readonly cache?: Cache | null;
}

/** Options of a language model's call. */
export interface CausalOptions extends DecoderOptions {
  /** The ids themselves (the shift by one is inside); −100 is not counted. */
  readonly labels?: Tensor | null;
  /** Only the logits of the last token. */
  readonly lastOnly?: boolean;
}

export interface BaseOutput {
  /** [batch, length, width] */
  readonly lastHiddenState: Tensor;
  readonly hiddenStates: readonly Tensor[] | null;
  readonly attentions: readonly Tensor[] | null;
}

export interface LogitsOutput {
  readonly logits: Tensor;
  /** The mean cross-entropy, where labels were given. */
  readonly loss: Tensor | null;
  readonly hiddenStates: readonly Tensor[] | null;
  readonly attentions: readonly Tensor[] | null;
}

/** Mean cross-entropy of the next tokens; −100 is not counted.  logits: [batch, length, vocabulary]; labels: [batch, length]. */
export function nextTokenLoss(logits: Tensor, labels: Tensor): Tensor {
  const [, length, vocabulary] = logits.shape as unknown as [number, number, number];
  const before = logits.narrow(1, 0, length - 1).reshape([-1, vocabulary]);
  const next = labels.narrow(1, 1, length - 1).reshape([-1]);
  return crossEntropy(before, next);
}

/** Mean cross-entropy of each token; −100 is not counted. */
export function tokenLoss(logits: Tensor, labels: Tensor): Tensor {
  return crossEntropy(logits.reshape([-1, logits.shape.at(-1) as number]), labels.reshape([-1]));
}

/** Mean cross-entropy of classes; a single output is a regression, with the mean squared error. */
export function classLoss(logits: Tensor, labels: Tensor): Tensor {
  return logits.shape.at(-1) === 1
    ? mseLoss(logits.squeeze(-1), labels)
    : crossEntropy(logits, labels);
}
