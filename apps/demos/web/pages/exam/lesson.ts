import { BCELoss } from "@wgrad/nn";
import { Logistic } from "../../../src/exam/model.ts";
import { type Curve, chance, standardised, students } from "../../../src/exam/students.ts";
import { train } from "../../../src/exam/train.ts";
import { number } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  readonly students: typeof students;
  readonly curve: Curve;
}

const PASSES = 250;

/** The chance to pass after so many hours, with scikit-learn's penalty on the slope, or none. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const { x, y, fitted, deviation, curveOf } = await standardised();
  hold(x, y, ...fitted);
  const penalty =
    settings.penalty === "none" ? 0 : 1 / (Number(settings.penalty) * students.length);
  const model = hold(new Logistic(1));
  const criterion = new BCELoss();
  return {
    model,
    inputShape: [students.length, 1],
    train: (now) =>
      train(model, x, y, {
        epochs: PASSES,
        lr: numberOf(now, "lr"),
        batchSize: students.length,
        penalty: penalty / deviation ** 2,
      }),
    loss: async () => () =>
      criterion(model(x), y).add(
        model.linear.weight
          .square()
          .sum()
          .mul(penalty / deviation ** 2 / 2),
      ),
    snapshot: async () => ({ students, curve: await curveOf(model) }),
    async ask(question) {
      const { numbers } = question as { readonly numbers: readonly number[] };
      return chance(await curveOf(model), numbers[0] as number);
    },
    async measures() {
      const curve = await curveOf(model);
      const all = await number(() => criterion(model(x), y));
      return { slope: curve.slope, at25: chance(curve, 25), all };
    },
  };
}
