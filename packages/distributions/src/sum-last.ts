import type { Tensor } from "@wgrad/autograd";

/** Sum over the last `count` dimensions. */
export const sumLast = (x: Tensor, count: number): Tensor =>
  count === 0 ? x : x.sum(Array.from({ length: count }, (_, i) => i - count));
