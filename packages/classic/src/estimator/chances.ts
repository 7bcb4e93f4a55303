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
 * Chances of classes by scores: log-odds of the second of two [rows], or one a class [rows,
 * classes]. → [rows, classes].
 */
export function chancesOf(scores: Tensor): Tensor {
  if (scores.ndim > 1) return noGrad(() => softmax(scores, 1));
  return noGrad(() => stack([sigmoid(scores.neg()), sigmoid(scores)], 1));
}

/** Their logarithms. */
export function logChancesOf(scores: Tensor): Tensor {
  if (scores.ndim > 1) return noGrad(() => logSoftmax(scores, 1));
  return noGrad(() => stack([logsigmoid(scores.neg()), logsigmoid(scores)], 1));
}
