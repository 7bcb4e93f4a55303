import type { Sequential } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import {
  judgeClassifier,
  nearestMean,
  parametersOf,
  trainClassifier,
} from "../shared/classifier.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import { mistakePanel } from "../shared/mistakes.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { confusionChart, curvePanel } from "../shared/panels.ts";
import { heading, table, tell } from "../shared/terminal.ts";
import { trainEachOrLoad } from "../shared/weights.ts";
import { digitPictures } from "./data.ts";
import { convolutional, perceptron } from "./model.ts";

const names = [..."0123456789"];

/** Which digit is it? Two networks on 8×8 dots. */
export const digits: Demo = {
  takes: ["epochs", "save", "load"],
  checks: {
    quick: [
      { measure: "perceptron: accuracy", least: 0.85 },
      { measure: "convolutional: accuracy", least: 0.85 },
    ],
    full: [
      { measure: "perceptron: accuracy", least: 0.955 },
      { measure: "convolutional: accuracy", least: 0.965 },
    ],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const { train, test } = await digitPictures();
  const epochs = options.epochs ?? (options.budget === "full" ? 15 : 2);
  heading(
    t("{train} digits of 8×8 dots to learn from, {test} to be told", {
      train: train.length,
      test: test.length,
    }),
  );
  const models = { perceptron: perceptron(), convolutional: convolutional() };
  const training = (model: Sequential) => () => {
    const optimizer = new Adam(model.parameters(), { lr: 3e-3 });
    return trainClassifier(model, train, { epochs, batchSize: 32, optimizer });
  };
  const curves = await trainEachOrLoad(models, options, {
    perceptron: training(models.perceptron),
    convolutional: training(models.convolutional),
  });

  const judged = {
    "nearest mean": await judgeClassifier(await nearestMean(train, 10), test, 10),
    perceptron: await judgeClassifier(models.perceptron, test, 10),
    convolutional: await judgeClassifier(models.convolutional, test, 10),
  };
  const sizes = {
    "nearest mean": 640,
    perceptron: parametersOf(models.perceptron),
    convolutional: parametersOf(models.convolutional),
  };
  table(
    ["", t("numbers learned"), t("right of 100")],
    (["nearest mean", "perceptron", "convolutional"] as const).map((name) => [
      known(name),
      sizes[name],
      (100 * judged[name].accuracy).toFixed(1),
    ]),
  );
  tell(
    "",
    t(
      "A filter of 3×3 weights is learned once and used at every place: the convolutional network need not learn an edge again for every dot where it may be.",
    ),
  );
  const { convolutional: best } = judged;
  return {
    measures: {
      "perceptron: accuracy": judged.perceptron.accuracy,
      "convolutional: accuracy": best.accuracy,
      "nearest mean: accuracy": judged["nearest mean"].accuracy,
    },
    report: {
      title: "Which digit is it?",
      subtitle: "Two networks on 8×8 dots with wgrad, a quarter of 1,797 digits held out",
      panels: [
        {
          title: "Convolutional network: what was taken for what",
          subtitle: `${(100 * best.accuracy).toFixed(1)} % of ${test.length} digits are right`,
          ...confusionChart(best.counts, names),
        },
        await mistakePanel(best, test, names),
        ...(curves.perceptron.length === 0
          ? []
          : [
              curvePanel("The loss on the way", "Cross-entropy of a batch", [
                { name: "perceptron", curve: curves.perceptron },
                { name: "convolutional", curve: curves.convolutional, color: ink.fit },
              ]),
            ]),
      ],
    },
  };
}
