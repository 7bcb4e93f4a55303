import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { type Linear, MSELoss } from "@wgrad/nn";
import { CosineAnnealingLR, SGD } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";

export interface TrainSettings {
  readonly epochs: number;
  readonly lr: number;
  /** Where the learning rate falls to, along half a cosine: batches that differ keep the weights
   * trembling by as much as it lets them. Default: `lr`, which suits batches of everything. */
  readonly lastLr?: number;
  readonly batchSize: number;
}

/** Minimises the mean squared error of `model` by gradient descent with momentum. */
export async function* train(
  model: Linear,
  x: Tensor,
  y: Tensor,
  { epochs, lr, lastLr = lr, batchSize }: TrainSettings,
): Training {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  const schedule = new CosineAnnealingLR(optimizer, epochs, { etaMin: lastLr });
  const criterion = new MSELoss();
  const steps = epochs * loader.length;
  let step = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [inputs, targets] of loader) {
      const loss = criterion(model(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      yield { step: ++step, steps, loss, optimizer };
    }
    schedule.step();
  }
}
