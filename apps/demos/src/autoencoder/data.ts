import { noGrad, type Tensor } from "@wgrad/autograd";
import { type Dataset, TensorDataset, trainTestSplit } from "@wgrad/datasets";
import { loadDigits, loadMnist } from "@wgrad/datasets/data";

/**
 * Pictures to learn from and to be drawn again, each also as rows of numbers, and the mean of the
 * first.
 */
export interface Pictures {
  readonly train: Dataset<{ readonly images: Tensor }>;
  /** [rows, dots] */
  readonly xTrain: Tensor;
  readonly xTest: Tensor;
  readonly mean: Tensor;
}

/** 1,797 digits of 8×8 dots from 0 to 1, a quarter of them held out. */
export async function smallDigits(): Promise<Pictures> {
  const table = await loadDigits();
  const y = table.y();
  const split = { testSize: 0.25, randomState: 42, stratify: y };
  const [xTrain, xTest] = await trainTestSplit(table.x().div(16), y, split);
  const train = new TensorDataset({ images: xTrain });
  return { train, xTrain, xTest, mean: noGrad(() => xTrain.mean(0).keep()) };
}

/** MNIST: 60,000 digits of 28×28 dots from 0 to 1, and 10,000 to be drawn again. */
export async function largeDigits(): Promise<Pictures> {
  const [train, test] = [await loadMnist(), await loadMnist({ train: false })];
  const rows = (data: typeof train): Tensor =>
    data.batch(Array.from({ length: data.length }, (_, i) => i)).images.flatten(1);
  const xTrain = rows(train);
  return { train, xTrain, xTest: rows(test), mean: noGrad(() => xTrain.mean(0).keep()) };
}
