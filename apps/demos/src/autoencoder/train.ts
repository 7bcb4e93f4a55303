import type { Tensor } from "@wgrad/autograd";
import { DataLoader, type Dataset } from "@wgrad/datasets";
import { MSELoss } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { cosine } from "../shared/schedule.ts";
import type { Training } from "../shared/training.ts";
import type { Autoencoder } from "./model.ts";

export interface TrainSettings {
  /** Subtracted from every row: [inputs]. */
  readonly mean: Tensor;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
}

/** Descends on the squared difference of what goes in and what comes out. */
export async function* train(
  model: Autoencoder,
  dataset: Dataset<{ readonly images: Tensor }>,
  { mean, epochs, batchSize, lr }: TrainSettings,
): Training {
  const loader = new DataLoader(dataset, { batchSize, shuffle: true });
  const steps = epochs * loader.length;
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = cosine(optimizer, steps, { floor: 0.03 });
  const criterion = new MSELoss();
  let step = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const { images } of loader) {
      const x = images.flatten(1).sub(mean);
      const loss = criterion(model(x), x);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      schedule.step();
      yield { step: ++step, steps, loss, optimizer, schedule };
    }
  }
}
