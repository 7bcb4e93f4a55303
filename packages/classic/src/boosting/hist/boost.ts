import { ArgumentError } from "@wgrad/autograd";
import { trainTestIndices } from "@wgrad/datasets";
import { Estimator } from "../../estimator/estimator.ts";
import { columnsOf, type Matrix, type Rows, type Seen } from "../../estimator/input.ts";
import { randomOf } from "../../tree/settings.ts";
import type { Derivatives, HistLoss } from "../losses.ts";
import { take } from "../rows.ts";
import { categoryBins, type FeatureBins, numberBins, toBins } from "./bins.ts";
import { type Encoding, encodeRows, placesOf } from "./categories.ts";
import { Grower } from "./grow.ts";
import { addTree, type HistTree, verifyHistTree } from "./hist-tree.ts";
import { roundExactly } from "./histogram.ts";
import type { HistGradientBoostingParams } from "./settings.ts";

/** The result of `fit`. */
export interface Fitted extends Seen {
  readonly encoding: Encoding;
  readonly bins: readonly FeatureBins[];
  readonly baseline: readonly number[];
  /** Trees of all rounds in order, `baseline.length` in each round. */
  readonly trees: readonly HistTree[];
  /** −loss before the first round and after each; empty without early stopping. */
  readonly trainScore: Float64Array;
  readonly validationScore: Float64Array;
}

const AUTO_STOPPING = 10_000;

/** The base of regressor and classifier: rounds of trees along the derivatives of a loss. */
export abstract class HistGradientBoosting<
  Params extends HistGradientBoostingParams,
  Own extends Fitted,
