import { noGrad, type Tensor } from "@wgrad/autograd";
import { meanSquaredError, r2Score } from "@wgrad/metrics";
import { Linear } from "@wgrad/nn";
import type { Options } from "../shared/options.ts";
import type { Curve } from "../shared/training.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { leastSquares } from "./least-squares.ts";
import type { Line } from "./picture.ts";
import { prepare } from "./problem.ts";
import { passes, train } from "./train.ts";

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
  /** The same split solved exactly. */
  readonly closedFormR2: number;
  /** Root of the mean squared error, in the target's units. */
  readonly error: number;
  /** The fitted line, where there is one feature. */
  readonly line: Line | null;
  readonly losses: Curve;
}

/** Rows are gone through so often; few of them, and very many, for so many steps. */
const lengths = {
  full: { epochs: 60, least: 800, most: 25_000 },
  quick: { epochs: 20, least: 400, most: 5000 },
};

/** Linear regression on rows with a fifth held out. x: [rows, features]; y: [rows, 1]. */
export async function regression(x: Tensor, y: Tensor, options: Options): Promise<Evaluation> {
  const { xTest, yTest, rows, xs, ys, yScale, predict, lineOf } = await prepare(x, y);
  const [trainRows = 0, features = 0] = xs.shape;
  const model = new Linear(features, 1);
  const batchSize = 32;
  const stepsPerEpoch = Math.ceil(trainRows / batchSize);
  const lr = Math.min(0.01, 1 / features);
  const losses = await trainOrLoad(model, options, () =>
    train(model, xs, ys, {
      epochs: options.epochs ?? passes(stepsPerEpoch, lengths[options.budget]),
      lr,
      floor: 0.02,
      batchSize,
    }),
  );

  const predictions = predict(model, xTest);
  const exact = predict(leastSquares(xs, ys), xTest);
  return {
    rows,
    features: await xTest.data(),
    real: await yTest.data(),
    predicted: await predictions.data(),
    effects: [...(await noGrad(() => model.weight.mul(yScale)).data())],
    r2: await r2Score(predictions, yTest).item(),
    closedFormR2: await r2Score(exact, yTest).item(),
    error: Math.sqrt(await meanSquaredError(predictions, yTest).item()),
    line: features === 1 ? await lineOf(model) : null,
    losses,
  };
}
