import { type Tensor, tensor } from "@wgrad/autograd";
import type { Run } from "../run.ts";
import { runBoosting, runHistBoosting } from "./boosting.ts";
import { runKMeans, runLabels, runLinkage, runMixture } from "./clusters.ts";
import { runEstimator } from "./estimator.ts";
import { estimatorOf, type Model } from "./estimators.ts";
import type { ClassicGroup, Data } from "./load.ts";
import {
  runCrossValidation,
  runGridSearch,
  runPartialDependence,
  runPermutation,
} from "./selection.ts";
import { runAdaBoost, runForest, runIsolation, runTree } from "./trees.ts";

/** The input of a runner. */
export interface ClassicRun extends Run {
  readonly data: Data;
  /** Makes the estimator of the case. */
  readonly make: (more?: object) => Model;
}

type Runner = (run: ClassicRun) => Promise<void>;

const runners: Readonly<Record<string, Runner>> = {
  tree: runTree,
  adaboost: runAdaBoost,
  forest: runForest,
  isolation: runIsolation,
  histgb: runHistBoosting,
  gb: runBoosting,
  estimator: runEstimator,
  labels: runLabels,
  kmeans: runKMeans,
  gmm: runMixture,
  linkage: runLinkage,
  cross_val_score: runCrossValidation,
  grid_search: runGridSearch,
  permutation_importance: runPermutation,
  partial_dependence: runPartialDependence,
};

/** Runs a case of a group `classic/…`. */
export async function runClassic(run: Run): Promise<void> {
  const { item } = run;
  const runner = runners[item.category];
  if (runner === undefined) throw new Error(`no runner for cases of kind ${item.category}`);
  const group = run.group as ClassicGroup;
  const plain = await group.data(item.data as string);
  const data = item.standardize === true ? await standardized(plain) : plain;
  await runner({ ...run, data, make: (more) => estimatorOf(run, more) });
}

/** (x − μ) / σ with the statistics of the training rows, in f64 like the reference. */
async function standardized({ train, test }: Data): Promise<Data> {
  const { data, shape } = await read(train.x);
  const [rows = 0, width = 0] = shape;
  const column = (j: number): number[] =>
    Array.from({ length: rows }, (_, i) => data[i * width + j] as number);
  const scales = Array.from({ length: width }, (_, j) => {
    const values = column(j);
    const mean = values.reduce((a, b) => a + b, 0) / rows;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    return { mean, deviation: variance === 0 ? 1 : Math.sqrt(variance) };
  });
  const scaled = async (x: Tensor): Promise<Tensor> => {
    const { data: values, shape: own } = await read(x);
    const out = Float32Array.from(values, (value, i) => {
      const { mean, deviation } = scales[i % width] as (typeof scales)[number];
      return (value - mean) / deviation;
    });
    return tensor(out, { shape: own });
  };
  return {
    train: { ...train, x: await scaled(train.x) },
    test: { ...test, x: await scaled(test.x) },
  };
}

const read = async (x: Tensor) => ({ data: Float64Array.from(await x.data()), shape: x.shape });
