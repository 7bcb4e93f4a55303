import { init, tensor } from "@wgrad/autograd";
import { load, toBlob } from "@wgrad/autograd/saving";
import {
  crossValScore,
  DecisionTreeRegressor,
  GridSearchCV,
  HalvingRandomSearchCV,
  KNeighborsClassifier,
  LogisticRegression,
  learningCurve,
  loguniform,
  makePipeline,
  PCA,
  PredictorPipeline,
  partialDependence,
  permutationImportance,
  RandomForestRegressor,
  RandomizedSearchCV,
  Ridge,
  randint,
  SVC,
  uniform,
} from "@wgrad/classic";
import {
  ColumnTransformer,
  KFold,
  OneHotEncoder,
  SimpleImputer,
  StandardScaler,
  Table,
} from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import { classes, quantities, valuesOf } from "./data.ts";

await init({ device: "cpu" });

/** Houses with a missing value, a text column and a price. */
function houses(): { table: Table; prices: number[] } {
  const rows = Array.from({ length: 60 }, (_, i) => 60 + 40 * Math.sin(i) + i);
  const kinds = rows.map((_, i) => ["flat", "house", "hut"][i % 3] as string);
  const size = Float64Array.from(rows, (value, i) => (i % 11 === 0 ? Number.NaN : value));
  const prices = rows.map((value, i) => 3 * value + 20 * (i % 3));
  return { table: new Table({ size, kind: kinds }, { mayMiss: true }), prices };
}

const prepared = () =>
  new ColumnTransformer([
    { columns: ["size"], steps: [new SimpleImputer(), new StandardScaler()] },
    { columns: ["kind"], steps: [new OneHotEncoder()] },
  ]);

describe("pipelines", () => {
  test("each fold fits the transforms of a table again", async () => {
    const { table, prices } = houses();
    const transformer = prepared();
    const model = makePipeline(transformer, new Ridge({ alpha: 0.1 }));
    const cv = new KFold({ nSplits: 4, shuffle: true, randomState: 0 });
    const scores = await crossValScore(model, table, prices, { cv });
    expect(Math.min(...scores)).toBeGreaterThan(0.7);
    // the given transformer was not fitted
    expect(() => transformer.transform(table)).toThrow("not fitted yet");
    await expect((async () => model.predict(table))()).rejects.toThrow(
      "PredictorPipeline.predict: not fitted yet",
    );
    await model.fit(table, prices);
    expect(await model.score(table, prices)).toBeGreaterThan(0.9);
  });

  test("settings of transforms and predictor are searched together", async () => {
    const { x, y } = classes();
    const model = makePipeline(new StandardScaler(), new PCA(), new KNeighborsClassifier());
    const search = await new GridSearchCV(
      model,
      { PCA__nComponents: [1, 3], nNeighbors: [1, 5] },
      { cv: 3 },
    ).fit(x, y);
    expect(search.cvResults.params).toHaveLength(4);
    expect(search.bestParams).toHaveProperty("PCA__nComponents", 3);
    expect((await search.predict(x)).shape).toEqual([40]);
    expect(() => model.clone({ SVD__k: 3 })).toThrow(
      "PredictorPipeline: there is no step for SVD__k\n  hint: the steps are StandardScaler, PCA",
    );
  });

  test("predictProba exists if the predictor has it", async () => {
    const { x, y } = classes();
    const machine = await makePipeline(new StandardScaler(), new SVC()).fit(x, y);
    expect(machine.predictProba).toBeUndefined();
    expect((await machine.decisionFunction?.(x))?.shape).toEqual([40, 3]);
    const odds = await makePipeline(new StandardScaler(), new LogisticRegression()).fit(x, y);
    expect((await odds.predictProba?.(x))?.shape).toEqual([40, 3]);
    expect(odds.classes).toEqual(Int32Array.of(0, 1, 2));
  });

  test("a pipeline is restored from a file, fitted or not", async () => {
    const { table, prices } = houses();
    const model = makePipeline(prepared(), new Ridge({ alpha: 0.1 })).clone({
      StandardScaler__withMean: false,
    });
    const state = async () => load(await toBlob(await model.toState()));
    const fresh = await PredictorPipeline.fromState(await state(), { classes: { Ridge } });
    expect(fresh.getParams()).toEqual(model.getParams());
    await expect((async () => fresh.predict(table))()).rejects.toThrow("not fitted yet");
    await model.fit(table, prices);
    const again = await PredictorPipeline.fromState(await state(), { classes: { Ridge } });
    expect(await valuesOf(again.predict(table))).toEqual(await valuesOf(model.predict(table)));
    expect(await valuesOf((await fresh.fit(table, prices)).predict(table))).toEqual(
      await valuesOf(model.predict(table)),
    );
    await expect(PredictorPipeline.fromState(await state())).rejects.toThrow(
      'PredictorPipeline.fromState: unknown class "Ridge"\n  hint: PredictorPipeline.fromState(state, { classes: { Ridge } })',
    );
    const nameless = makePipeline(prepared(), { ...new Ridge(), predict() {} } as never);
    await expect(nameless.toState()).rejects.toThrow("has no toState");
  });
});

