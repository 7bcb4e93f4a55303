import type { Tensor } from "@wgrad/autograd";
import { type Linear, MultiMarginLoss } from "@wgrad/nn";
import { Adam, CosineAnnealingLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";

/**
 * A linear support vector machine of several classes (Weston & Watkins 1999), with C = 1: the right class y is to win
 * by a margin of 1 over every other,
 *   ½ ‖w‖² + C Σ Σ_{j≠y} max(0, 1 − s_y + s_j),   s = x·w + b;
 * divided by rows and classes that is MultiMarginLoss with a weight decay. x: [rows, features], standardised; labels: [rows].
 */
export async function* trainSvm(
  model: Linear,
  x: Tensor,
  labels: Tensor,
  { steps }: { readonly steps: number },
): Training {
  const { weight, bias } = model;
  const penalty = 1 / ((x.shape[0] as number) * (weight.shape[0] as number));
  const optimizer = new Adam(
    [{ params: [weight], weightDecay: penalty }, { params: bias === null ? [] : [bias] }],
    { lr: 0.05 },
  );
  const schedule = new CosineAnnealingLR(optimizer, steps, { etaMin: 1e-3 });
  const criterion = new MultiMarginLoss();

  for (let step = 1; step <= steps; step++) {
    const loss = criterion(model(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
    yield { step, steps, loss };
  }
}
