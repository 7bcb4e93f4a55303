import { randperm, type Tensor, tensor } from "@wgrad/autograd";
import { functional as F, type Sequential } from "@wgrad/nn";
import type { Optimizer } from "@wgrad/optim";
import type { Training } from "../../../src/shared/training.ts";

/** Points and their classes: [N, 2] and [N]. */
export interface Labelled {
  readonly x: Tensor;
  readonly y: Tensor;
}

export interface TrainSettings {
  readonly steps: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** The points to learn from; asked for once an epoch, since they may become more. */
  readonly points: () => Labelled;
  /** What is added to the loss that is descended, if anything is. */
  readonly penalty: () => Tensor | null;
}

/** Minimises cross-entropy, and the penalty; the loss that is told is the cross-entropy alone. */
export async function* train(
  model: Sequential,
  { steps, batchSize, optimizer, points, penalty }: TrainSettings,
): Training {
  let step = 0;
  while (step < steps) {
    const { x, y } = points();
    const count = y.shape[0] as number;
    const order = Array.from(await randperm(count).data(), Number);
    for (let at = 0; at < count && step < steps; at += batchSize) {
      const rows = tensor(order.slice(at, at + batchSize), { dtype: "i32" });
      const loss = F.crossEntropy(model(x.indexSelect(0, rows)), y.indexSelect(0, rows));
      const added = penalty();
      optimizer.zeroGrad();
      (added === null ? loss : loss.add(added)).backward();
      optimizer.step();
      yield { step: ++step, steps, loss, optimizer };
    }
  }
}
