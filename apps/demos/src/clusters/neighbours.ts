import { cdist, noGrad, oneHot, type Tensor } from "@wgrad/autograd";

/** The class that most of the k nearest known rows have, the smallest of those that tie. x: [rows, features] → [rows]. */
export function nearestNeighbours(
  known: Tensor,
  labels: Tensor,
  x: Tensor,
  { k, numClasses }: { readonly k: number; readonly numClasses: number },
): Tensor {
  return noGrad(() => {
    const { indices } = cdist(x, known).topk(k, 1, { largest: false });
    const votes = labels.take(indices);
    return oneHot(votes, numClasses).sum(1).argmax(1);
  });
}
