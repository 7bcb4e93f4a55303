import { trainTestIndices } from "@wgrad/datasets";
import { Estimator } from "../../estimator/estimator.ts";
import { columnsOf, type Matrix, type Rows, readRows, type Seen } from "../../estimator/input.ts";
import { SquaredError } from "../../tree/criteria.ts";
import { countingRows } from "../../tree/decision-tree.ts";
import { growTree } from "../../tree/grow.ts";
import { prune } from "../../tree/prune.ts";
import { rankFeature } from "../../tree/ranked.ts";
import { growLimits, randomOf } from "../../tree/settings.ts";
import { applyTree, asParts, decreasesOf, LEAF, type Tree } from "../../tree/tree.ts";
import { packTrees, unpackTrees } from "../../tree/trees.ts";
import type { Derivatives, HistLoss } from "../losses.ts";
import { take } from "../rows.ts";
import type { GradientBoostingParams } from "./settings.ts";

/** The result of `fit`. */
export interface Fitted extends Seen {
  readonly trees: readonly Tree[];
  readonly baseline: readonly number[];
  readonly trainScore: Float64Array;
}

/** How boosting uses a loss. */
interface Stages {
  readonly loss: HistLoss;
  /** Factor of reported losses, to agree with scikit-learn. */
  readonly factor: number;
  /** Factor of leaf values: (K − 1) / K for K > 2 classes (Friedman 2001). */
  readonly leafFactor: number;
  /** Whether weights were given. */
  readonly isWeighted: boolean;
}

/** The base of regressor and classifier: rounds of trees fitted to negative gradients. */
export abstract class GradientBoosting<
  Params extends GradientBoostingParams,
  Own extends Fitted,
> extends Estimator<Params, Own> {
  /** The trees of all rounds in order: one a round, or one for each class. */
  get trees(): readonly Tree[] {
    return this.learned("trees").trees;
  }

  /** The loss of each round, measured after it on the rows that it saw. */
  get trainScore(): Float64Array {
    return this.learned("trainScore").trainScore;
  }

  /** The importance of each feature: its fraction of the total decrease of impurity. */
  get featureImportances(): Float64Array {
    const { trees, width } = this.learned("featureImportances");
    const sums = new Float64Array(width);
    for (const tree of trees) {
      decreasesOf(tree, width).forEach((value, j) => {
        sums[j] = (sums[j] as number) + value;
      });
    }
    return asParts(sums);
  }

  /** Grows the trees. The held-out rows are stratified by `labels`. */
  protected async boost(
    { loss, factor, leafFactor, isWeighted }: Stages,
    matrix: Matrix,
    y: Float64Array,
    weights: Float64Array,
    labels: Int32Array | null,
  ): Promise<Fitted> {
    const { params } = this;
    const random = randomOf(params.randomState);
    const parts =
      params.nIterNoChange === null
        ? null
        : trainTestIndices(matrix.rows, {
            testSize: params.validationFraction,
            randomState: random.u32(),
            ...(labels && { stratify: labels }),
          });
    const all = columnsOf(matrix);
    const columns = parts === null ? all : all.map((column) => take(column, parts.train));
    const targets = parts === null ? y : take(y, parts.train);
    const own = parts === null ? weights : take(weights, parts.train);
    const rows = targets.length;
    const features = columns.map(rankFeature);
    const data = rowsOf(columns);
    const held = parts && {
      data: rowsOf(all.map((column) => take(column, parts.test))),
      y: take(y, parts.test),
      weights: take(weights, parts.test),
    };

    // without weights, quantiles are interpolated between rows
    const baseline = await loss.baseline(targets, isWeighted ? own : null);
    const rawOf = (count: number): Float64Array[] =>
      baseline.map((value) => new Float64Array(count).fill(value));
    const raw = rawOf(rows);
    const heldRaw = held && rawOf(held.y.length);
    const derivatives = baseline.map(
      (): Derivatives => ({
        gradients: new Float64Array(rows),
        curvatures: new Float64Array(loss.constantCurvature ? 0 : rows),
      }),
    );
    const inBag = Math.max(1, Math.floor(params.subsample * rows));
    const trees: Tree[] = [];
    const trainScore: number[] = [];
    const lately: number[] = new Array(params.nIterNoChange ?? 0).fill(Number.POSITIVE_INFINITY);
    const leaves = new Int32Array(rows);
    for (let round = 0; round < params.nEstimators; round++) {
      const bag =
        params.subsample < 1 ? drawn(own, random.permutation(rows).subarray(0, inBag)) : own;
      await loss.differentiate(raw, targets, own, derivatives);
      for (let k = 0; k < baseline.length; k++) {
        const { gradients, curvatures } = derivatives[k] as Derivatives;
        // the gradients contain the weights; the targets of a tree must not
        const residuals = Float64Array.from(gradients, (g, i) => -g / (own[i] as number) || 0);
        const weight = bag.reduce((a, b) => a + b, 0);
        const limits = growLimits(params, { rows, width: features.length, weight });
        const bagged = countingRows(bag);
        const whole = growTree(features, new SquaredError(residuals, bag), bagged.slice(), {
          limits,
          random,
          splitter: "best",
        });
        const tree = params.ccpAlpha > 0 ? prune(whole, params.ccpAlpha) : whole;
        applyTree(tree, data, features.length, leaves);
        const values = raw[k] as Float64Array;
        const leafValue = loss.leafValue;
        if (leafValue !== undefined) {
          for (const [leaf, inLeaf] of groups(leaves, bagged)) {
            const off = Float64Array.from(
              inLeaf,
              (row) => (targets[row] as number) - (values[row] as number),
            );
            tree.value[leaf] = leafValue(off, take(own, inLeaf));
          }
        } else if (!loss.constantCurvature) {
          newton(tree, leaves, bagged, gradients, curvatures, leafFactor);
        }
        for (let row = 0; row < rows; row++) {
          const step = params.learningRate * (tree.value[leaves[row] as number] as number);
          values[row] = (values[row] as number) + step;
        }
        trees.push(tree);
        if (held !== null && heldRaw !== null) {
          add(tree, held.data, features.length, heldRaw[k] as Float64Array, params.learningRate);
        }
      }
      trainScore.push(factor * (await loss.mean(raw, targets, bag)));
      if (held === null || heldRaw === null) continue;
      const score = factor * (await loss.mean(heldRaw, held.y, held.weights));
      if (!lately.some((before) => score + params.tol < before)) break;
      lately[round % lately.length] = score;
    }
    const scores = Float64Array.from(trainScore);
    return { trees, baseline, trainScore: scores, width: matrix.width, names: matrix.names };
  }

  /** Raw predictions after each round, or after the last one: [outputs][rows]. */
  protected async *raw(
    call: string,
    x: Rows,
    staged: boolean,
  ): AsyncGenerator<{ readonly raw: Float64Array[]; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await readRows(`${this.type}.${call}`, x, { seen: fitted });
    const { baseline, trees } = fitted;
    const raw = baseline.map((value) => new Float64Array(matrix.rows).fill(value));
    for (let t = 0; t < trees.length; t++) {
      const k = t % baseline.length;
      const values = raw[k] as Float64Array;
      add(trees[t] as Tree, matrix.data, matrix.width, values, this.params.learningRate);
      if (staged && k === baseline.length - 1) yield { raw, matrix };
    }
    if (!staged) yield { raw, matrix };
  }

  protected override pack(fitted: Own): unknown {
    return { ...fitted, trees: packTrees(fitted.trees) };
  }

  protected override unpack(saved: unknown): Own {
    const { trees, ...rest } = saved as { trees: Parameters<typeof unpackTrees>[1]; width: number };
    return { ...rest, trees: unpackTrees(this.type, trees, rest.width) } as unknown as Own;
  }
}

