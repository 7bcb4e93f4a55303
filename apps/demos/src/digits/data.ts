import type { Dataset } from "@wgrad/datasets";
import { TensorDataset, trainTestSplit } from "@wgrad/datasets";
import { loadDigits } from "@wgrad/datasets/data";
import type { Labelled } from "../shared/classifier.ts";

export interface Digits {
  readonly train: Dataset<Labelled>;
  readonly test: Dataset<Labelled>;
}

/**
 * The digits as pictures [rows, 1, 8, 8] from 0 to 1; a quarter, or other than so many rows, is
 * held out.
 */
export async function digitPictures(trainSize: number = 0.75): Promise<Digits> {
  const data = await loadDigits();
  const [x, y] = [data.x().div(16).reshape(-1, 1, 8, 8), data.y()];
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, {
    trainSize,
    randomState: 42,
    stratify: y,
  });
  return {
    train: new TensorDataset({ images: xTrain, labels: yTrain }),
    test: new TensorDataset({ images: xTest, labels: yTest }),
  };
}
