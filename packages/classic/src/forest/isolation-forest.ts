import { ArgumentError, Generator, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Estimator } from "../estimator/estimator.ts";
import { columnsOf, type Rows, readRows, type Seen } from "../estimator/input.ts";
import { resultOf } from "../estimator/predictors.ts";
import {
  choice,
  either,
  flag,
  fraction,
  type Given,
  real,
  type Schema,
  seed,
  whole,
} from "../estimator/settings.ts";
import { SquaredError } from "../tree/criteria.ts";
import { ones } from "../tree/decision-tree.ts";
import { growTree } from "../tree/grow.ts";
import { rankFeature } from "../tree/ranked.ts";
import { randomOf } from "../tree/settings.ts";
import { applyTree, LEAF, type Tree } from "../tree/tree.ts";
import { packTrees, unpackTrees } from "../tree/trees.ts";

/** Settings of IsolationForest, with scikit-learn's defaults. */
export interface IsolationForestParams {
  /** Number of trees (default 100). */
  readonly nEstimators: number;
  /**
   * Number of rows that each tree draws: a count, a fraction below 1, or at most 256 ("auto", the
   * default).
   */
  readonly maxSamples: number | "auto";
  /**
   * Fraction of the training rows that `predict` calls outliers; "auto": those with scores below
   * −0.5 (default "auto").
   */
  readonly contamination: number | "auto";
  /** Whether rows are drawn with replacement (default false). */
  readonly bootstrap: boolean;
  /** Seed of the random draws; null: the library's default generator (default null). */
  readonly randomState: number | null;
}

interface Fitted extends Seen {
  readonly trees: readonly Tree[];
  /** Number of rows that each tree drew. */
  readonly samples: number;
  /** Rows with lower scores are outliers. */
  readonly offset: number;
}

const schema: Schema<IsolationForestParams> = {
  nEstimators: [100, whole(1)],
  maxSamples: ["auto", either(whole(1), fraction, choice("auto"))],
  contamination: ["auto", either(real(Number.MIN_VALUE, 0.5), choice("auto"))],
  bootstrap: [false, flag],
  randomState: [null, seed],
};

const AUTO = { samples: 256, offset: -0.5 };

/**
 * Mean depth of an unsuccessful search in a binary search tree of n keys: c(n) = 2 (ln(n − 1) + γ)
 * − 2 (n − 1) / n.
 */
function meanDepth(count: number): number {
  if (count <= 1) return 0;
  if (count === 2) return 1;
  return 2 * (Math.log(count - 1) + 0.5772156649015329) - (2 * (count - 1)) / count;
}

/**
 * Finds outliers: random splits separate them from the other rows after few steps (Liu, Ting & Zhou
 * 2008). The score of a row is −2^(−E[depth] / c(n)); the closer to −1, the more isolated. x:
 * [rows, features]; NaN is a missing value. There are no targets.
 */
export class IsolationForest extends Estimator<IsolationForestParams, Fitted> {
  readonly type = "IsolationForest";

  constructor(params: Given<IsolationForestParams> = {}) {
    checkCall("new IsolationForest(settings?)", arguments);
    super("IsolationForest", schema, params);
  }

  async fit(x: Rows): Promise<this> {
    this.check("fit(x: any)", arguments);
    const call = "IsolationForest.fit";
    const matrix = await readRows(call, x, { missing: true });
    const { rows, width, names, data } = matrix;
    const { nEstimators, maxSamples, contamination, bootstrap, randomState } = this.params;
    const seeds = randomOf(randomState);
    const samples = this.#samples(call, rows, maxSamples);
    const features = columnsOf(matrix).map(rankFeature);
    const limits = {
      maxDepth: Math.ceil(Math.log2(Math.max(samples, 2))),
      minSamplesSplit: 2,
      minSamplesLeaf: 1,
      minWeightLeaf: 0,
      maxFeatures: 1,
      maxLeafNodes: null,
      minImpurityDecrease: 0,
    };
    const trees = Array.from({ length: nEstimators }, () => {
      const random = new Generator(seeds.u32());
      const drawn = bootstrap
        ? random.integers(new Uint32Array(samples), 0, rows)
        : Uint32Array.from(random.permutation(rows).subarray(0, samples));
      // random targets make all splits equally good
      const noise = random.uniform(new Float64Array(rows));
      const criterion = new SquaredError(noise, ones(rows));
      return growTree(features, criterion, drawn, { limits, random, splitter: "random" });
    });
    const fitted: Fitted = { trees, samples, offset: AUTO.offset, width, names };
    if (contamination === "auto") return this.learn(fitted);
    const scores = scoresOf(fitted, data).sort();
    return this.learn({ ...fitted, offset: quantile(scores, contamination) });
  }

