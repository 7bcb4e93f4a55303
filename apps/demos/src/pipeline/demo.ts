import { join } from "node:path";
import { trainTestIndices } from "@wgrad/datasets";
import { loadSacramento } from "@wgrad/datasets/data";
import type { Demo, Outcome } from "../shared/demo.ts";
import type { Budget, Options } from "../shared/options.ts";
import { barsChart, lossPanel } from "../shared/panels.ts";
import { watch } from "../shared/watch.ts";
import { writeWhole } from "../shared/write.ts";
import { deploy } from "./deploy.ts";
import { driftReport } from "./drift.ts";
import { columns, describe, preprocessing } from "./houses.ts";
import { average, type Learn, learned, neighbours, type Settings } from "./models.ts";
import { predictionPanel, trialsPanel } from "./picture.ts";
import { htmlReport } from "./report.ts";
import { type Scores, scoresOn, trainPredictor } from "./steps.ts";
import { Story } from "./story.ts";
import { draw, randomSearch, successiveHalving, type Trial } from "./tune.ts";
import { crossValidate, mean } from "./validate.ts";

interface Plan {
  readonly settings: Settings;
  readonly folds: number;
  /** Settings that tuning tries, by each of its two ways. */
  readonly draws: number;
}

const base: Settings = { hidden: 16, lr: 0.02, weightDecay: 0.01, epochs: 60, batchSize: 128 };
const plans: Record<Budget, Plan> = {
  full: { settings: base, folds: 5, draws: 9 },
  quick: { settings: { ...base, hidden: 8, epochs: 6, lr: 0.05 }, folds: 2, draws: 3 },
};

const served = [
  { measure: "prices that differ after loading", most: 0 },
  { measure: "bad requests not refused", most: 0 },
];

/** From a question to a model at work, in ten steps. */
export const pipeline: Demo = {
  takes: [],
  checks: {
    quick: [{ measure: "R²", least: 0.3 }, ...served],
    full: [{ measure: "R²", least: 0.58 }, ...served],
  },
  run,
};

async function run(options: Options): Promise<Outcome> {
  const { settings, folds, draws } = plans[options.budget];
  const story = new Story();

  story.step("Define: what is a house in Sacramento worth?");
  story.say(
    "Given beds, baths, size, place and kind of a house, say what it sells for.",
    "Measured by R², the part of the variance of prices that is explained: 0 for always saying the mean, 1 for",
    "no error. A model is worth its trouble if it beats the houses most like it, and a straight line.",
  );

  story.step("Collect");
  const { about, table } = await loadSacramento();
  story.say(`${about.title}: ${about.description}`, `${about.source}; ${about.licence}`, "");
  story.table(["column", "least", "median", "most"], describe(table));

  story.step("Preprocess");
  const names = (await preprocessing().fit(table)).featureNames;
  story.say(
    "Missing numbers become the median, far-off ones are brought back, all are scaled; each kind of house is a column.",
    `${columns.length} columns become ${names.length} features: ${names.join(", ")}.`,
    "It is learned from training rows alone: what a test row could tell must not be known.",
  );

  story.step("Split");
  const rows = trainTestIndices(table.length, { testSize: 0.2, randomState: 42 });
  const [train, test] = [table.take(rows.train), table.take(rows.test)];
  story.say(
    `${train.length} houses to learn from, ${test.length} that are looked at only at the end.`,
  );

  story.step(`Choose: several models, by cross-validation in ${folds} folds`);
  const candidates: readonly (readonly [string, Learn])[] = [
    ["always the mean", average],
    ["10 most similar houses", neighbours(10)],
    ["straight line", learned({ ...settings, hidden: 0 })],
    [`network of ${settings.hidden} units`, learned(settings)],
  ];
  const chosen = [];
  for (const [name, learn] of candidates) {
    const scores = await crossValidate(train, learn, folds);
    chosen.push({ name, value: mean(scores), scores });
  }
  story.table(
    ["model", "R², mean", "of each fold"],
    chosen.map(({ name, value, scores }) => [name, three(value), scores.map(three).join("  ")]),
  );
  story.show({
    title: "Which model?",
    subtitle: `R² by cross-validation in ${folds} folds`,
    ...barsChart(chosen, { label: "R²", digits: 3 }),
  });

  story.step("Train the network");
  const first = await trainPredictor(train, settings, watch);
  story.show(...lossPanel(first.curve));

  story.step("Evaluate on the houses held out");
  const untuned = await scoresOn(first.predictor, test);
  story.table(["R²", "mean error", "root mean square"], [scoreCells(untuned)]);

  story.step("Tune: random search, and successive halving");
  const inner = trainTestIndices(train.length, { testSize: 0.25, randomState: 0 });
  const tries = Array.from({ length: draws }, () => draw(settings));
  const searched = await randomSearch(train, tries, 2);
  const halved = await successiveHalving(train.take(inner.train), train.take(inner.test), tries);
  const header = ["units", "lr", "weight decay", "epochs", "R²"];
  story.say("Random search: every draw is trained in full, on two folds.", "");
  story.table(header, searched.map(trialCells));
  story.say(
    "",
    "Successive halving: all for a short time, the best third for longer, and again.",
    "",
  );
  story.table(
    ["round", ...header],
    halved.flatMap((trials, k) => trials.map((trial) => [k + 1, ...trialCells(trial)])),
  );
  story.show(trialsPanel(searched));
  const best = (searched[0] as Trial).settings;
  const tuned = await trainPredictor(train, best, watch);
  const scores = await scoresOn(tuned.predictor, test);
  story.say(
    "",
    "The best of the search, trained on all rows to learn from, on the houses held out:",
    "",
  );
  story.table(
    ["", "R²", "mean error", "root mean square"],
    [
      ["before tuning", ...scoreCells(untuned)],
      ["after", ...scoreCells(scores)],
    ],
  );
  story.show(predictionPanel(test.numbers("price"), scores.predicted, scores.r2));

  story.step("Deploy: one file, and a server that does not trust its visitors");
  const { path, differ, missed } = await deploy(story, tuned.predictor, test, options.out);

  story.step("Monitor: are new houses like those that were learned?");
  const north = test.take(indicesWhere(test.numbers("latitude"), (latitude) => latitude > 38.66));
  for (const [what, current] of [
    ["the houses held out", test],
    ["those of them north of 38.66°", north],
  ] as const) {
    const drifts = await driftReport(train, current);
    story.say("", `${what} (${current.length}):`, "");
    story.table(
      ["column", "PSI", "KS", "p", "verdict"],
      drifts.map((drift) => [
        drift.column,
        drift.stability.toFixed(3),
        drift.statistic.toFixed(3),
        drift.pvalue.toFixed(4),
        drift.verdict,
      ]),
    );
  }
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
    files: [path, report],
    report: { title, subtitle, panels: story.panels },
  };
}

/** Three decimals, and no minus before zeros. */
const three = (value: number): string => (Math.round(value * 1000) / 1000 + 0).toFixed(3);

const scoreCells = ({ r2, error, rms }: Scores): string[] => [
  three(r2),
  `$${Math.round(error).toLocaleString("en")}`,
  `$${Math.round(rms).toLocaleString("en")}`,
];

const trialCells = ({ settings, score }: Trial): (string | number)[] => [
  settings.hidden,
  settings.lr.toPrecision(2),
  settings.weightDecay.toPrecision(2),
  settings.epochs,
  score.toFixed(3),
];

const indicesWhere = (values: Float64Array, test: (value: number) => boolean): number[] =>
  Array.from(values.keys()).filter((i) => test(values[i] as number));
