import { LambdaLR, type LRScheduler, type Optimizer } from "@wgrad/optim";

/** Half a cosine from 1 to `floor`, at `t` from 0 to 1. */
const halfCosine = (t: number, floor: number): number =>
  floor + ((1 - floor) * (1 + Math.cos(Math.PI * Math.min(1, t)))) / 2;

/** η = η₀ f(t): f falls along half a cosine from 1 to `floor` in `steps` steps. */
export function cosine(
  optimizer: Optimizer,
  steps: number,
  { floor = 0.02 }: { readonly floor?: number } = {},
): LRScheduler {
  return new LambdaLR(optimizer, (step) => halfCosine(step / steps, floor));
}

/**
 * The learning rate rises evenly over the first part of the steps, then falls along half a cosine
 * to `floor` of its peak.
 */
export function warmUpThenCosine(
  optimizer: Optimizer,
  steps: number,
  { warmUp, floor = 0.02 }: { readonly warmUp: number; readonly floor?: number },
): LRScheduler {
  const first = Math.max(1, Math.round(warmUp * steps));
  return new LambdaLR(optimizer, (step) =>
    step < first
      ? (step + 1) / first
      : halfCosine((step - first) / Math.max(1, steps - first), floor),
  );
}
