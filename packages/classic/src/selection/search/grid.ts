import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Predictor } from "../../estimator/predictors.ts";
import { randomOf } from "../../tree/settings.ts";
import type { TrialOptions } from "../cross-validation.ts";
import type { Samples } from "../samples.ts";
import {
  drawCandidates,
  everyCandidate,
  type ParamDistributions,
  type ParamGrid,
} from "./candidates.ts";
import { SearchCV, type Tried } from "./search.ts";

const everyOne = (tried: Tried): { tried: Tried; among: readonly number[] } => ({
  tried,
  among: Array.from(tried.params.keys()),
});

/**
 * Tries every combination of settings on every fold and fits the best on all rows; of equally good
 * ones the first.
 *
 * ```ts
 * const search = await new GridSearchCV(new SVC(), { C: [1, 10], gamma: [0.1, 1] }).fit(x, y);
 * search.bestParams; // and search.predict(x) uses the best predictor
 * ```
 *
 * Throws ArgumentError for a setting without values, and for a setting that the predictor does not
 * have.
 */
export class GridSearchCV extends SearchCV {
  readonly type = "GridSearchCV";
  readonly #grid: ParamGrid | readonly ParamGrid[];

  constructor(
    estimator: Predictor,
    paramGrid: ParamGrid | readonly ParamGrid[],
    options: TrialOptions = {},
  ) {
    checkCall("new GridSearchCV(model: any, paramGrid: any, { cv, scoring })", arguments);
    super("GridSearchCV", estimator, options);
    everyCandidate("GridSearchCV", paramGrid);
    this.#grid = paramGrid;
  }

  clone(changes: object = {}): GridSearchCV {
    checkCall("GridSearchCV.clone(settings?)", arguments);
    return new GridSearchCV(this.estimator.clone(changes), this.#grid, this.options);
  }

  protected async search(samples: Samples): Promise<{ tried: Tried; among: readonly number[] }> {
    return everyOne(await this.try(samples, everyCandidate(this.type, this.#grid)));
  }
}

/** Settings of RandomizedSearchCV. */
export interface RandomizedSearchOptions extends TrialOptions {
  /** Number of candidates (default 10). */
  readonly nIter?: number;
  /** Seed of the random draws; null: the library's default generator. */
  readonly randomState?: number | null;
}

/**
 * Tries random combinations of settings on every fold and fits the best on all rows. Throws
 * ArgumentError like GridSearchCV.
 */
export class RandomizedSearchCV extends SearchCV {
  readonly type = "RandomizedSearchCV";
  readonly #distributions: ParamDistributions;
  readonly #own: RandomizedSearchOptions;

  constructor(
    estimator: Predictor,
    paramDistributions: ParamDistributions,
    options: RandomizedSearchOptions = {},
  ) {
    checkCall(
      "new RandomizedSearchCV(model: any, paramDistributions: object, { cv, scoring, nIter: number, randomState: number | null })",
      arguments,
    );
    super("RandomizedSearchCV", estimator, options);
    const { nIter = 10 } = options;
    if (!Number.isInteger(nIter) || nIter < 1) {
      throw new ArgumentError(
        `RandomizedSearchCV: nIter is ${nIter}\n  hint: a whole number, 1 or more`,
      );
    }
    this.#distributions = paramDistributions;
    this.#own = options;
  }

  clone(changes: object = {}): RandomizedSearchCV {
    checkCall("RandomizedSearchCV.clone(settings?)", arguments);
    return new RandomizedSearchCV(this.estimator.clone(changes), this.#distributions, this.#own);
  }

  protected async search(samples: Samples): Promise<{ tried: Tried; among: readonly number[] }> {
    const { nIter = 10, randomState = null } = this.#own;
    const random = randomOf(randomState);
    const candidates = drawCandidates(this.type, this.#distributions, nIter, random);
    return everyOne(await this.try(samples, candidates));
  }
}
