import type { Tensor } from "@wgrad/autograd";

/**
 * The gradient to descend along: −g to climb, and λ p, the slope of λ/2 ‖p‖², where weights decay.
 */
export function descent(
  p: Tensor,
  gradient: Tensor,
  { maximize, weightDecay }: { readonly maximize: boolean; readonly weightDecay: number },
): Tensor {
  const g = maximize ? gradient.neg() : gradient;
  return weightDecay === 0 ? g : g.add(p.mul(weightDecay));
}
