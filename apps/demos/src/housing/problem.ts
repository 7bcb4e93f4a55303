import { noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { StandardScaler } from "@wgrad/datasets";
import type { Linear } from "@wgrad/nn";
import { holdOut } from "../shared/hold-out.ts";
import type { Line } from "./picture.ts";

/** A table to regress on, a fifth of it held out, standardised by the rows to learn from. */
export interface Problem {
  /** Rows to look at, in their own units: [rows, features] and [rows, 1]. */
  readonly xTest: Tensor;
  readonly yTest: Tensor;
  /** What they are: "102 held-out rows". */
  readonly rows: string;
  /** Rows to learn from, standardised. */
  readonly xs: Tensor;
  readonly ys: Tensor;
  /** The target's standard deviation. */
  readonly yScale: Tensor;
  /** What the scalers keep. */
  readonly fitted: readonly [Tensor, ...Tensor[]];
  /** What a model of standardised rows says of rows in their own units, in the target's. */
  predict(model: Linear, x: Tensor): Tensor;
  /** The model's line in the units of its one feature. */
  lineOf(model: Linear): Promise<Line>;
}

/**
 * Features and target are standardised, so that one learning rate suits all of them. x: [rows,
 * features]; y: [rows, 1].
 */
export async function prepare(x: Tensor, y: Tensor): Promise<Problem> {
  const { xTrain, xTest, yTrain, yTest, rows } = await holdOut(x, y);
  const xScaler = new StandardScaler().fit(xTrain);
  const yScaler = new StandardScaler().fit(yTrain);
  const predict = (model: Linear, x: Tensor): Tensor =>
    noGrad(() => yScaler.inverseTransform(model(xScaler.transform(x))));
  return {
    xTest,
    yTest,
    rows,
    xs: xScaler.transform(xTrain),
    ys: yScaler.transform(yTrain),
    yScale: yScaler.scale,
    fitted: [xScaler.mean, xScaler.scale, yScaler.mean, yScaler.scale],
    predict,
    /** Read off a deviation to either side of the mean. */
    async lineOf(model) {
      const [mean, deviation] = [await xScaler.mean.item(), await xScaler.scale.item()];
      const ends = tensor([[mean - deviation], [mean + deviation]]);
      const [low = 0, high = 0] = await predict(model, ends).data();
      const slope = (high - low) / (2 * deviation);
      return { slope, intercept: (low + high) / 2 - slope * mean };
    },
  };
}