describe("searches", () => {
  test("random candidates are the same for a seed, and the best is fitted on all rows", async () => {
    const { x, y } = quantities();
    const make = () =>
      new RandomizedSearchCV(
        new DecisionTreeRegressor({ randomState: 0 }),
        { maxDepth: randint(1, 6), minImpurityDecrease: uniform(0, 0.1) },
        { nIter: 5, cv: 3, scoring: "neg_mean_squared_error", randomState: 1 },
      );
    const [a, b] = [await make().fit(x, y), await make().fit(x, y)];
    expect(a.cvResults.params).toEqual(b.cvResults.params);
    expect(a.bestScore).toBe(Math.max(...a.cvResults.meanTestScore));
    expect(a.cvResults.rankTestScore[a.bestIndex]).toBe(1);
    expect(await a.score(x, y)).toBeLessThanOrEqual(0);
    const lists = await new RandomizedSearchCV(new Ridge(), { alpha: [0.1, 1] }, { nIter: 9 }).fit(
      x,
      y,
    );
    expect(lists.cvResults.params).toHaveLength(2);
  });

  test("halving: fewer candidates, more rows", async () => {
    const { x, y } = quantities();
    const search = await new HalvingRandomSearchCV(
      new Ridge(),
      { alpha: loguniform(1e-3, 1e2) },
      { cv: new KFold({ nSplits: 2 }), randomState: 0 },
    ).fit(x, y);
    expect(search.rounds).toEqual([
      { candidates: 10, resources: 4 },
      { candidates: 4, resources: 12 },
      { candidates: 2, resources: 36 },
    ]);
    expect(search.bestIndex).toBeGreaterThanOrEqual(14);
    const trees = await new HalvingRandomSearchCV(
      new RandomForestRegressor({ randomState: 0 }),
      { maxDepth: [1, 2, 3, 4] },
      {
        cv: 2,
        resource: "nEstimators",
        maxResources: 8,
        minResources: 2,
        factor: 2,
        randomState: 0,
      },
    ).fit(x, y);
    expect(trees.rounds.map(({ resources }) => resources)).toEqual([2, 4, 8]);
    expect(trees.bestParams).toHaveProperty("nEstimators", 8);
  });
});

describe("permutation importance and partial dependence", () => {
  test("an unused feature has importance 0, also by name", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(7 * i)]);
    const y = rows.map(([a = 0]) => 4 * a);
    const table = new Table({
      used: Float64Array.from(rows, ([a = 0]) => a),
      other: Float64Array.from(rows, ([, b = 0]) => b),
    });
    const model = await new Ridge().fit(table, y);
    const { importancesMean, baseline } = await permutationImportance(model, table, y, {
      randomState: 0,
    });
    expect(importancesMean[0]).toBeGreaterThan(1);
    expect(Math.abs(importancesMean[1] as number)).toBeLessThan(0.01);
    expect(baseline).toBeGreaterThan(0.99);
    const { average, gridValues } = await partialDependence(model, table, "used", {
      gridResolution: 5,
    });
    const [line] = average as [Float64Array];
    const slope =
      ((line[4] as number) - (line[0] as number)) /
      ((gridValues[0]?.[4] ?? 0) - (gridValues[0]?.[0] ?? 0));
    expect(slope).toBeCloseTo(model.coef[0] as number, 4);
    const plane = await partialDependence(model, table, ["used", "other"], { gridResolution: 4 });
    expect(plane.average[0]).toHaveLength(16);
  });

  test("scores improve with more rows", async () => {
    const { x, y } = classes();
    const curve = await learningCurve(new KNeighborsClassifier({ nNeighbors: 1 }), x, y, {
      cv: new KFold({ nSplits: 4 }),
      trainSizes: [3, 0.5, 1],
    });
    expect([...curve.trainSizes]).toEqual([3, 15, 30]);
    const mean = (scores: Float64Array | undefined): number =>
      (scores ?? new Float64Array()).reduce((a, b) => a + b, 0) / 4;
    expect(mean(curve.testScores[2])).toBeGreaterThan(mean(curve.testScores[0]));
    expect(mean(curve.trainScores[0])).toBe(1);
  });

  test.each([
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "precision_weighted",
    "recall_macro",
    "roc_auc_ovr",
    "neg_log_loss",
  ] as const)("%s of three classes", async (scoring) => {
    const { x, y } = classes();
    const scores = await crossValScore(new LogisticRegression(), x, y, { cv: 3, scoring });
    scores.forEach((score) => {
      expect(score).toBeGreaterThan(scoring === "neg_log_loss" ? -1 : 0.5);
      expect(score).toBeLessThanOrEqual(1);
    });
  });
});

