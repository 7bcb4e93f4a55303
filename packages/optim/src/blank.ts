import { type Tensor, tensor } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";

/**
 * Zeros beside a parameter, with storage of their own from the start: the first step then runs as
 * all others do.
 */
export function blank(p: Tensor): Tensor {
  const { shape, dtype } = p;
  const values = new Float32Array(shape.reduce((size, n) => size * n, 1));
  return persist(tensor(values, { shape, dtype, device: p }));
}
