import { noGrad } from "@wgrad/autograd";
import { trainTestSplit } from "@wgrad/datasets";
import { loadDigits } from "@wgrad/datasets/data";
import { accuracy } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { wide } from "../../../src/overfit/model.ts";
import { train } from "../../../src/overfit/train.ts";
import type { Labelled } from "../../../src/shared/classifier.ts";
import { number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** Digits that are learned from, and those that are not. */
  readonly known: number;
  readonly unseen: number;
}

const STEPS = 400;

/** Far more weights than there are digits to learn from: what is learned, and what by heart? */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const data = await loadDigits();
  const [x, y] = [data.x().div(16).reshape(-1, 1, 8, 8), data.y()];
  const known = numberOf(settings, "points");
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, {
    trainSize: known,
    testSize: 500,
    randomState: 42,
    stratify: y,
  });
  hold(xTrain, xTest, yTrain, yTest);
  const model = hold(wide(numberOf(settings, "dropout")));
  const few: Labelled = { images: xTrain, labels: yTrain };
  /** A number of both sides, when nothing is dropped. */
  const judged = async (compute: () => Promise<number>): Promise<number> => {
    model.eval();
    try {
      return await compute();
    } finally {
      model.train();
    }
  };
  return {
    model,
    inputShape: [known, 1, 8, 8],
    train: (now) =>
      train(model, few, few, {
        steps: STEPS,
        lr: numberOf(now, "lr"),
        weightDecay: numberOf(settings, "decay"),
        every: STEPS,
        look: () => undefined,
      }),
    loss: async () => () => F.crossEntropy(model(xTrain), yTrain),
    snapshot: async () => ({ known, unseen: 500 }),
    measures: async () => ({
      testLoss: await judged(() => number(() => F.crossEntropy(model(xTest), yTest))),
      accuracy: await judged(() => number(() => noGrad(() => accuracy(model(xTest), yTest)))),
      trainAccuracy: await judged(() =>
        number(() => noGrad(() => accuracy(model(xTrain), yTrain))),
      ),
    }),
  };
}
