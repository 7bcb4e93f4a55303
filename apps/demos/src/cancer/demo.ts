import { noGrad } from "@wgrad/autograd";
import { StandardScaler, trainTestSplit } from "@wgrad/datasets";
import { loadBreastCancer } from "@wgrad/datasets/data";
import { binaryAccuracy, confusionMatrix, rocAucScore, rocCurve } from "@wgrad/metrics";
import type { Demo, Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { confusionChart, lossPanel } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { Diagnosis } from "./model.ts";
import { rocChart } from "./picture.ts";
import { train } from "./train.ts";

/** Malignant or benign? A decision, its errors, and what each kind costs. */
export const cancer: Demo = {
  takes: ["epochs", "save", "load"],
  checks: {
    quick: [
      { measure: "accuracy", least: 0.92 },
      { measure: "area under ROC", least: 0.98 },
    ],
    full: [
      { measure: "accuracy", least: 0.94 },
      { measure: "area under ROC", least: 0.985 },
    ],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const data = await loadBreastCancer();
  heading(
    t("{tumours} tumours, {measures} measures of their cells: malignant or benign?", {
      tumours: data.length,
      measures: data.features.length,
    }),
  );
  tell(
    t(
      "A quarter is held out, with the same share of each kind. Means and deviations come from the rows to train on alone: what is held out may not speak before it is asked.",
    ),
    "",
  );
  const y = data.y();
  const split = { testSize: 0.25, randomState: 42, stratify: y };
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(data.x(), y, split);
  const scaler = new StandardScaler().fit(xTrain);
  const model = new Diagnosis(data.features.length);
  const losses = await trainOrLoad(model, options, () =>
    train(model, scaler.transform(xTrain), yTrain.to("f32"), {
      epochs: options.epochs ?? (options.budget === "full" ? 30 : 8),
    }),
  );

  const chances = noGrad(() => model(scaler.transform(xTest)).sigmoid()).keep();
  const accuracy = await binaryAccuracy(chances, yTest).item();
  const area = await rocAucScore(chances, yTest);
  const counts = await confusionMatrix(chances.gt(0.5), yTest, { numClasses: 2 }).data();
  const [hit = 0, missed = 0, alarm = 0, cleared = 0] = Array.from(counts, Number);

  // The best that one measure can do, and taking every tumour for the more frequent kind.
  const singles = await Promise.all(
    data.features.map(async (name, j) => {
      const values = xTest.select(1, j).neg();
      return { name, values, area: await rocAucScore(values, yTest) };
    }),
  );
  const best = singles.reduce((a, b) => (b.area > a.area ? b : a));
  const benign = (alarm + cleared) / (hit + missed + alarm + cleared);
  table(
    ["", t("accuracy"), t("area under ROC")],
    [
      [t("all taken for benign"), benign.toFixed(3), "0.500"],
      [t("one measure: {name}", { name: best.name }), "–", best.area.toFixed(3)],
      [t("logistic regression"), accuracy.toFixed(3), area.toFixed(3)],
    ],
  );
  tell(
    "",
    t(
      "{missed} of {malignant} malignant tumours are taken for benign, {alarm} of {benign} benign ones for malignant. The two errors do not cost the same. Where to cut is not for the model to say: the curve in the picture shows what each choice buys.",
      { missed, malignant: hit + missed, alarm, benign: alarm + cleared },
    ),
  );

  const weights = Array.from(await model.linear.weight.data(), Number);
  const strongest = data.features
    .map((name, j) => ({ name, weight: weights[j] as number }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, 4);
  say("", t("what weighs most, for one deviation more (+ speaks for benign):"));
  for (const { name, weight } of strongest) {
    say(`  ${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(2)}  ${name}`);
  }
  return {
    measures: {
      accuracy,
      "area under ROC": area,
      "best single measure: area under ROC": best.area,
    },
    report: {
      title: "Malignant or benign?",
      subtitle: "Logistic regression with wgrad on 569 tumours, a quarter of them held out",
      panels: [
        {
          title: `${hit + missed + alarm + cleared} tumours the model has not seen`,
          subtitle: `${(100 * accuracy).toFixed(1)} % right, cut at a chance of one half`,
          ...confusionChart(
            [
              [hit, missed],
              [alarm, cleared],
            ],
            data.classes,
          ),
        },
        {
          title: "Every other place to cut",
          subtitle: `Area under the curve ${area.toFixed(3)}`,
          ...rocChart([
            {
              name: `best measure alone`,
              color: ink.quiet,
              ...(await rocCurve(best.values, yTest)),
            },
            { name: "all thirty", color: ink.fit, ...(await rocCurve(chances, yTest)) },
          ]),
        },
        ...lossPanel(losses),
      ],
    },
  };
}
