import type { Predictor as AnyPredictor, PredictorPipeline, SearchResults } from "@wgrad/classic";
import {
  GridSearchCV,
  HalvingRandomSearchCV,
  HistGradientBoostingRegressor,
  loguniform,
  makePipeline,
  RandomizedSearchCV,
} from "@wgrad/classic";
import { KFold, type Table } from "@wgrad/datasets";
import { known, t } from "../shared/language.ts";
import { preprocessing } from "./houses.ts";
import { NetworkRegressor, type NetworkSettings } from "./network.ts";
import { predictionPanel, type Trial, trialsPanel } from "./picture.ts";
import { Predictor } from "./predictor.ts";
import { type Scores, scoreCells, scoresOn } from "./steps.ts";
import { type Story, three } from "./story.ts";

/** What is looked for. */
export interface TunePlan {
  readonly folds: number;
  /** Values of boosting's settings, every combination of which is tried. */
  readonly grid: Readonly<Record<"learningRate" | "maxLeafNodes" | "maxIter", readonly number[]>>;
  /** Settings of the network that are drawn, by each of two ways. */
  readonly draws: number;
}

interface TuneOptions extends TunePlan {
  /** What is not looked for of the network stays as it is here. */
  readonly settings: NetworkSettings;
  readonly seed: number;
  /** What it reached before. */
  readonly untuned: Scores;
}

/** What a search has found. */
interface Search {
  readonly bestScore: number;
  readonly bestEstimator: AnyPredictor;
}

/**
 * Looks for better settings by three ways; what is best by cross-validation is taken. The test rows
 * have no say in it.
 */
export async function tune(
  story: Story,
  train: Table,
  test: Table,
  options: TuneOptions,
): Promise<{ predictor: Predictor; scores: Scores }> {
  const searches: Readonly<Record<string, Search>> = {
    boosting: await searchGrid(story, train, options),
    "network, drawn": await searchDraws(story, train, options),
    "network, halved": await searchHalving(story, train, options),
  };
  const found = [];
  for (const [name, { bestScore, bestEstimator }] of Object.entries(searches)) {
    const predictor = new Predictor(bestEstimator as PredictorPipeline);
    found.push({ name, bestScore, predictor, scores: await scoresOn(predictor, test) });
  }
  story.say(
    "",
    t(
      "The best of each search has learned all rows to learn from. On the folds, and on the houses held out:",
    ),
    "",
  );
  story.table(
    ["", t("on the folds"), "R²", t("mean error"), t("root mean square")],
    [
      [t("network before"), "", ...scoreCells(options.untuned)],
      ...found.map(({ name, bestScore, scores }) => [
        known(name),
        three(bestScore),
        ...scoreCells(scores),
      ]),
    ],
  );
  const { name, predictor, scores } = found.reduce((a, b) => (b.bestScore > a.bestScore ? b : a));
  story.say(
    "",
    t("The folds decide, not the houses held out: deployed is {name}.", { name: known(name) }),
  );
  story.show(predictionPanel(test.numbers("price"), scores.predicted, scores.r2));
  return { predictor, scores };
}

/** The same folds for all searches. */
const foldsOf = ({ folds }: TunePlan): KFold =>
  new KFold({ nSplits: folds, shuffle: true, randomState: 1 });

async function searchGrid(story: Story, train: Table, options: TuneOptions): Promise<Search> {
  const boosting = makePipeline(preprocessing(), new HistGradientBoostingRegressor());
  const search = new GridSearchCV(boosting, options.grid, { cv: foldsOf(options) });
  await search.fit(train, train.numbers("price"));
  story.say(
    t("Grid search for boosting: every combination, in {folds} folds.", { folds: options.folds }),
    "",
  );
  const names = Object.keys(options.grid);
  story.table(
    [t("rate"), t("leaves"), t("rounds"), "R²"],
    trialsOf<Record<string, number>>(search.cvResults).map(({ score, ...own }) => [
      ...names.map((name) => own[name] as number),
      three(score),
    ]),
  );
  return search;
}

const network = ({ settings }: TuneOptions): PredictorPipeline =>
  makePipeline(preprocessing(), new NetworkRegressor(settings));

/** Sizes from a list, rates evenly in their logarithm. */
const spaces = {
  hidden: [8, 16, 32],
  lr: loguniform(10 ** -2.5, 0.1),
  weightDecay: loguniform(1e-4, 1),
};

const header = (): string[] => ["units", "lr", t("weight decay"), "epochs", "R²"];
const cells = ({ hidden, lr, weightDecay, epochs, score }: Trial): (string | number)[] => [
  hidden,
  lr.toPrecision(2),
  weightDecay.toPrecision(2),
  epochs,
  three(score),
];

async function searchDraws(story: Story, train: Table, options: TuneOptions): Promise<Search> {
  const { draws: nIter, seed: randomState, settings } = options;
  const cv = foldsOf(options);
  const search = new RandomizedSearchCV(network(options), spaces, { cv, nIter, randomState });
  await search.fit(train, train.numbers("price"));
  const trials = trialsOf<NetworkSettings>(search.cvResults).map((trial) => ({
    ...settings,
    ...trial,
  }));
  story.say("", t("Random search for the network: every draw is trained in full."), "");
  story.table(header(), trials.map(cells));
  story.show(trialsPanel(trials));
  return search;
}

async function searchHalving(story: Story, train: Table, options: TuneOptions): Promise<Search> {
  const { draws, seed: randomState, settings } = options;
  const search = new HalvingRandomSearchCV(network(options), spaces, {
    cv: foldsOf(options),
    nCandidates: draws,
    resource: "epochs",
    minResources: Math.max(1, Math.floor(settings.epochs / draws)),
    maxResources: settings.epochs,
    randomState,
  });
  await search.fit(train, train.numbers("price"));
  story.say(
    "",
    t("Successive halving: all for a short time, the best third for longer, again."),
    "",
  );
  const { params, meanTestScore } = search.cvResults;
  const rounds = search.rounds.flatMap(({ candidates }, k) =>
    Array<number>(candidates).fill(k + 1),
  );
  story.table(
    [t("round"), ...header()],
    params.map((own, i) => [
      rounds[i] as number,
      ...cells({ ...settings, ...own, score: meanTestScore[i] as number }),
    ]),
  );
  return search;
}

/** What was tried with its mean score over the folds, the best first. */
const trialsOf = <Params>({ params, meanTestScore }: SearchResults) =>
  params
    .map((own, i) => ({ ...(own as Params), score: meanTestScore[i] as number }))
    .sort((a, b) => b.score - a.score);