  /** Rows with lower scores are outliers. */
  get offset(): number {
    return this.learned("offset").offset;
  }

  /** −2^(−E[depth] / c(n)) of each row: [rows]. */
  async scoreSamples(x: Rows): Promise<Tensor> {
    this.check("scoreSamples(x: any)", arguments);
    return this.#scores("scoreSamples", x, (score) => score);
  }

  /** Scores minus `offset`: negative for outliers. [rows] */
  async decisionFunction(x: Rows): Promise<Tensor> {
    this.check("decisionFunction(x: any)", arguments);
    const { offset } = this.learned("decisionFunction");
    return this.#scores("decisionFunction", x, (score) => score - offset);
  }

  /** −1 for outliers, 1 for the rest: [rows], i32. */
  async predict(x: Rows): Promise<Tensor> {
    this.check("predict(x: any)", arguments);
    const fitted = this.learned("predict");
    const matrix = await readRows("IsolationForest.predict", x, { missing: true, seen: fitted });
    const scores = scoresOf(fitted, matrix.data);
    const labels = Int32Array.from(scores, (score) => (score < fitted.offset ? -1 : 1));
    return resultOf(labels, [matrix.rows], matrix);
  }

  protected override pack(fitted: Fitted): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Fitted {
    const { trees, ...rest } = saved as Omit<Fitted, "trees"> & {
      trees: Parameters<typeof unpackTrees>[1];
    };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) };
  }

  #samples(call: string, rows: number, maxSamples: number | "auto"): number {
    if (maxSamples === "auto") return Math.min(AUTO.samples, rows);
    if (maxSamples < 1) return Math.max(1, Math.floor(maxSamples * rows));
    if (maxSamples <= rows) return maxSamples;
    throw new ArgumentError(
      `${call}: maxSamples is ${maxSamples}, but there are ${rows} rows\n  hint: use "auto", or a fraction below 1`,
    );
  }

  async #scores(call: string, x: Rows, of: (score: number) => number): Promise<Tensor> {
    const fitted = this.learned(call);
    const matrix = await readRows(`IsolationForest.${call}`, x, { missing: true, seen: fitted });
    return resultOf(scoresOf(fitted, matrix.data).map(of), [matrix.rows], matrix);
  }
}

function scoresOf(
  { trees, samples, width }: Fitted,
  data: Float32Array | Float64Array,
): Float64Array {
  const depths = new Float64Array(data.length / width);
  for (const tree of trees) {
    const steps = stepsTo(tree);
    applyTree(tree, data, width).forEach((leaf, row) => {
      depths[row] = (depths[row] as number) + (steps[leaf] as number);
    });
  }
  const scale = trees.length * meanDepth(samples);
  return depths.map((depth) => -(2 ** (scale === 0 ? -1 : -depth / scale)));
}

/**
 * The depth of each node; leaves with several rows add the mean depth of a tree that would separate
 * them.
 */
function stepsTo({ left, right, samples }: Tree): Float64Array {
  const depth = new Float64Array(left.length);
  for (let node = 0; node < left.length; node++) {
    const below = (depth[node] as number) + 1;
    if (left[node] === LEAF) depth[node] = below - 1 + meanDepth(samples[node] as number);
    else {
      depth[left[node] as number] = below;
      depth[right[node] as number] = below;
    }
  }
  return depth;
}

/** The quantile `part` of ascending values, interpolated linearly. */
function quantile(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - Math.floor(place));
}
