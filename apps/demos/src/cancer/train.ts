import type { Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { BCEWithLogitsLoss } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import type { Diagnosis } from "./model.ts";

/**
 * Fits `model` by gradient descent with momentum and a little weight decay. x: [rows, features]; y:
 * 0 or 1, [rows].
 */
export async function* train(
  model: Diagnosis,
  x: Tensor,
  y: Tensor,
  { epochs, lr = 0.1 }: { readonly epochs: number; readonly lr?: number },
): Training {
  const loader = new DataLoader(new TensorDataset([x, y]), { batchSize: 32, shuffle: true });
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9, weightDecay: 1e-3 });
  const criterion = new BCEWithLogitsLoss();
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
