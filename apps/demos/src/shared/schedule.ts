import { CosineAnnealingLR, LinearLR, type Optimizer, SequentialLR } from "@wgrad/optim";

/** The learning rate rises evenly over the first part of the steps, then falls along half a cosine to `floor` of its peak. */
export function warmUpThenCosine(
  optimizer: Optimizer,
  steps: number,
  { warmUp, floor = 0.02 }: { readonly warmUp: number; readonly floor?: number },
): SequentialLR {
  const first = Math.max(1, Math.round(warmUp * steps));
  const peak = Math.max(...optimizer.paramGroups.map(({ lr }) => lr));
  return new SequentialLR(
    optimizer,
    [
      new LinearLR(optimizer, { startFactor: 1 / first, totalIters: first - 1 }),
      new CosineAnnealingLR(optimizer, Math.max(1, steps - first), { etaMin: floor * peak }),
    ],
    [first],
  );
}
