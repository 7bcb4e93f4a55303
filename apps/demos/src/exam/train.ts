import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { BCELoss } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import type { Logistic } from "./model.ts";

export interface TrainSettings {
  readonly epochs: number;
  readonly lr: number;
  readonly batchSize: number;
  /** λ: adds λ/2 · w² to the loss for the weights, not for the bias. */
  readonly penalty: number;
}

/** Logistic regression: fits `model` to yes (1) and no (0) by gradient descent with momentum. */
export async function* train(
  model: Logistic,
  x: Tensor,
  y: Tensor,
  { epochs, lr, batchSize, penalty }: TrainSettings,
): Training {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const { weight, bias } = model.linear;
  const optimizer = new SGD(
    [{ params: [weight], weightDecay: penalty }, { params: bias === null ? [] : [bias] }],
    { lr, momentum: 0.9 },
  );
  const criterion = new BCELoss();
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
  }
}