> extends Estimator<Params, Own> {
  /** The trees of all rounds in order: one a round, or one for each class. */
  get trees(): readonly HistTree[] {
    return this.learned("trees").trees;
  }

  /** The bins of each feature. */
  get bins(): readonly FeatureBins[] {
    return this.learned("bins").bins;
  }

  /** Raw predictions before the first tree. */
  get baseline(): readonly number[] {
    return this.learned("baseline").baseline;
  }

  /** Number of rounds. */
  get nIter(): number {
    const { trees, baseline } = this.learned("nIter");
    return trees.length / baseline.length;
  }

  /**
   * −loss of the training rows before the first round and after each; empty without early stopping.
   */
  get trainScore(): Float64Array {
    return this.learned("trainScore").trainScore;
  }

  /** −loss of the held-out rows, likewise. */
  get validationScore(): Float64Array {
    return this.learned("validationScore").validationScore;
  }

  /** Grows the trees. The held-out rows are stratified by `labels`. */
  protected async boost(
    loss: HistLoss,
    { matrix, encoding }: { readonly matrix: Matrix; readonly encoding: Encoding },
    y: Float64Array,
    weights: Float64Array | null,
    labels: Int32Array | null,
  ): Promise<Fitted> {
    const { params } = this;
    const call = `${this.type}.fit`;
    const random = randomOf(params.randomState);
    const stops =
      params.earlyStopping === "auto" ? matrix.rows > AUTO_STOPPING : params.earlyStopping;
    const { validationFraction } = params;
    const all = columnsOf(matrix);
    const parts =
      stops && validationFraction !== null
        ? trainTestIndices(matrix.rows, {
            testSize: validationFraction,
            randomState: random.u32(),
            ...(labels && { stratify: labels }),
          })
        : null;
    const columns = parts === null ? all : all.map((column) => take(column, parts.train));
    const targets = parts === null ? y : take(y, parts.train);
    const own = parts === null || weights === null ? weights : take(weights, parts.train);

    const options = { maxBins: params.maxBins, weights: own, random };
    const bins = columns.map((column, f) => {
      const categories = encoding[f];
      if (categories == null) return numberBins(column, options);
      const name = matrix.names?.[f] ?? `${f}`;
      return categoryBins(call, name, column, categories.length, options);
    });
    const missing = params.maxBins;
    const rows = targets.length;
    const binned = {
      bins: toBins(columns, bins, missing),
      rows,
      features: columns.length,
      size: missing + 1,
    };
    const grower = new Grower(binned, bins, loss.constantCurvature, {
      maxLeafNodes: params.maxLeafNodes,
      maxDepth: params.maxDepth,
      minSamplesLeaf: params.minSamplesLeaf,
      l2Regularization: params.l2Regularization,
      learningRate: params.learningRate,
      monotonic: this.#monotonic(call, matrix, encoding),
      drawFeatures: drawOf(params.maxFeatures, columns.length, random),
    });

    const { outputs } = loss;
    const baseline = await loss.baseline(targets, own);
    const rawOf = (count: number): Float64Array[] =>
      baseline.map((value) => new Float64Array(count).fill(value));
    const raw = rawOf(rows);
    const held = parts && {
      data: Float32Array.from(
        parts.test.flatMap((row) => all.map((column) => column[row] as number)),
      ),
      y: take(y, parts.test),
      weights: weights && take(weights, parts.test),
      raw: rawOf(parts.test.length),
    };
    const trainScore: number[] = [];
    const validationScore: number[] = [];
    const hasEnded = async (): Promise<boolean> => {
      if (!stops) return false;
      trainScore.push(-(await loss.mean(raw, targets, own)));
      if (held === null) return stagnates(trainScore, params);
      validationScore.push(-(await loss.mean(held.raw, held.y, held.weights)));
      return stagnates(validationScore, params);
    };
    const derivatives = Array.from(
      { length: outputs },
      (): Derivatives => ({
        gradients: new Float32Array(rows),
        curvatures: new Float32Array(loss.constantCurvature ? 0 : rows),
      }),
    );
    const gradients = new Float64Array(rows);
    const curvatures = new Float64Array(loss.constantCurvature ? 0 : rows);
    const trees: HistTree[] = [];
    await hasEnded();
    for (let round = 0; round < params.maxIter; round++) {
      await loss.differentiate(raw, targets, own, derivatives);
      for (let k = 0; k < outputs; k++) {
        const { gradients: g, curvatures: h } = derivatives[k] as Derivatives;
        if (!loss.constantCurvature) roundExactly(h, curvatures);
        const grown = grower.grow(roundExactly(g, gradients), curvatures);
        const predictions = raw[k] as Float64Array;
        for (const leaf of grown.leaves) {
          const { rows: inLeaf } = leaf;
          if (loss.leafValue !== undefined) {
            const residuals = Float64Array.from(
              inLeaf,
              (row) => (targets[row] as number) - (predictions[row] as number),
            );
            const leafWeights = own && take(own, inLeaf);
            leaf.value = params.learningRate * loss.leafValue(residuals, leafWeights);
          }
          const { value } = leaf;
          for (let i = 0; i < inLeaf.length; i++) {
            const row = inLeaf[i] as number;
            predictions[row] = (predictions[row] as number) + value;
          }
        }
        const tree = grown.finish();
        trees.push(tree);
        if (held !== null) addTree(tree, held.data, all.length, held.raw[k] as Float64Array, 0, 1);
      }
      if (await hasEnded()) break;
    }
    return {
      encoding,
      bins,
      baseline,
      trees,
      trainScore: Float64Array.from(trainScore),
      validationScore: Float64Array.from(validationScore),
      width: matrix.width,
      names: matrix.names,
    };
  }

  /** Raw predictions after each round that `at` selects, or after the last one: [outputs][rows]. */
  protected async *raw(
    call: string,
    x: Rows,
    staged: boolean,
  ): AsyncGenerator<{ readonly raw: Float64Array[]; readonly matrix: Matrix }> {
    const fitted = this.learned(call);
    const matrix = await encodeRows(`${this.type}.${call}`, x, fitted.encoding, fitted);
    const { baseline, trees } = fitted;
    const raw = baseline.map((value) => new Float64Array(matrix.rows).fill(value));
    for (let t = 0; t < trees.length; t++) {
      const k = t % baseline.length;
      addTree(trees[t] as HistTree, matrix.data, matrix.width, raw[k] as Float64Array, 0, 1);
      if (staged && k === baseline.length - 1) yield { raw, matrix };
    }
    if (!staged) yield { raw, matrix };
  }

  protected override unpack(saved: unknown): Own {
    const fitted = saved as Own;
    for (const tree of fitted.trees) verifyHistTree(this.type, tree, fitted.width);
    return fitted;
  }

  #monotonic(call: string, seen: Seen, encoding: Encoding): Int8Array {
    const out = new Int8Array(seen.width);
    for (const [feature, direction] of Object.entries(this.params.monotonicCst)) {
      const name = seen.names?.includes(feature) ? feature : Number(feature);
      const [place] = placesOf(call, "monotonicCst", [name], seen) as [number];
      if (encoding[place] !== null) {
        throw new ArgumentError(`${call}: monotonicCst names the categorical feature ${feature}`);
      }
      out[place] = direction;
    }
    return out;
  }
}

/** Draws the features of each split; null if all are searched. */
function drawOf(
  part: number,
  features: number,
  random: ReturnType<typeof randomOf>,
): (() => Uint8Array) | null {
  const count = Math.max(1, Math.ceil(part * features));
  if (count >= features) return null;
  return () => {
    const allowed = new Uint8Array(features);
    for (const f of random.permutation(features).subarray(0, count)) allowed[f] = 1;
    return allowed;
  };
}

/** Whether none of the last rounds is better than the round before them. */
function stagnates(
  scores: readonly number[],
  { nIterNoChange, tol }: HistGradientBoostingParams,
): boolean {
  if (scores.length < nIterNoChange + 1) return false;
  const reference = (scores.at(-nIterNoChange - 1) as number) + tol;
  return scores.slice(-nIterNoChange).every((score) => !(score > reference));
}

/** The only value of a generator. */
export async function only<T>(generator: AsyncGenerator<T>): Promise<T> {
  for await (const item of generator) return item;
  throw new Error("nothing was yielded");
}
