import { ArgumentError, Generator, type Tensor } from "@wgrad/autograd";
import { Estimator } from "../estimator/estimator.ts";
import { type Matrix, type Rows, readRows, type Seen } from "../estimator/input.ts";
import { resultOf } from "../estimator/predictors.ts";
import type { Schema } from "../estimator/settings.ts";
import type { Criterion } from "../tree/criteria.ts";
import { countingRows, ones } from "../tree/decision-tree.ts";
import { growTree } from "../tree/grow.ts";
import { prune } from "../tree/prune.ts";
import type { RankedFeature } from "../tree/ranked.ts";
import { growLimits, randomOf } from "../tree/settings.ts";
import { applyTree, asParts, importancesOf, type Tree } from "../tree/tree.ts";
import { packTrees, unpackTrees } from "../tree/trees.ts";
import type { ForestParams } from "./settings.ts";

/**
 * Predictions for training rows by the trees that did not see them: [rows, width], flat; NaN if all
 * trees saw a row.
 */
export interface OutOfBag {
  readonly predictions: Float64Array;
  readonly score: number;
}

/** The result of `fit`. */
export interface FittedForest extends Seen {
  readonly trees: readonly Tree[];
  readonly oob: OutOfBag | null;
}

/** Makes the criterion of a tree from the weights of the rows that it drew. */
type CriterionOf = (weights: Float64Array) => Criterion;

/** The base of all forests. */
export abstract class Forest<
  Params extends ForestParams,
  Fitted extends FittedForest,
> extends Estimator<Params, Fitted> {
  /** How a tree chooses its thresholds. */
  protected abstract readonly splitter: "best" | "random";

  constructor(type: string, schema: Schema<Params>, given: Partial<Params>) {
    super(type, schema, given);
    const { bootstrap, oobScore, maxSamples } = this.params;
    if (!bootstrap && oobScore) {
      throw new ArgumentError(`${type}: oobScore needs bootstrap, which leaves rows out`);
    }
    if (!bootstrap && maxSamples !== null) {
      throw new ArgumentError(`${type}: maxSamples has no effect without bootstrap`);
    }
  }

  /** The trees as arrays. */
  get trees(): readonly Tree[] {
    return this.learned("trees").trees;
  }

  /**
   * The importance of each feature: its fraction of the total decrease of impurity, averaged over
   * the trees.
   */
  get featureImportances(): Float64Array {
    const { trees, width } = this.learned("featureImportances");
    const sums = new Float64Array(width);
    for (const tree of trees) {
      importancesOf(tree, width).forEach((value, j) => {
        sums[j] = (sums[j] as number) + value;
      });
    }
    return asParts(sums);
  }

  /**
   * The score of predictions by the trees that did not see the row. Throws ArgumentError without
   * `oobScore`.
   */
  get oobScore(): number {
    const { oob } = this.learned("oobScore");
    if (oob !== null) return oob.score;
    throw new ArgumentError(
      `${this.type}.oobScore: needs the setting oobScore\n  hint: { oobScore: true }`,
    );
  }

  /** The leaf of each row in each tree: [rows, trees], i32. */
  async apply(x: Rows): Promise<Tensor> {
    this.check("apply(x: any)", arguments);
    const fitted = this.learned("apply");
    const matrix = await readRows(`${this.type}.apply`, x, { missing: true, seen: fitted });
    const { rows, width, data } = matrix;
    const out = new Int32Array(rows * fitted.trees.length);
    fitted.trees.forEach((tree, t) => {
      applyTree(tree, data, width).forEach((leaf, row) => {
        out[row * fitted.trees.length + t] = leaf;
      });
    });
    return resultOf(out, [rows, fitted.trees.length], matrix);
  }

  protected override pack(fitted: Fitted): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Fitted {
    const { trees, ...rest } = saved as { trees: Parameters<typeof unpackTrees>[1]; width: number };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) } as unknown as Fitted;
  }

  /** Grows the trees; `weigh` may change the weights of the rows that a tree drew. */
  protected growAll(
    features: readonly RankedFeature[],
    given: Float64Array | null,
    criterionOf: CriterionOf,
    weigh: (weights: Float64Array) => Float64Array = (weights) => weights,
  ): { readonly trees: Tree[]; readonly drawn: readonly Float64Array[] } {
    const { params } = this;
    const rows = (features[0] as RankedFeature).ranks.length;
    const seeds = randomOf(params.randomState);
    const { maxSamples } = params;
    const draws =
      maxSamples === null
        ? rows
        : maxSamples < 1
          ? Math.max(1, Math.round(maxSamples * rows))
          : maxSamples;
    if (draws > rows) {
      throw new ArgumentError(
        `${this.type}.fit: maxSamples is ${draws}, but there are ${rows} rows`,
      );
    }
    const drawn: Float64Array[] = [];
    const trees: Tree[] = [];
    for (let t = 0; t < params.nEstimators; t++) {
      const random = new Generator(seeds.u32());
      const counts = params.bootstrap ? drawRows(rows, draws, random) : ones(rows);
      const weights = weigh(
        given === null ? counts : counts.map((count, i) => count * (given[i] as number)),
      );
      const weight = weights.reduce((a, b) => a + b, 0);
      const limits = growLimits(params, { rows, width: features.length, weight });
      const grown = growTree(features, criterionOf(weights), countingRows(weights), {
        limits,
        random,
        splitter: this.splitter,
      });
      trees.push(params.ccpAlpha > 0 ? prune(grown, params.ccpAlpha) : grown);
      if (params.oobScore) drawn.push(counts);
    }
    return { trees, drawn };
  }

  /** The mean prediction for each row by the trees that did not draw it: [rows, width], flat. */
  protected outOfBag(
    trees: readonly Tree[],
    drawn: readonly Float64Array[],
    { data, width }: Matrix,
  ): Float64Array {
    const rows = data.length / width;
    const outputs = (trees[0] as Tree).width;
    const sums = new Float64Array(rows * outputs);
    const counts = new Int32Array(rows);
    trees.forEach((tree, t) => {
      const leaves = applyTree(tree, data, width);
      for (let row = 0; row < rows; row++) {
        if (drawn[t]?.[row] !== 0) continue;
        counts[row] = (counts[row] as number) + 1;
        addValue(sums, row, tree, leaves[row] as number);
      }
    });
    return sums.map((sum, i) => sum / (counts[Math.floor(i / outputs)] as number));
  }

  /** The mean of the trees' predictions: [rows, width], flat. */
  protected async values(
    call: string,
    x: Rows,
  ): Promise<{ readonly values: Float64Array; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { missing: true, seen: fitted });
    const { rows, width, data } = matrix;
    const { trees } = fitted;
    const outputs = (trees[0] as Tree).width;
    const values = new Float64Array(rows * outputs);
    const leaves = new Int32Array(rows);
    for (const tree of trees) {
      applyTree(tree, data, width, leaves);
      for (let row = 0; row < rows; row++) addValue(values, row, tree, leaves[row] as number);
    }
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / trees.length;
    return { values, matrix };
  }
}

function addValue(sums: Float64Array, row: number, { value, width }: Tree, leaf: number): void {
  for (let k = 0; k < width; k++) {
    const at = row * width + k;
    sums[at] = (sums[at] as number) + (value[leaf * width + k] as number);
  }
}

/** Number of times that each row is drawn, with replacement. */
function drawRows(rows: number, draws: number, random: Generator): Float64Array {
  const counts = new Float64Array(rows);
  for (let i = 0; i < draws; i++) {
    const row = random.u32() % rows;
    counts[row] = (counts[row] as number) + 1;
  }
  return counts;
}
