import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { type Module, MSELoss } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { Progress } from "../shared/progress.ts";

export interface FitSettings {
  readonly epochs: number;
  readonly lr: number;
  /** Where the learning rate falls to, along half a cosine: batches that differ keep the weights
   * trembling by as much as it lets them. Default: `lr`, which suits batches of everything. */
  readonly lastLr?: number;
  readonly batchSize: number;
}

/** Minimises the mean squared error of `model` by gradient descent with momentum. */
export async function fit(
  model: Module,
  x: Tensor,
  y: Tensor,
  { epochs, lr, lastLr = lr, batchSize }: FitSettings,
): Promise<void> {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  const criterion = new MSELoss();
  const progress = new Progress(epochs);

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rest = (1 + Math.cos((Math.PI * (epoch - 1)) / epochs)) / 2;
    for (const group of optimizer.paramGroups) group.lr = lastLr + (lr - lastLr) * rest;
    let last: Tensor | undefined;
    for await (const [inputs, targets] of loader) {
      const loss = criterion(model(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      last = loss;
    }
    if (last !== undefined) progress.update(epoch, await last.item());
  }
  progress.stop();
}
