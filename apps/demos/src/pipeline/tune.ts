import { type Table, trainTestIndices } from "@wgrad/datasets";
import { watch } from "../shared/watch.ts";
import type { Settings } from "./models.ts";
import { predictionPanel, trialsPanel } from "./picture.ts";
import type { Predictor } from "./predictor.ts";
import { draw, randomSearch, successiveHalving, type Trial } from "./search.ts";
import { type Scores, scoreCells, scoresOn, trainPredictor } from "./steps.ts";
import { type Story, three } from "./story.ts";

interface TuneOptions {
  /** What is not looked for stays as it is here. */
  readonly settings: Settings;
  /** Settings that are tried, by each of two ways. */
  readonly draws: number;
  /** What was reached before. */
  readonly untuned: Scores;
}

/** Looks for better settings by two ways, and trains with the best. The test rows have no say in it. */
export async function tune(
  story: Story,
  train: Table,
  test: Table,
  { settings, draws, untuned }: TuneOptions,
): Promise<{ predictor: Predictor; scores: Scores }> {
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
  const { predictor } = await trainPredictor(train, best, watch);
  const scores = await scoresOn(predictor, test);
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
  return { predictor, scores };
}

const trialCells = ({ settings, score }: Trial): (string | number)[] => [
  settings.hidden,
  settings.lr.toPrecision(2),
  settings.weightDecay.toPrecision(2),
  settings.epochs,
  three(score),
];
