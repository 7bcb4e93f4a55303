import type { Tensor } from "@wgrad/autograd";

/**
 * The gradient to descend along: −g if `maximize`, plus the gradient λ p of the L2 penalty λ/2
 * ‖p‖².
 */
export function descent(
  p: Tensor,
  gradient: Tensor,
  { maximize, weightDecay }: { readonly maximize: boolean; readonly weightDecay: number },
): Tensor {
  const g = maximize ? gradient.neg() : gradient;
  return weightDecay === 0 ? g : g.add(p.mul(weightDecay));
}
