import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { BCELoss, type Linear, Sequential, Sigmoid } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { Progress } from "../shared/progress.ts";

export interface FitSettings {
  readonly epochs: number;
  readonly lr: number;
  readonly batchSize: number;
  /** λ: adds λ/2 · w² to the loss for the weights, not for the bias. */
  readonly penalty: number;
}

/** Logistic regression: P(yes) = σ(x·w + b), fitted to yes (1) and no (0) by gradient descent with momentum. */
export async function fit(
  linear: Linear,
  x: Tensor,
  y: Tensor,
  { epochs, lr, batchSize, penalty }: FitSettings,
): Promise<Sequential> {
  const model = new Sequential(linear, new Sigmoid());
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const optimizer = new SGD(
    [
      { params: [linear.weight], weightDecay: penalty },
      { params: linear.bias === null ? [] : [linear.bias] },
    ],
    { lr, momentum: 0.9 },
  );
  const criterion = new BCELoss();
  const progress = new Progress(epochs);

  for (let epoch = 1; epoch <= epochs; epoch++) {
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
  return model;
}
