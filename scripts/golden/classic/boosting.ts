import type { Tensor } from "@wgrad/autograd";
import { logLoss, meanSquaredError } from "@wgrad/metrics";
import type { Model } from "./estimators.ts";
import type { Part } from "./load.ts";
import type { ClassicRun } from "./run.ts";
import { outputOf, within } from "./trees.ts";

/**
 * Histogram boosting: compares all numbers if the trees are unique and stable under rounding, else
 * scores.
 */
export async function runHistBoosting(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const { train, test } = data;
  const model: Model = await make().fit(train.x, train.y);
  const seen = item.scores_seen as Readonly<Record<"test" | "train", readonly [number, number]>>;
  within(run, "test score", await model.score(test.x, test.y), seen.test, 0.02);
  within(run, "train score", await model.score(train.x, train.y), seen.train, 0.02);
  const leaves = (tree: Model): number => tree.left.filter((child: number) => child < 0).length;
  if (item.unique !== true || item.stable !== true) return;
  const counts = model.trees.map(leaves);
  if (String(counts) !== String(item.leaves))
    run.fault(`leaves: ${counts}, expected ${item.leaves}`);
  for (const output of item.outputs) await run.check(output, await resultOf(output, model, run));
}

async function resultOf(name: string, model: Model, { item, data }: ClassicRun): Promise<unknown> {
  if (name.startsWith("tree0.")) return arrayOf(name.slice("tree0.".length), model.trees[0]);
  switch (name) {
    case "raw":
      return model.decisionFunction(data.test.x);
    case "staged_train":
      return staged(model, data.train, item.staged as string);
    case "staged_test":
      return staged(model, data.test, item.staged as string);
    case "n_bins_non_missing":
      return Int32Array.from(model.bins, ({ count }: { count: number }) => count);
    case "bin_thresholds":
      return model.bins[item.bin_thresholds_of as number].thresholds;
    case "baseline":
      return Float64Array.from(model.baseline);
    default:
      return outputOf(name, model, data);
  }
}

/** An array of a tree by scikit-learn's name, with scikit-learn's values in leaves. */
function arrayOf(name: string, tree: Model): unknown {
  const child = (of: Int32Array): Int32Array => of.map((node) => Math.max(node, 0));
  switch (name) {
    case "feature_idx":
      return tree.feature;
    case "num_threshold":
      return tree.threshold;
    case "bin_threshold":
      return tree.bin;
    case "left":
    case "right":
      return child(tree[name]);
    case "is_leaf":
      return Int32Array.from(tree.left, (node: number) => Number(node < 0));
    case "count":
      return tree.samples;
    case "missing_go_to_left":
      return Int32Array.from(tree.missingLeft);
    case "is_categorical":
      return Int32Array.from(tree.categories, (set: number) => Number(set >= 0));
    default:
      return tree[name];
  }
}

/** The loss after each round. */
async function staged(model: Model, { x, y }: Part, loss: string): Promise<Float64Array> {
  const losses: number[] = [];
  const isClassifier = loss === "log_loss";
  const stages = isClassifier ? model.stagedPredictProba(x) : model.stagedPredict(x);
  for await (const predicted of stages as AsyncIterable<Tensor>) {
    const measured = isClassifier
      ? logLoss(predicted, y as Tensor)
      : meanSquaredError(predicted, y as Tensor);
    losses.push(await measured.item());
  }
  return Float64Array.from(losses);
}

/** Gradient boosting with exact splits. */
export async function runBoosting(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const model: Model = await make().fit(data.train.x, data.train.y);
  const seen = item.over_random_states as { readonly test_score: readonly [number, number] };
  within(run, "test score", await model.score(data.test.x, data.test.y), seen.test_score, 0.02);
  if (item.unique !== true) return;
  for (const output of item.outputs) await run.check(output, await outputOf(output, model, data));
}
