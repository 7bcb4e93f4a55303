import type { Tensor } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import { KFold, StandardScaler, StratifiedKFold } from "@wgrad/datasets";
import type { Encoded } from "../load.ts";
import { camel } from "../names.ts";
import { type Model, settingsOf } from "./estimators.ts";
import type { ClassicRun } from "./run.ts";
import { within } from "./trees.ts";

/** The splitter for a text such as `StratifiedKFold(5), no shuffle`. */
function splitterOf(text: string): KFold | StratifiedKFold {
  const [, name, count] = /^(\w+)\((\d+)\)/.exec(text) ?? [];
  const options = { nSplits: Number(count) };
  return name === "KFold" ? new KFold(options) : new StratifiedKFold(options);
}

const close = (run: ClassicRun, name: string, value: number, known: number): void =>
  within(run, name, value, [known, known], 1e-4 * Math.max(1, Math.abs(known)));

/** Scores of the folds, and the rows of each fold. */
export async function runCrossValidation(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const { x, y } = data.train as { x: Tensor; y: Tensor };
  const cv = splitterOf(item.cv as string);
  const labels = await y.data();
  const folds = cv instanceof KFold ? cv.split(labels.length) : cv.split(labels);
  const numbers = new Int32Array(labels.length);
  folds.forEach(({ test }, k) => {
    for (const row of test) numbers[row] = k;
  });
  await run.check("fold", numbers);
  const own = make();
  const model =
    item.standardize_in_fold === true ? classic.makePipeline(new StandardScaler(), own) : own;
  const scoring = item.scoring as classic.ScoringName;
  await run.check("scores", await classic.crossValScore(model, x, y, { cv, scoring }));
}

/** The scores of every candidate, and the best candidate. */
export async function runGridSearch(run: ClassicRun): Promise<void> {
  const { item, data, make } = run;
  const { x, y } = data.train as { x: Tensor; y: Tensor };
  const grid = settingsOf(item.grid as Readonly<Record<string, Encoded>>, run);
  const search = await new classic.GridSearchCV(make(), grid as classic.ParamGrid, {
    cv: splitterOf(item.cv as string),
    scoring: item.scoring as classic.ScoringName,
  }).fit(x, y);
  const { params, meanTestScore, stdTestScore, rankTestScore, splitTestScores } = search.cvResults;
  const named = (candidate: object): string =>
    JSON.stringify(Object.fromEntries(Object.entries(candidate).map(([k, v]) => [camel(k), v])));
  const wanted = (item.candidates as object[]).map(named);
  const found = params.map(named);
  if (String(found) !== String(wanted)) run.fault(`candidates: ${found}, expected ${wanted}`);
  const best = named(item.best_params as object);
  if (named(search.bestParams) !== best) {
    run.fault(`best: ${named(search.bestParams)}, expected ${best}`);
  }
  close(run, "best score", search.bestScore, item.best_score as number);
  const rows = splitTestScores.flatMap((scores) => Array.from(scores));
  const results: Readonly<Record<string, unknown>> = {
    mean_test_score: meanTestScore,
    std_test_score: stdTestScore,
    rank_test_score: rankTestScore,
    split_test_scores: rows,
  };
  for (const output of item.outputs) {
    const { shape } = run.group.tensor(item.id, output);
    const value = results[output];
    if (!Array.isArray(value)) await run.check(output, value);
    else {
      // scikit-learn gives a list of scores for each fold
      const byFold = shape[0] === params.length;
      const [count, folds] = [params.length, rows.length / params.length];
      const turned = Float64Array.from(rows, (_, i) =>
        byFold
          ? (rows[i] as number)
          : (rows[(i % count) * folds + Math.floor(i / count)] as number),
      );
      await run.check(output, { dtype: "f64", shape, data: async () => turned });
    }
  }
}

/** The decrease of the score for given permutations of columns. */
export async function runPermutation(run: ClassicRun): Promise<void> {
  const { item, data, group, make } = run;
  const { train, test } = data as {
    train: { x: Tensor; y: Tensor };
    test: { x: Tensor; y: Tensor };
  };
  const model: Model = await make().fit(train.x, train.y);
  const { data: stored, shape } = group.tensor(item.id, "permutations");
  const [, repeats = 0, rows = 0] = shape;
  const found = await classic.permutationImportance(model, test.x, test.y, {
    scoring: item.scoring as classic.ScoringName,
    nRepeats: repeats,
    permutation: (feature, repeat) => {
      const at = (feature * repeats + repeat) * rows;
      return stored.slice(at, at + rows);
    },
  });
  close(run, "baseline", found.baseline, item.baseline as number);
  const flat = Float64Array.from(found.importances.flatMap((own) => Array.from(own)));
  const matrix = {
    dtype: "f64",
    shape: [found.importances.length, repeats],
    data: async () => flat,
  };
  await run.check("importances", matrix);
  await run.check("importances_mean", found.importancesMean);
  await run.check("importances_std", found.importancesStd);
}

/** Mean predictions for values of a feature. */
export async function runPartialDependence(run: ClassicRun): Promise<void> {
  const { item, data, group, make } = run;
  const { x, y } = data.train as { x: Tensor; y: Tensor };
  const model: Model = await make().fit(x, y);
  const { gridValues, average } = await classic.partialDependence(
    model,
    x,
    item.features as number | [number, number],
    {
      gridResolution: item.grid_resolution as number,
      percentiles: item.percentiles as [number, number],
    },
  );
  const flat = Float64Array.from(average.flatMap((own) => Array.from(own)));
  const { shape } = group.tensor(item.id, "average");
  await run.check("average", { dtype: "f64", shape, data: async () => flat });
  for (const [i, values] of gridValues.entries()) {
    if (item.outputs.includes(`grid${i}`)) await run.check(`grid${i}`, values);
  }
}
