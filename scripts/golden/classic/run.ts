import type { Tensor } from "@wgrad/autograd";
import { StandardScaler } from "@wgrad/datasets";
import type { Run } from "../run.ts";
import { runBoosting, runHistBoosting } from "./boosting.ts";
import { estimatorOf, type Model } from "./estimators.ts";
import type { ClassicGroup, Data } from "./load.ts";
import { runAdaBoost, runForest, runIsolation, runTree } from "./trees.ts";

/** What a runner of a kind is given. */
export interface ClassicRun extends Run {
  readonly data: Data;
  /** The estimator that the case names. */
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
};

/** A case of a group `classic/…`. */
export async function runClassic(run: Run): Promise<void> {
  const { item } = run;
  const runner = runners[item.category];
  if (runner === undefined) throw new Error(`no runner for cases of kind ${item.category}`);
  const group = run.group as ClassicGroup;
  const plain = await group.data(item.data as string);
  const data = item.standardize === true ? standardized(plain) : plain;
  await runner({ ...run, data, make: (more) => estimatorOf(run, more) });
}

function standardized({ train, test }: Data): Data {
  const scaler = new StandardScaler().fit(train.x);
  const scaled = (x: Tensor): Tensor => scaler.transform(x).keep();
  return { train: { ...train, x: scaled(train.x) }, test: { ...test, x: scaled(test.x) } };
}
