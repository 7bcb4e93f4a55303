import {
  logSoftmax,
  logsigmoid,
  noGrad,
  sigmoid,
  softmax,
  stack,
  type Tensor,
} from "@wgrad/autograd";

/**
 * Probabilities of classes from scores: log-odds of the second of two [rows], or one score for each
 * class [rows, classes]. → [rows, classes].
 */
export function probabilitiesOf(scores: Tensor): Tensor {
  if (scores.ndim > 1) return noGrad(() => softmax(scores, 1));
  return noGrad(() => stack([sigmoid(scores.neg()), sigmoid(scores)], 1));
}

/** Log probabilities of classes from scores. */
export function logProbabilitiesOf(scores: Tensor): Tensor {
  if (scores.ndim > 1) return noGrad(() => logSoftmax(scores, 1));
  return noGrad(() => stack([logsigmoid(scores.neg()), logsigmoid(scores)], 1));
}
