import { noGrad } from "@wgrad/autograd";
import { DataError, StandardScaler } from "@wgrad/datasets";
import { binaryAccuracy } from "@wgrad/metrics";
import { brief } from "../shared/brief.ts";
import type { Outcome } from "../shared/demo.ts";
import { holdOut } from "../shared/hold-out.ts";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { readOwnTable } from "../shared/own-table.ts";
import { lossPanel } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { DESCENDED } from "./course.ts";
import { Logistic } from "./model.ts";
import { chancePanel } from "./picture.ts";
import { train } from "./train.ts";

/** The same on a table of the user's own, whose target is 0 or 1; a fifth is held out. */
export async function ownExam(csv: string, options: Options): Promise<Outcome> {
  const own = await readOwnTable(csv, { target: options.target });
  const { features } = own;
  const [target, names] = [brief(own.target), features.map(brief)];
  own.table.numbers(own.target).forEach((value, i) => {
    if (value === 0 || value === 1) return;
    throw new DataError(
      t("{place}: {value}; expected 0 or 1", { place: own.table.place(i, own.target), value }),
    );
  });
  heading(`${csv}: ${names.join(", ")} → ${target}`);
  const { xTrain, xTest, yTrain, yTest, rows } = await holdOut(
    own.table.tensor(features),
    own.table.tensor([own.target]),
  );
  const [trainRows = 0] = xTrain.shape;

  const scaler = new StandardScaler().fit(xTrain);
  const batchSize = 32;
  const model = new Logistic(features.length);
  const losses = await trainOrLoad(
    model,
    options,
    () =>
      train(model, scaler.transform(xTrain), yTrain, {
        epochs: options.epochs ?? Math.max(60, Math.ceil(500 / Math.ceil(trainRows / batchSize))),
        lr: Math.min(0.1, 1 / features.length),
        batchSize,
        penalty: 1 / trainRows,
      }),
    { name: DESCENDED },
  );

  const chances = noGrad(() => model(scaler.transform(xTest)));
  const accuracy = await binaryAccuracy(chances, yTest).item();
  const [real, predicted, values] = [await yTest.data(), await chances.data(), await xTest.data()];
  const shown = Math.min(10, real.length);
  table(
    [...names.slice(0, 4), target, "P"],
    Array.from({ length: shown }, (_, i) => [
      ...features
        .slice(0, 4)
        .map((_, j) => Number(values[i * features.length + j]?.toPrecision(5))),
      real[i] as number,
      (predicted[i] as number).toFixed(4),
    ]),
  );
  if (real.length > shown) say(t("  … and {length} more", { length: real.length - shown }));
  const score = t("accuracy {accuracy} % on {rows}", {
    accuracy: (100 * accuracy).toFixed(1),
    rows,
  });
  say("", t("{score} (weights penalised as scikit-learn's C = 1)", { score }));
  return {
    measures: { accuracy },
    report: {
      title: `Will it be ${target}?`,
      subtitle: "Logistic regression with wgrad",
      panels: [
        { title: score, subtitle: csv, ...chancePanel(real, predicted, target) },
        ...lossPanel(losses, { y: DESCENDED }),
      ],
    },
  };
}