/** Columns as one row-major array. */
function rowsOf(columns: readonly Float32Array[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const out = new Float32Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) out[i * columns.length + j] = column[i] as number;
  });
  return out;
}

/** Weights of the drawn rows; 0 for the others. */
function drawn(weights: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(weights.length);
  for (const row of rows) out[row] = weights[row] as number;
  return out;
}

/** Rows of each leaf. */
function groups(leaves: Int32Array, rows: Uint32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const row of rows) {
    const leaf = leaves[row] as number;
    const known = found.get(leaf);
    if (known === undefined) found.set(leaf, [row]);
    else known.push(row);
  }
  return found;
}

/** One Newton step in each leaf: −Σ g / Σ h, times a factor; 0 if the curvature is 0. */
function newton(
  tree: Tree,
  leaves: Int32Array,
  rows: Uint32Array,
  gradients: Float32Array | Float64Array,
  curvatures: Float32Array | Float64Array,
  factor: number,
): void {
  const slopes = new Float64Array(tree.left.length);
  const curves = new Float64Array(tree.left.length);
  for (const row of rows) {
    const leaf = leaves[row] as number;
    slopes[leaf] = (slopes[leaf] as number) + (gradients[row] as number);
    curves[leaf] = (curves[leaf] as number) + (curvatures[row] as number);
  }
  tree.left.forEach((child, node) => {
    if (child !== LEAF) return;
    const curve = curves[node] as number;
    tree.value[node] = Math.abs(curve) < 1e-150 ? 0 : (-factor * (slopes[node] as number)) / curve;
  });
}

function add(
  tree: Tree,
  data: Float32Array | Float64Array,
  width: number,
  out: Float64Array,
  rate: number,
): void {
  applyTree(tree, data, width).forEach((leaf, row) => {
    out[row] = (out[row] as number) + rate * (tree.value[leaf] as number);
  });
}

/** The last value of a generator. */
export async function last<T>(generator: AsyncGenerator<T>): Promise<T> {
  let item: T | undefined;
  for await (const next of generator) item = next;
  return item as T;
}
