import { noGrad, type Tensor } from "@wgrad/autograd";
import { CrossEntropyLoss, functional as F, type Module } from "@wgrad/nn";
import { AdamW } from "@wgrad/optim";
import type { Labelled } from "../shared/classifier.ts";
import type { Training } from "../shared/training.ts";

export interface TrainSettings {
  readonly steps: number;
  readonly weightDecay: number;
  readonly lr?: number;
  /** Sees the mean losses of both sides, in evaluation mode, every so many steps. */
  readonly every: number;
  readonly look: (step: number, train: Tensor, test: Tensor) => void;
}

/** Descends on all of `train` at once, and looks at `test` without learning from it. */
export async function* train(
  model: Module,
  train: Labelled,
  test: Labelled,
  { steps, weightDecay, lr = 3e-3, every, look }: TrainSettings,
): Training {
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay });
  const criterion = new CrossEntropyLoss();
  const judge = ({ images, labels }: Labelled): Tensor =>
    noGrad(() => F.crossEntropy(model(images), labels));

  for (let step = 1; step <= steps; step++) {
    model.train();
    const loss = criterion(model(train.images), train.labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    model.eval();
    if (step === 1 || step % every === 0) look(step, judge(train), judge(test));
    yield { step, steps, loss, optimizer };
  }
}
