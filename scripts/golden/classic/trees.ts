import { camel } from "../names.ts";
import type { Model } from "./estimators.ts";
import type { Data } from "./load.ts";
import type { ClassicRun } from "./run.ts";

/** The least and greatest value over several seeds of the reference. */
interface Seen {
  readonly test_score: readonly [number, number];
  readonly train_score: readonly [number, number];
  readonly nodes?: readonly [number, number];
}

/** Reports a fault unless `value` is within these limits, widened by a slack. */
export function within(
  { fault }: Pick<ClassicRun, "fault">,
  name: string,
  value: number,
  [least, most]: readonly [number, number],
  slack: number,
): void {
  if (value >= least - slack && value <= most + slack) return;
  fault(`${name} is ${value}, expected ${least} to ${most} ± ${slack}`);
}

/** Scikit-learn's names of the arrays of a tree. */
const arrays: Readonly<Record<string, string>> = {
  n_samples: "samples",
  weighted_n: "weight",
  missing_go_to_left: "missingLeft",
};

/** A tree: all arrays if the tree is unique, else scores and size. */
export async function runTree(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const { train, test } = data;
  const model: Model = await make().fit(train.x, train.y);
  const seen = item.over_random_states as Seen;
  if (item.unique !== true) {
    within(run, "test score", await model.score(test.x, test.y), seen.test_score, 0.02);
    within(run, "train score", await model.score(train.x, train.y), seen.train_score, 0.02);
    within(run, "nodes", model.tree.left.length, seen.nodes ?? [0, 0], 2);
    const { left, right, weight, impurity } = model.tree;
    const lost = (node: number): number => (weight[node] / weight[0]) * impurity[node];
    const gain = lost(0) - lost(left[0]) - lost(right[0]);
    const known = item.root_gain as number;
    within(run, "root gain", gain, [known, known], 1e-4 * Math.abs(known));
    return;
  }
  for (const output of item.outputs) await run.check(output, await treeOutput(output, model, run));
}

async function treeOutput(
  name: string,
  model: Model,
  { data, item, group }: ClassicRun,
): Promise<unknown> {
  if (name.startsWith("tree.")) {
    const array = name.slice("tree.".length);
    const values = model.tree[arrays[array] ?? array];
    // the threshold of a leaf is meaningless
    if (array === "threshold") {
      return values.map((value: number, node: number) => (model.tree.left[node] < 0 ? 0 : value));
    }
    if (array === "missing_go_to_left") return Int32Array.from(values);
    if (array !== "value") return values;
    return {
      dtype: "f64",
      shape: [values.length / model.tree.width, model.tree.width],
      data: async () => values,
    };
  }
  if (name === "ccp_alphas" || name === "impurities") {
    const path = await model.costComplexityPruningPath(data.train.x, data.train.y);
    // the first pruning steps depend on random splits
    const [length = 0] = group.tensor(item.id, name).shape;
    return path[camel(name)].slice(-length);
  }
  return outputOf(name, model, data);
}

/** An attribute (its name ends in an underscore), or the result of a method on the test rows. */
export function outputOf(name: string, model: Model, { test }: Data): unknown {
  if (name.endsWith("_")) return model[camel(name.slice(0, -1))];
  return model[camel(name)](test.x);
}

/** Boosted trees whose numbers are all unique. */
export async function runAdaBoost(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const model: Model = await make().fit(data.train.x, data.train.y);
  const seen = item.over_random_states as Seen;
  within(run, "test score", await model.score(data.test.x, data.test.y), seen.test_score, 0.02);
  if (item.unique !== true) return;
  for (const output of item.outputs) await run.check(output, await outputOf(output, model, data));
}

/** A forest: scores and importances within the range of twenty forests of the reference. */
export async function runForest(run: ClassicRun): Promise<void> {
  const { item, data, group, make } = run;
  const model: Model = await make({ oobScore: true, randomState: 0 }).fit(
    data.train.x,
    data.train.y,
  );
  const near = (name: string, value: number, mean: number, sd: number): void =>
    within(run, name, value, [mean, mean], Math.max(5 * sd, 0.02));
  const [testMean, testSd] = item.test_score as [number, number];
  near("test score", await model.score(data.test.x, data.test.y), testMean, testSd);
  const [oobMean, oobSd] = item.oob_score as [number, number];
  near("out-of-bag score", model.oobScore, oobMean, oobSd);
  const [means = [], sds = []] = ["importances_mean", "importances_sd"].map(
    (name) => group.tensor(item.id, name).data,
  );
  model.featureImportances.forEach((value: number, j: number) => {
    near(`importance ${j}`, value, means[j] as number, sds[j] as number);
  });
}

/**
 * Isolation scores: close to the mean of twenty forests of the reference, with mostly the same
 * outliers.
 */
export async function runIsolation(run: ClassicRun): Promise<void> {
  const { item, data, group, make, fault } = run;
  const model: Model = await make({ randomState: 0 }).fit(data.train.x);
  const scores = Float64Array.from(await (await model.scoreSamples(data.train.x)).data());
  const stored = (name: string): number[] => Array.from(group.tensor(item.id, name).data);
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const off = mean(stored("score_mean").map((value, i) => Math.abs(value - (scores[i] as number))));
  const most = 4 * mean(stored("score_sd"));
  if (off > most) fault(`scores are ${off} off the mean, expected at most ${most}`);
  const known = new Set(stored("lowest"));
  const lowest = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const shared = lowest.slice(0, 10).filter((row) => known.has(row)).length;
  if (shared < 7) fault(`${shared} of the ten lowest rows agree with the reference, expected 7`);
}
