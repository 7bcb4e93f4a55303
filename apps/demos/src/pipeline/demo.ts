import { join } from "node:path";
import { describe, trainTestIndices } from "@wgrad/datasets";
import { loadSacramento } from "@wgrad/datasets/data";
import type { Demo, Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Budget, Options } from "../shared/options.ts";
import { lossPanel } from "../shared/panels.ts";
import type { Curve } from "../shared/training.ts";
import { watch } from "../shared/watch.ts";
import { writeWhole } from "../shared/write.ts";
import { choose } from "./choose.ts";
import { deploy } from "./deploy.ts";
import { columns, preprocessing } from "./houses.ts";
import { monitor } from "./monitor.ts";
import type { NetworkSettings } from "./network.ts";
import { htmlReport } from "./report.ts";
import { checkPort, stayOpen } from "./stay-open.ts";
import { scoreCells, scoresOn, trainNetwork } from "./steps.ts";
import { Story } from "./story.ts";
import { type TunePlan, tune } from "./tune.ts";

interface Plan {
  readonly settings: NetworkSettings;
  /** Folds in which models are compared. */
  readonly folds: number;
  readonly tuning: TunePlan;
}

const base: NetworkSettings = {
  hidden: 16,
  lr: 0.02,
  weightDecay: 0.01,
  epochs: 60,
  batchSize: 128,
};
const plans: Record<Budget, Plan> = {
  full: {
    settings: base,
    folds: 5,
    tuning: {
      folds: 3,
      draws: 9,
      grid: { learningRate: [0.03, 0.06, 0.1], maxLeafNodes: [7, 15, 31], maxIter: [150] },
    },
  },
  quick: {
    settings: { ...base, hidden: 8, epochs: 6, lr: 0.05 },
    folds: 2,
    tuning: {
      folds: 2,
      draws: 3,
      grid: { learningRate: [0.1], maxLeafNodes: [7, 15], maxIter: [60] },
    },
  },
};

const served = [
  { measure: "prices that differ after loading", most: 0 },
  { measure: "bad requests not refused", most: 0 },
];

/** R² of the straight line, solved exactly, on the same houses. */
const LINE = 0.568;

/** From a question to a model at work, in ten steps. */
export const pipeline: Demo = {
  takes: ["serve"],
  checks: {
    quick: [{ measure: "R²", least: 0.3 }, ...served],
    full: [{ measure: "R²", least: LINE }, ...served],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { settings, folds, tuning } = plans[options.budget];
  const { serve: port, seed } = options;
  if (port !== undefined) await checkPort(port);
  const story = new Story();

  story.step(t("Define: what is a house in Sacramento worth?"));
  story.say(
    t(
      "Given beds, baths, size, place and kind of a house, say what it sells for. Measured by R², the part of the variance of prices that is explained: 0 for always saying the mean, 1 for no error. A model is worth its trouble if it beats the houses most like it, and a straight line.",
    ),
  );

  story.step(t("Collect"));
  const { about, table } = await loadSacramento();
  story.say(`${about.title}: ${about.description} ${about.source}; ${about.licence}`, "");
  story.plain(String(describe(table.select([...columns, "price"]))));

  story.step(t("Preprocess"));
  const names = (await preprocessing().fit(table)).featureNames;
  story.say(
    t(
      "Missing numbers become the median, far-off ones are brought back, all are scaled; each kind of house is a column. {columns} columns become {features} features: {names}. It is learned from training rows alone: what a test row could tell must not be known.",
      { columns: columns.length, features: names.length, names: names.join(", ") },
    ),
  );

  story.step(t("Split"));
  const rows = trainTestIndices(table.length, { testSize: 0.2, randomState: 42 });
  const [train, test] = [table.take(rows.train), table.take(rows.test)];
  story.say(
    t("{train} houses to learn from, {test} that are looked at only at the end.", {
      train: train.length,
      test: test.length,
    }),
  );

  story.step(t("Choose: several models, by cross-validation in {folds} folds", { folds }));
  await choose(story, train, { settings, folds, seed });

  story.step(t("Train the network"));
  let curve: Curve = [];
  const first = await trainNetwork(train, settings, async (training) => {
    curve = await watch(training);
  });
  story.show(...lossPanel(curve));

  story.step(t("Evaluate on the houses held out"));
  const untuned = await scoresOn(first, test);
  story.table(["R²", t("mean error"), t("root mean square")], [scoreCells(untuned)]);

  story.step(t("Tune: every combination, draws, and successive halving"));
  const { predictor, scores } = await tune(story, train, test, {
    ...tuning,
    settings,
    seed,
    untuned,
  });

  story.step(t("Deploy: one file, and a server that does not trust its visitors"));
  const { path, differ, missed } = await deploy(story, predictor, test, options.out);

  story.step(t("Monitor: are new houses like those that were learned?"));
  await monitor(story, train, test);

  const title = "From a question to a model at work";
  const subtitle = "What is a house in Sacramento worth? The ten steps, with wgrad";
  const report = writeWhole(
    join(options.out, "pipeline.html"),
    htmlReport(title, subtitle, story.chapters),
  );
  return {
    measures: {
      "R²": scores.r2,
      "mean error": scores.error,
      "R² before tuning": untuned.r2,
      "prices that differ after loading": differ,
      "bad requests not refused": missed,
    },
    note: () =>
      t(
        "What wins a search by a hundredth need not win on new rows: with 745 houses that much is chance.",
      ),
    files: [path, report],
    ...(port !== undefined && { afterwards: () => stayOpen(path, port) }),
    report: { title, subtitle, panels: story.panels },
  };
}
