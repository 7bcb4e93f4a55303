import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { StandardScaler } from "@wgrad/datasets";
import { meanSquaredError, r2Score } from "@wgrad/metrics";
import { Linear } from "@wgrad/nn";
import { holdOut } from "../shared/hold-out.ts";
import { fit } from "./fit.ts";
import { leastSquares } from "./least-squares.ts";
import type { Line } from "./picture.ts";

export interface Evaluation {
  /** What was looked at: "102 held-out rows". */
  readonly rows: string;
  /** Features and target of those rows, and what the model says. */
  readonly features: ArrayLike<number>;
  readonly real: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  /** What one standard deviation of each feature adds to the prediction. */
  readonly effects: readonly number[];
  readonly r2: number;
  /** The same split solved exactly, in f64 on the host. */
  readonly closedFormR2: number;
  /** Root of the mean squared error, in the target's units. */
  readonly error: number;
  /** The fitted line, where there is one feature. */
  readonly line: Line | null;
}

/**
 * Linear regression on rows with a fifth held out. Features and target are standardised by the training rows, so
 * that one learning rate suits all of them. x: [rows, features]; y: [rows, 1].
 */
export async function regression(x: Tensor, y: Tensor, epochs?: number): Promise<Evaluation> {
  const { xTrain, xTest, yTrain, yTest, rows } = await holdOut(x, y);
  const [trainRows = 0, features = 0] = xTrain.shape;
  const xScaler = new StandardScaler().fit(xTrain);
  const yScaler = new StandardScaler().fit(yTrain);

  const model = new Linear(features, 1);
  const batchSize = 32;
  const stepsPerEpoch = Math.ceil(trainRows / batchSize);
  const lr = Math.min(0.01, 1 / features);
  await fit(model, xScaler.transform(xTrain), yScaler.transform(yTrain), {
    epochs: epochs ?? Math.max(60, Math.ceil(800 / stepsPerEpoch)),
    lr,
    lastLr: 0.02 * lr,
    batchSize,
  });

  const predict = (x: Tensor): Tensor =>
    noGrad(() => yScaler.inverseTransform(model(xScaler.transform(x))));
  const predictions = predict(xTest);
  return {
    rows,
    features: await xTest.data(),
    real: await yTest.data(),
    predicted: await predictions.data(),
    effects: [...(await noGrad(() => model.weight.mul(yScaler.scale)).data())],
    r2: await r2Score(predictions, yTest).item(),
    closedFormR2: await closedFormR2(xTrain, yTrain, xTest, yTest),
    error: Math.sqrt(await meanSquaredError(predictions, yTest).item()),
    line: features === 1 ? await lineOf(predict, xScaler) : null,
  };
}

/** Slope and intercept in the feature's own units, read off a deviation to either side of its mean. */
async function lineOf(predict: (x: Tensor) => Tensor, scaler: StandardScaler): Promise<Line> {
  const [mean, deviation] = [await scaler.mean.item(), await scaler.scale.item()];
  const [low = 0, high = 0] = await predict(
    tensor([[mean - deviation], [mean + deviation]]),
  ).data();
  const slope = (high - low) / (2 * deviation);
  return { slope, intercept: (low + high) / 2 - slope * mean };
}

async function closedFormR2(
  xTrain: Tensor,
  yTrain: Tensor,
  xTest: Tensor,
  yTest: Tensor,
): Promise<number> {
  const predict = leastSquares(await xTrain.data(), await yTrain.data(), xTrain.shape[1] as number);
  const real = [...(await yTest.data())];
  const predicted = predict(await xTest.data());
  const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
  const squares = (of: (value: number, i: number) => number): number =>
    real.reduce((sum, value, i) => sum + of(value, i) ** 2, 0);
  const residual = squares((value, i) => value - (predicted[i] as number));
  const total = squares((value) => value - mean);
  return total === 0 ? Number(residual === 0) : 1 - residual / total;
}
