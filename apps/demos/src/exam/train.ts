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
  /** λ: what the weights' squares add to the loss; the bias adds nothing. */
  readonly penalty: number;
}

/**
 * Logistic regression: minimises cross-entropy + λ/2 Σ w² of `model` on yes (1) and no (0) by
 * gradient descent with momentum.
 */
export async function* train(
  model: Logistic,
  x: Tensor,
  y: Tensor,
  { epochs, lr, batchSize, penalty }: TrainSettings,
): Training {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize, shuffle: true });
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  const criterion = new BCELoss();
  const steps = epochs * loader.length;
  let step = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [inputs, targets] of loader) {
      const pull = model.linear.weight
        .square()
        .sum()
        .mul(penalty / 2);
      const loss = criterion(model(inputs), targets).add(pull);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      yield { step: ++step, steps, loss, optimizer };
    }
  }
}
