import { type Tensor, tensor } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";

/**
 * Zeros of a parameter's shape with storage from the start, so that the first step runs the same
 * kernels as all others.
 */
export function persistentZeros(p: Tensor): Tensor {
  const { shape, dtype } = p;
  const values = new Float32Array(shape.reduce((size, n) => size * n, 1));
  return persist(tensor(values, { shape, dtype, device: p }));
}
