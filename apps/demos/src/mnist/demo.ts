import { Subset } from "@wgrad/datasets";
import { loadMnist } from "@wgrad/datasets/data";
import { summary } from "@wgrad/nn";
import { Adam, CosineAnnealingLR } from "@wgrad/optim";
import { judgeClassifier, nearestMean, trainClassifier } from "../shared/classifier.ts";
import type { Demo, Outcome } from "../shared/demo.ts";
import { grouped, t } from "../shared/language.ts";
import { mistakePanel } from "../shared/mistakes.ts";
import type { Options } from "../shared/options.ts";
import { confusionChart, lossPanel } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { network } from "./model.ts";

const settings = {
  quick: { trainRows: 800, testRows: 300, epochs: 2, batchSize: 16, lr: 1e-2 },
  full: { trainRows: 60_000, testRows: 10_000, epochs: 2, batchSize: 32, lr: 5e-3 },
};

/** Which digit is it? The test that every method has taken. */
export const mnist: Demo = {
  takes: ["epochs", "save", "load"],
  tooShort: () =>
    t(
      "100 steps are too few to learn it well, and luck decides: ten seeds gave 81 to 92 right of 100.",
    ),
  checks: {
    // by chance it would be 0.1
    quick: [{ measure: "accuracy", least: 0.7 }],
    full: [{ measure: "accuracy", least: 0.98 }],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const { trainRows, testRows, epochs: usual, batchSize, lr } = settings[options.budget];
  const epochs = options.epochs ?? usual;
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const train = new Subset(await loadMnist(), numbers(trainRows));
  const test = new Subset(await loadMnist({ train: false }), numbers(testRows));
  const names = [..."0123456789"];
  heading(
    t("MNIST: {train} digits of 28×28 dots to learn from, {test} to be told", {
      train: train.length,
      test: test.length,
    }),
  );
  const model = network();
  say(summary(model, [batchSize, 1, 28, 28]), "");

  const steps = epochs * Math.ceil(trainRows / batchSize);
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = new CosineAnnealingLR(optimizer, steps, { etaMin: 1e-4 });
  const losses = await trainOrLoad(model, options, () =>
    trainClassifier(model, train, { epochs, batchSize, optimizer, schedule }),
  );

  const judged = await judgeClassifier(model, test, 10);
  const nearest = await judgeClassifier(await nearestMean(train, 10), test, 10);
  table(
    ["", t("right of 100")],
    [
      [t("always the same digit"), "10.0"],
      [t("nearest mean picture"), (100 * nearest.accuracy).toFixed(2)],
      [t("convolutional network"), (100 * judged.accuracy).toFixed(2)],
    ],
  );
  return {
    measures: { accuracy: judged.accuracy, "nearest mean: accuracy": nearest.accuracy },
    report: {
      title: "Which digit is it?",
      subtitle: `A convolutional network with wgrad, trained on ${grouped(trainRows)} digits of MNIST`,
      panels: [
        {
          title: "What was taken for what",
          subtitle: `${(100 * judged.accuracy).toFixed(2)} % of ${grouped(testRows)} digits are right`,
          ...confusionChart(judged.counts, names),
        },
        await mistakePanel(judged, test, names),
        ...lossPanel(losses),
      ],
    },
  };
}
