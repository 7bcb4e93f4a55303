import { type Tensor, tensor, zeros } from "@wgrad/autograd";
import { StandardScaler, trainTestSplit } from "@wgrad/datasets";
import { Linear } from "@wgrad/nn";
import { fiveFlats, flats } from "./flats.ts";

/** Flats to learn from, as a model sees them, and how it sees others. */
export interface FlatsProblem {
  readonly model: Linear;
  readonly scaler: StandardScaler;
  /** [rows, features], scaled, and [rows, 1]. */
  readonly x: Tensor;
  readonly y: Tensor;
}

/**
 * Four flats, three features, of which scikit-learn's split for random_state=42 holds one out:
 * xTest and yTest. Centred features and weights of 0 lead to the flattest plane that fits.
 */
export async function fourFlatsProblem(): Promise<FlatsProblem & { xTest: Tensor; yTest: Tensor }> {
  const x = tensor(flats.map(({ area, bedrooms, location }) => [area, bedrooms, location]));
  const y = tensor(flats.map(({ price }) => [price]));
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, {
    testSize: 0.2,
    randomState: 42,
  });
  const scaler = new StandardScaler({ withStd: false });
  const model = new Linear(3, 1);
  model.loadStateDict({ weight: zeros([1, 3]), bias: zeros([1]) });
  return { model, scaler, x: scaler.fitTransform(xTrain), y: yTrain, xTest, yTest };
}

/** Five flats, one feature. */
export function fiveFlatsProblem(): FlatsProblem {
  const scaler = new StandardScaler();
  const x = scaler.fitTransform(tensor(fiveFlats.map(({ x }) => [x])));
  return { model: new Linear(1, 1), scaler, x, y: tensor(fiveFlats.map(({ y }) => [y])) };
}
