import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { type Linear, MSELoss } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { cosine } from "../shared/schedule.ts";
import type { Training } from "../shared/training.ts";

export interface TrainSettings {
  readonly epochs: number;
  readonly lr: number;
  /**
   * The part of `lr` that the learning rate falls to, along half a cosine: batches that differ keep
   * the weights trembling by as much as it lets them. Default: 1, which suits batches of
   * everything.
   */
  readonly floor?: number;
  readonly batchSize: number;
}

/**
 * Passes over the data in batches, so many a pass: `epochs`, more for few batches, fewer for very
 * many.
 */
export function passes(
  batches: number,
  {
    epochs,
    least,
    most,
  }: { readonly epochs: number; readonly least: number; readonly most: number },
): number {
  return Math.max(Math.ceil(least / batches), Math.min(epochs, Math.ceil(most / batches)));
}

/** Minimises the mean squared error of `model` by gradient descent with momentum. */
export async function* train(
  model: Linear,
  x: Tensor,
  y: Tensor,
  { epochs, lr, floor = 1, batchSize }: TrainSettings,
): Training {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  const schedule = cosine(optimizer, epochs, { floor });
  const criterion = new MSELoss();
  const steps = epochs * loader.length;
  let step = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [inputs, targets] of loader) {
      const loss = criterion(model(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      yield { step: ++step, steps, loss, optimizer, schedule };
    }
    schedule.step();
  }
}
