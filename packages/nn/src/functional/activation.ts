import type { Tensor } from "@wgrad/autograd";

/** σ(x) = 1 / (1 + e⁻ˣ), elementwise. */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();

/** max(0, x), elementwise. */
export const relu = (x: Tensor): Tensor => x.relu();

/** tanh x, elementwise. */
export const tanh = (x: Tensor): Tensor => x.tanh();
