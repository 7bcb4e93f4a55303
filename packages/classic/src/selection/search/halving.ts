import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Fold } from "@wgrad/datasets";
import type { Predictor } from "../../estimator/predictors.ts";
import { randomOf } from "../../tree/settings.ts";
import type { TrialOptions } from "../cross-validation.ts";
import type { Samples } from "../samples.ts";
import { type Candidate, drawCandidates, type ParamDistributions } from "./candidates.ts";
import { SearchCV, type Tried } from "./search.ts";

/** Settings of HalvingRandomSearchCV, with scikit-learn's defaults. */
export interface HalvingSearchOptions extends TrialOptions {
  /**
   * Number of candidates; "exhaust": as many as let the last round use all resources (default
   * "exhaust").
   */
  readonly nCandidates?: number | "exhaust";
  /** Each round keeps one candidate in `factor`, with `factor` times the resources (default 3). */
  readonly factor?: number;
  /**
   * The resource that grows: rows, or an integer setting of the predictor, such as "maxIter"
   * (default "n_samples").
   */
  readonly resource?: string;
  /** Resources of the last round; "auto": all rows (default "auto"). */
  readonly maxResources?: number | "auto";
  /**
   * Resources of the first round; "smallest": 2 rows for each fold and class, or 1 of a setting
   * (default "smallest").
   */
  readonly minResources?: number | "smallest";
  /** Seed of the random draws; null: the library's default generator. */
  readonly randomState?: number | null;
}

/** A round: its number of candidates and its resources. */
export interface HalvingRound {
  readonly candidates: number;
  readonly resources: number;
}

const ROWS = "n_samples";

/**
 * Successive halving (Jamieson & Talwalkar 2016): tries many random settings with few resources,
 * the best third with three times as many, and so on. The best candidate of the last round is
 * fitted on all rows.
 *
 * Throws ArgumentError for impossible resources.
 */
export class HalvingRandomSearchCV extends SearchCV {
  readonly type = "HalvingRandomSearchCV";
  readonly #distributions: ParamDistributions;
  readonly #own: Required<Omit<HalvingSearchOptions, keyof TrialOptions>> & TrialOptions;
  #rounds: HalvingRound[] = [];

  constructor(
    estimator: Predictor,
    paramDistributions: ParamDistributions,
    options: HalvingSearchOptions = {},
  ) {
    checkCall(
      "new HalvingRandomSearchCV(model: any, paramDistributions: object, { cv, scoring, nCandidates, factor: number, resource: string, maxResources, minResources, randomState: number | null })",
      arguments,
    );
    super("HalvingRandomSearchCV", estimator, options);
    this.#distributions = paramDistributions;
    this.#own = {
      nCandidates: "exhaust",
      factor: 3,
      resource: ROWS,
      maxResources: "auto",
      minResources: "smallest",
      randomState: null,
      ...options,
    };
    const { factor, resource, maxResources } = this.#own;
    if (!(factor > 1)) {
      throw new ArgumentError(
        `HalvingRandomSearchCV: factor is ${factor}\n  hint: a number above 1`,
      );
    }
    if (resource !== ROWS && maxResources === "auto") {
      throw new ArgumentError(
        `HalvingRandomSearchCV: resource "${resource}" needs maxResources\n  hint: { resource: "${resource}", maxResources: 100 }`,
      );
    }
    if (resource !== ROWS && !Object.hasOwn(estimator.getParams(), resource)) {
      throw new ArgumentError(
        `HalvingRandomSearchCV: ${estimator.type} has no setting "${resource}"\n  hint: "n_samples", or one of ${Object.keys(estimator.getParams()).join(", ")}`,
      );
    }
  }

  /** Candidates and resources of each round, after `fit`. */
  get rounds(): readonly HalvingRound[] {
    return this.#rounds;
  }

  clone(changes: object = {}): HalvingRandomSearchCV {
    checkCall("HalvingRandomSearchCV.clone(settings?)", arguments);
    return new HalvingRandomSearchCV(this.estimator.clone(changes), this.#distributions, this.#own);
  }

  protected async search(samples: Samples): Promise<{ tried: Tried; among: readonly number[] }> {
    const { factor, resource, nCandidates } = this.#own;
    const random = randomOf(this.#own.randomState);
    const folds = this.folds(samples);
    const { least, most } = this.#limits(samples, folds.length);
    const count = nCandidates === "exhaust" ? Math.max(1, Math.floor(most / least)) : nCandidates;
    let candidates = drawCandidates(this.type, this.#distributions, count, random);
    const steps = (ratio: number): number =>
      1 + Math.floor(Math.log(ratio) / Math.log(factor) + 1e-9);
    const rounds = Math.min(steps(candidates.length), steps(Math.floor(most / least)));
    const params: Candidate[] = [];
    const scores: Float64Array[] = [];
    let among: number[] = [];
    this.#rounds = [];
    for (let round = 0; round < rounds; round++) {
      const resources = Math.min(most, Math.floor(factor ** round * least));
      this.#rounds.push({ candidates: candidates.length, resources });
      const isRows = resource === ROWS;
      const tried = await this.try(
        samples,
        isRows ? candidates : candidates.map((own) => ({ ...own, [resource]: resources })),
        isRows ? folds.map((fold) => sampleOf(fold, resources / samples.length, random)) : folds,
      );
      among = tried.params.map((_, i) => params.length + i);
      params.push(...tried.params);
      scores.push(...tried.scores);
      const means = tried.scores.map((own) => own.reduce((a, b) => a + b, 0));
      const kept = Math.ceil(candidates.length / factor);
      const order = Array.from(means.keys()).sort(
        (a, b) => (means[b] as number) - (means[a] as number) || a - b,
      );
      candidates = order.slice(0, kept).map((i) => candidates[i] as Candidate);
    }
    return { tried: { params, scores }, among };
  }

  #limits(samples: Samples, folds: number): { least: number; most: number } {
    const { resource, minResources, maxResources } = this.#own;
    const classes = this.kind === "classifier" ? new Set(samples.y).size : 1;
    const smallest = resource === ROWS ? 2 * folds * classes : 1;
    const least = minResources === "smallest" ? smallest : minResources;
    const most = maxResources === "auto" ? samples.length : maxResources;
    const isValid = least >= 1 && least <= most && (resource !== ROWS || most <= samples.length);
    if (isValid) return { least, most };
    throw new ArgumentError(
      `${this.type}: resources range from ${least} to ${most}, but there are ${samples.length} rows\n  hint: use more rows, fewer folds, or other minResources and maxResources`,
    );
  }
}

/** A random part of the training and test rows of a fold. */
function sampleOf({ train, test }: Fold, fraction: number, random: Generator): Fold {
  const some = (rows: readonly number[]): number[] => {
    const count = Math.max(1, Math.floor(fraction * rows.length));
    return Array.from(random.permutation(rows.length).subarray(0, count), (i) => rows[i] as number);
  };
  return { train: some(train), test: some(test) };
}
