import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import type { Curve as LossCurve, Training } from "../shared/training.ts";
import { watch } from "../shared/watch.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { Logistic } from "./model.ts";
import { type Curve, chance, standardised, students } from "./students.ts";
import { train } from "./train.ts";

/** What the steps descend where there is a penalty. */
export const DESCENDED = "cross-entropy + penalty";

/**
 * The lesson: without a penalty the curve never stops getting steeper; with scikit-learn's it does.
 */
export async function fiveStudents(
  options: Options,
): Promise<{ free: Curve; held: Curve; losses: LossCurve }> {
  const { epochs = 250 } = options;
  heading(t("1. Five students: hours → pass, as the loss alone wants it"));
  const { curve: free } = await fit(epochs, 0, (training) =>
    watch(training, { name: "cross-entropy" }),
  );
  const { curve: longer } = await fit(2 * epochs, 0, (training) =>
    watch(training, { name: "cross-entropy" }),
  );
  tell(
    "",
    t(
      "after {epochs} epochs the slope is {slope} an hour, after {more} it is {steeper}: no student contradicts the others, so a steeper curve always fits better and the loss has no minimum. Where training stops is what you get.",
      {
        epochs,
        slope: free.slope.toFixed(2),
        more: 2 * epochs,
        steeper: longer.slope.toFixed(2),
      },
    ),
  );

  heading(t("2. The same with scikit-learn's penalty"));
  const n = students.length;
  const C = 1;
  tell(
    t(
      "LogisticRegression() minimises ½ w² + C · Σ loss with C = 1: the weight is pulled back, the intercept is not. Divided by C n, that is our mean loss plus a weight decay of 1 / (C n) = {C}.",
      { C: 1 / (C * n) },
    ),
    "",
  );
  const { curve: held, losses } = await fit(epochs, 1 / (C * n), (training, model) =>
    trainOrLoad(model, options, () => training, { name: DESCENDED }),
  );
  say("");
  table(
    [t("hours"), t("passed"), t("P without penalty"), t("P with penalty"), "scikit-learn"],
    [...students, { hours: 25, passed: Number.NaN }]
      .sort((a, b) => a.hours - b.hours)
      .map(({ hours, passed }) => [
        hours,
        Number.isNaN(passed) ? "?" : passed ? t("yes") : t("no"),
        chance(free, hours).toFixed(4),
        chance(held, hours).toFixed(4),
        (scikitLearn.get(hours) ?? 0).toFixed(4),
      ]),
  );
  tell(
    "",
    t(
      "P(25) = {held} with the penalty, {free} without; slope {slope} and {steeper} (scikit-learn: 0.5653)",
      {
        held: chance(held, 25).toFixed(4),
        free: chance(free, 25).toFixed(4),
        slope: held.slope.toFixed(4),
        steeper: free.slope.toFixed(4),
      },
    ),
  );
  return { free, held, losses };
}

/** LogisticRegression().fit(hours, passed).predict_proba, scikit-learn 1.9. */
const scikitLearn: ReadonlyMap<number, number> = new Map([
  [10, 0.0002],
  [20, 0.0559],
  [25, 0.5],
  [30, 0.9441],
  [40, 0.9998],
  [50, 1],
]);

/**
 * Trains on standardised hours and gives the curve over hours and of the loss; `penalty` is on the
 * weight an hour.
 */
async function fit(
  epochs: number,
  penalty: number,
  take: (training: Training, model: Logistic) => Promise<LossCurve>,
): Promise<{ curve: Curve; losses: LossCurve }> {
  const { x, y, deviation, curveOf } = await standardised();
  // One deviation's weight is `deviation` times an hour's: the same penalty is smaller by its
  // square.
  const model = new Logistic(1);
  const settings = {
    epochs,
    lr: 1,
    batchSize: students.length,
    penalty: penalty / deviation ** 2,
  };
  const losses = await take(train(model, x, y, settings), model);
  return { curve: await curveOf(model), losses };
}
