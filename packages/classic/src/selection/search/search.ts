import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { FitOptions, Numbers, Rows } from "../../estimator/input.ts";
import { checkPredictor, type Predictor } from "../../estimator/predictors.ts";
import { foldScore, type TrialOptions } from "../cross-validation.ts";
import { foldsOf } from "../folds.ts";
import { Samples } from "../samples.ts";
import { scorerOf } from "../scorers.ts";
import type { Candidate } from "./candidates.ts";

/** The scores of all candidates. */
export interface SearchResults {
  readonly params: readonly Candidate[];
  /** [candidates][folds]. */
  readonly splitTestScores: readonly Float64Array[];
  readonly meanTestScore: Float64Array;
  readonly stdTestScore: Float64Array;
  /** 1 is best; equal scores have the same rank. */
  readonly rankTestScore: Int32Array;
}

/** Candidates and their scores on each fold. */
export interface Tried {
  readonly params: readonly Candidate[];
  readonly scores: readonly Float64Array[];
}

const meanOf = (scores: Float64Array): number => scores.reduce((a, b) => a + b, 0) / scores.length;

const deviationOf = (scores: Float64Array): number => {
  const mean = meanOf(scores);
  return Math.sqrt(meanOf(scores.map((score) => (score - mean) ** 2)));
};

function resultsOf({ params, scores }: Tried): SearchResults {
  const means = Float64Array.from(scores, meanOf);
  return {
    params,
    splitTestScores: scores,
    meanTestScore: means,
    stdTestScore: Float64Array.from(scores, deviationOf),
    rankTestScore: Int32Array.from(
      means,
      (mean) => 1 + means.reduce((better, other) => better + Number(other > mean), 0),
    ),
  };
}

interface Found {
  readonly results: SearchResults;
  readonly bestIndex: number;
  readonly estimator: Predictor;
}

/**
 * The base of all searches: they try candidates and then predict with the best one, fitted on all
 * rows.
 */
export abstract class SearchCV implements Predictor {
  abstract readonly type: string;
  protected readonly estimator: Predictor;
  protected readonly options: TrialOptions;
  #found: Found | null = null;
  /** Present if the predictor has it. */
  readonly predictProba?: (x: Rows) => Promise<Tensor>;
  readonly decisionFunction?: (x: Rows) => Promise<Tensor>;

  constructor(call: string, estimator: Predictor, { cv = 5, scoring = null }: TrialOptions) {
    checkPredictor(call, estimator);
    scorerOf(scoring);
    this.estimator = estimator;
    this.options = { cv, scoring };
    if (estimator.predictProba !== undefined) {
      this.predictProba = async (x) => this.#ask("predictProba", x);
    }
    if (estimator.decisionFunction !== undefined) {
      this.decisionFunction = async (x) => this.#ask("decisionFunction", x);
    }
  }

  /** The kind of its predictor. */
  get kind(): Predictor["kind"] {
    return this.estimator.kind;
  }

  /** Tries candidates and fits the best on all rows. */
  async fit(x: Rows, y: Numbers, options?: FitOptions): Promise<this> {
    checkCall(`${this.type}.fit(x: any, y: any, { sampleWeight })`, arguments);
    const samples = await Samples.of(`${this.type}.fit`, x, y, options);
    const { tried, among } = await this.search(samples);
    const results = resultsOf(tried);
    const means = results.meanTestScore;
    let bestIndex = among[0] as number;
    for (const i of among) {
      if ((means[i] as number) > (means[bestIndex] as number)) bestIndex = i;
    }
    const estimator = this.estimator.clone(tried.params[bestIndex]);
    await estimator.fit(x, y, options);
    this.#found = { results, bestIndex, estimator };
    return this;
  }

  /** The scores of all candidates. */
  get cvResults(): SearchResults {
    return this.#searched("cvResults").results;
  }

  /** The best candidate. */
  get bestParams(): Candidate {
    const { results, bestIndex } = this.#searched("bestParams");
    return results.params[bestIndex] as Candidate;
  }

  /** Mean score of the best candidate. */
  get bestScore(): number {
    const { results, bestIndex } = this.#searched("bestScore");
    return results.meanTestScore[bestIndex] as number;
  }

  /** Index of the best candidate. */
  get bestIndex(): number {
    return this.#searched("bestIndex").bestIndex;
  }

  /** The predictor with the best settings, fitted on all rows. */
  get bestEstimator(): Predictor {
    return this.#searched("bestEstimator").estimator;
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array | undefined {
    return (this.bestEstimator as { classes?: Int32Array }).classes;
  }

  async predict(x: Rows): Promise<Tensor> {
    checkCall(`${this.type}.predict(x: any)`, arguments);
    return this.#searched("predict").estimator.predict(x);
  }

  /** The score that the search maximises. */
  async score(x: Rows, y: Numbers): Promise<number> {
    checkCall(`${this.type}.score(x: any, y: any)`, arguments);
    const { estimator } = this.#searched("score");
    const { y: targets } = await Samples.of(`${this.type}.score`, x, y);
    return scorerOf(this.options.scoring)(estimator, x, targets);
  }

  getParams(): object {
    if (arguments.length > 0) checkCall(`${this.type}.getParams()`, arguments);
    return this.estimator.getParams();
  }

  abstract clone(changes?: object): SearchCV;

  /** Tries candidates; the best is chosen from those in `among`. */
  protected abstract search(samples: Samples): Promise<{ tried: Tried; among: readonly number[] }>;

  /** Scores of candidates on the folds, or on parts of the folds. */
  protected async try(
    samples: Samples,
    candidates: readonly Candidate[],
    folds: ReturnType<typeof foldsOf> = this.folds(samples),
  ): Promise<Tried> {
    const scorer = scorerOf(this.options.scoring);
    const scores: Float64Array[] = [];
    for (const candidate of candidates) {
      const estimator = this.estimator.clone(candidate);
      const own: number[] = [];
      for (const fold of folds) own.push(await foldScore(estimator, samples, fold, scorer));
      scores.push(Float64Array.from(own));
    }
    return { params: candidates, scores };
  }

  protected folds(samples: Samples): ReturnType<typeof foldsOf> {
    return foldsOf(this.options.cv ?? 5, samples.y, this.kind);
  }

  async #ask(method: "predictProba" | "decisionFunction", x: Rows): Promise<Tensor> {
    const { estimator } = this.#searched(method);
    return (estimator[method] as (x: Rows) => Promise<Tensor>).call(estimator, x);
  }

  #searched(call: string): Found {
    if (this.#found !== null) return this.#found;
    throw new ArgumentError(`${this.type}.${call}: not fitted yet\n  hint: await search.fit(x, y)`);
  }
}