describe("bad input", () => {
  const { x, y } = classes();

  test.each<[string, () => unknown, string]>([
    [
      "an unknown score",
      () => crossValScore(new Ridge(), x, y, { scoring: "mse" as "r2" }),
      'scoring is "mse"\n  hint: accuracy, ',
    ],
    [
      "probabilities of a predictor that has none",
      () => crossValScore(new SVC(), x, y, { scoring: "neg_log_loss" }),
      'scoring "neg_log_loss": SVC has no predictProba',
    ],
    [
      "a score of two classes with three classes",
      () => crossValScore(new LogisticRegression(), x, y, { scoring: "roc_auc" }),
      'scoring "roc_auc": got 3 classes, expected two',
    ],
    [
      "invalid folds",
      () => crossValScore(new Ridge(), x, y, { cv: "five" as never }),
      "cv must be a number of folds, a splitter, or a list of folds",
    ],
    [
      "more folds than rows of any class",
      () => crossValScore(new SVC(), x, y, { cv: 39 }),
      "StratifiedKFold: there are 39 folds",
    ],
    [
      "a setting without values",
      () => new GridSearchCV(new SVC(), { C: [] }),
      "GridSearchCV: C is []\n  hint: a list of values to try: { C: [1, 2] }",
    ],
    [
      "an unknown setting",
      () => new GridSearchCV(new SVC(), { c: [1] }).fit(x, y),
      'SVC: there is no option "c"\n  hint: did you mean C? new SVC({ ',
    ],
    [
      "results before the search",
      () => new GridSearchCV(new SVC(), { C: [1] }).bestParams,
      "GridSearchCV.bestParams: not fitted yet",
    ],
    [
      "more rows than there are",
      () => new HalvingRandomSearchCV(new SVC(), { C: [1, 2] }, { maxResources: 99 }).fit(x, y),
      "HalvingRandomSearchCV: resources range from 30 to 99, but there are 40 rows",
    ],
    [
      "an unknown resource",
      () =>
        new HalvingRandomSearchCV(new SVC(), { C: [1] }, { resource: "trees", maxResources: 9 }),
      'HalvingRandomSearchCV: SVC has no setting "trees"',
    ],
    [
      "a pipeline without a predictor",
      () => makePipeline(new StandardScaler(), new PCA() as never),
      "PredictorPipeline: needs transforms followed by a predictor",
    ],
    [
      "an unknown feature",
      async () => partialDependence(await new Ridge().fit(x, y), x, 7),
      "partialDependence: there is no feature 7\n  hint: 0 to 2",
    ],
    [
      "more training rows than there are",
      () => learningCurve(new Ridge(), x, y, { trainSizes: [50] }),
      "learningCurve: trainSizes contains 50",
    ],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  test("an unknown category is reported", async () => {
    const { table, prices } = houses();
    const model = await makePipeline(prepared(), new Ridge()).fit(table, prices);
    const castle = new Table({ size: Float64Array.of(90), kind: ["castle"] });
    await expect((async () => valuesOf(model.predict(castle)))()).rejects.toThrow(
      '"castle" is not one of "flat", "house", "hut"',
    );
    expect(tensor([1]).shape).toEqual([1]);
  });
});

describe("unused arguments are refused", () => {
  const untyped = (call: unknown) => call as (...given: unknown[]) => unknown;
  const ridge = new Ridge();
  const pipeline = makePipeline(new StandardScaler(), new Ridge());
  const search = new GridSearchCV(new Ridge(), { alpha: [1] });
  const of = (object: object, method: string, ...given: unknown[]) =>
    untyped((object as Record<string, unknown>)[method]).apply(object, given);

  test.each<[string, () => unknown, string]>([
    ["clone", () => of(ridge, "clone", {}, 1), "clone: takes 1 argument"],
    ["clone, a setting", () => of(ridge, "clone", { alhpa: 1 }), "did you mean alpha?"],
    ["getParams", () => of(ridge, "getParams", true), "getParams: takes no arguments"],
    ["toState", () => of(ridge, "toState", 1), "toState: takes no arguments"],
    ["fromState", () => of(Ridge, "fromState", {}, {}, 1), "fromState: takes 2 arguments, got 3"],
    [
      "fromState, a setting",
      () => of(Ridge, "fromState", ridge.toState(), { alhpa: 1 }),
      "did you mean alpha?",
    ],
    ["loadStateDict", () => of(ridge, "loadStateDict", ridge.toState(), 1), "takes 1 argument"],
    ["fitTransform", () => of(new PCA(), "fitTransform", 1, 2, 3), "fitTransform: takes 2"],
    ["a pipeline's clone", () => of(pipeline, "clone", {}, 1), "clone: takes 1 argument"],
    ["a pipeline's getParams", () => of(pipeline, "getParams", 1), "takes no arguments"],
    ["a search's clone", () => of(search, "clone", {}, 1), "clone: takes 1 argument"],
    ["a search's getParams", () => of(search, "getParams", 1), "takes no arguments"],
    [
      "makePipeline without steps",
      () => of({ makePipeline }, "makePipeline", new Ridge()),
      "PredictorPipeline: needs transforms followed by a predictor",
    ],
    [
      "makePipeline, an invalid step",
      () => of({ makePipeline }, "makePipeline", "scale", new Ridge()),
      'PredictorPipeline: step 0 is "scale", which is not a transform',
    ],
    [
      "makePipeline, settings after the steps",
      () => of({ makePipeline }, "makePipeline", new StandardScaler(), new Ridge(), { memory: 1 }),
      "PredictorPipeline: needs transforms followed by a predictor",
    ],
    [
      "cross-validation of an object that is not a predictor",
      () => untyped(crossValScore)({ fit() {} }, quantities().x, quantities().y),
      "crossValScore: the first argument must be a predictor; an object has no predict\n  hint: crossValScore(new SVC(), …)",
    ],
    [
      "a search of a class",
      () => new GridSearchCV(Ridge as never, { alpha: [1] }),
      "GridSearchCV: the first argument must be a predictor; the class Ridge has no fit",
    ],
    [
      "a learning curve of a transform",
      () => untyped(learningCurve)(new PCA(), quantities().x, quantities().y),
      "learningCurve: the first argument must be a predictor; a PCA has no predict",
    ],
    [
      "importances of null",
      () => untyped(permutationImportance)(null, quantities().x, quantities().y),
      "permutationImportance: the first argument must be a predictor; null has no fit",
    ],
    ["randint, one too many", () => untyped(randint)(1, 6, 2), "randint: takes 2 arguments, got 3"],
    [
      "randint, halves",
      () => randint(0.5, 3),
      "randint: the bounds are 0.5 and 3\n  hint: whole numbers",
    ],
    [
      "randint, nothing between",
      () => randint(3, 3),
      "randint: the bounds are 3 and 3\n  hint: finite",
    ],
    ["uniform, one bound", () => untyped(uniform)(3), "uniform: high is missing"],
    [
      "uniform, backwards",
      () => uniform(3, 1),
      "uniform: the bounds are 3 and 1\n  hint: finite numbers",
    ],
    ["uniform, text", () => untyped(uniform)("a", 1), 'uniform: low is "a", not a number'],
    ["loguniform from 0", () => loguniform(0, 1), "loguniform: low is 0\n  hint: numbers above 0"],
    [
      "a draw from an empty list",
      () => {
        const lists = { alpha: uniform(0, 1), fitIntercept: [] };
        return new RandomizedSearchCV(new Ridge(), lists).fit(quantities().x, quantities().y);
      },
      "RandomizedSearchCV: fitIntercept is []\n  hint: a list of values to try",
    ],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});

test("weights are used in every fold of a search", async () => {
  const { x, y } = quantities();
  const sampleWeight = y.map((_, i) => (i % 3 === 0 ? 0 : 1 + (i % 4)));
  const search = new GridSearchCV(new Ridge(), { alpha: [1] }, { cv: 4 });
  await search.fit(x, y, { sampleWeight });
  const rows = (await x.data()) as Float32Array;
  const known = (indices: readonly number[]) =>
    tensor(indices.map((i) => [...rows.subarray(3 * i, 3 * i + 3)]));
  const folds = new KFold({ nSplits: 4 }).split(y.length);
  for (const [k, { train, test: held }] of folds.entries()) {
    const at = (values: readonly number[], indices: readonly number[]) =>
      indices.map((i) => values[i] as number);
    const model = await new Ridge().fit(known(train), at(y, train), {
      sampleWeight: at(sampleWeight, train),
    });
    const score = await model.score(known(held), at(y, held));
    expect(search.cvResults.splitTestScores[0]?.[k]).toBe(score);
  }
});
