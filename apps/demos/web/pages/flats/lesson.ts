import { noGrad, tensor } from "@wgrad/autograd";
import { functional as F } from "@wgrad/nn";
import { fiveFlatsProblem, fourFlatsProblem } from "../../../src/housing/flat-problems.ts";
import { fiveFlats, flats } from "../../../src/housing/flats.ts";
import { train } from "../../../src/housing/train.ts";
import { floats, number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  /** Whether one feature is learned from, or three. */
  readonly one: boolean;
  /** What each feature adds to the price in its own units, and the price where all are 0. */
  readonly weights: Float32Array;
  readonly intercept: number;
  /** What the model says of every flat, as `flats.ts` lists them. */
  readonly predicted: Float32Array;
}

/** A flat of the visitor's. */
export interface Question {
  readonly numbers: readonly number[];
}

/** The course's flats: a line through five, or a plane through three that says the fourth. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const one = settings.data === "five";
  const { model, scaler, x, y } = one ? fiveFlatsProblem() : await fourFlatsProblem();
  hold(model);
  hold(x, y);
  const rows = one
    ? fiveFlats.map(({ x }) => [x])
    : flats.map(({ area, bedrooms, location }) => [area, bedrooms, location]);
  const features = one ? 1 : 3;
  const predict = (flats: readonly (readonly number[])[]): Promise<Float32Array> =>
    floats(() =>
      noGrad(() => model(scaler.transform(tensor(flats.map((flat) => [...flat])))).squeeze(1)),
    );
  /** The intercept and what one more of each feature adds. */
  const equation = async (): Promise<Float32Array> => {
    const none = Array.from({ length: features }, () => 0);
    const steps = none.map((_, j) => none.map((_, k) => Number(j === k)));
    return predict([none, ...steps]);
  };
  return {
    model,
    inputShape: [rows.length, features],
    train: (now) =>
      train(model, x, y, {
        epochs: one ? 300 : 1000,
        lr: numberOf(now, "lr"),
        batchSize: one ? 5 : 3,
      }),
    loss: async () => () => F.mseLoss(model(x), y),
    async snapshot() {
      const [intercept = 0, ...ends] = await equation();
      return {
        one,
        weights: Float32Array.from(ends, (end) => end - intercept),
        intercept,
        predicted: await predict(rows),
      };
    },
    async measures() {
      if (one) return { at50: (await predict([[50]]))[0] ?? Number.NaN };
      return { held: (await predict([[150, 3, 2]]))[0] ?? Number.NaN };
    },
    async ask(question) {
      const { numbers } = question as Question;
      return number(() => noGrad(() => model(scaler.transform(tensor([[...numbers]])))));
    },
  };
}
