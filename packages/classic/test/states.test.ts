import { load, toBlob } from "@wgrad/autograd/saving";
import * as classic from "@wgrad/classic";
import { expect, test } from "vitest";
import { classes, onDevices, quantities, valuesOf } from "./data.ts";

const classifiers = {
  BernoulliNB: new classic.BernoulliNB(),
  GaussianNB: new classic.GaussianNB(),
  KNeighborsClassifier: new classic.KNeighborsClassifier(),
  LinearDiscriminantAnalysis: new classic.LinearDiscriminantAnalysis(),
  LinearSVC: new classic.LinearSVC({ randomState: 0 }),
  LogisticRegression: new classic.LogisticRegression(),
  QuadraticDiscriminantAnalysis: new classic.QuadraticDiscriminantAnalysis(),
  SVC: new classic.SVC(),
};

const regressors = {
  ElasticNet: new classic.ElasticNet({ alpha: 0.1 }),
  KNeighborsRegressor: new classic.KNeighborsRegressor({ weights: "distance" }),
  Lasso: new classic.Lasso({ alpha: 0.1 }),
  LinearRegression: new classic.LinearRegression(),
  Ridge: new classic.Ridge(),
  SVR: new classic.SVR(),
};

const unnamed = {
  GaussianMixture: new classic.GaussianMixture({ nComponents: 2, randomState: 0 }),
  IsolationForest: new classic.IsolationForest({ nEstimators: 5, randomState: 0 }),
  KMeans: new classic.KMeans({ nClusters: 3, randomState: 0 }),
};

onDevices("a file restores", () => {
  test.each(Object.entries({ ...classifiers, ...regressors, ...unnamed }))(
    "%s",
    async (name, model) => {
      const { x, y } = name in classifiers ? classes() : quantities();
      const fit = model.fit.bind(model) as (...given: unknown[]) => Promise<unknown>;
      await (name in unnamed ? fit(x) : fit(x, y));
      const predicted = await valuesOf(model.predict(x));
      expect(new Set(predicted).size).toBeGreaterThan(1);
      const saved = await load(await toBlob(model.toState()));
      const Class = model.constructor as unknown as { fromState(state: unknown): typeof model };
      const other = Class.fromState(saved);
      expect(await valuesOf(other.predict(x))).toEqual(predicted);
      expect(other.getParams()).toEqual(model.getParams());
      const copy = other.clone();
      await expect(async () => copy.predict(x)).rejects.toThrow(`${name}.predict: not fitted yet`);
    },
  );
});

test("cluster labels and merges are restored, too", async () => {
  const { x } = quantities();
  const density = await new classic.DBSCAN({ eps: 0.6, minSamples: 3 }).fit(x);
  const tree = await new classic.AgglomerativeClustering({ nClusters: 4 }).fit(x);
  const saved = await load(await toBlob({ density: density.toState(), tree: tree.toState() }));
  const parts = saved as { density: unknown; tree: unknown };
  expect(classic.DBSCAN.fromState(parts.density).labels).toEqual(density.labels);
  expect(classic.AgglomerativeClustering.fromState(parts.tree).merges).toEqual(tree.merges);
});

test("unused arguments are refused by name", async () => {
  const { x, y } = quantities();
  const untyped = (model: object) => model as Record<string, (...given: unknown[]) => unknown>;
  const ridge = untyped(new classic.Ridge());
  await expect(ridge.fit?.(x, y, { weights: y })).rejects.toThrow('there is no option "weights"');
  await expect(ridge.fit?.(x, y, {}, 1)).rejects.toThrow("got 4");
  await expect(untyped(new classic.KMeans()).fit?.(x, { weight: 1 })).rejects.toThrow(
    'there is no option "weight"',
  );
  await expect(classic.linkage(x, { methods: "ward" } as never)).rejects.toThrow(
    'there is no option "methods"',
  );
  const Ridge = classic.Ridge as unknown as new (...given: unknown[]) => object;
  expect(() => new Ridge({}, 1)).toThrow("Ridge: takes 1 argument");
  expect(() => new Ridge({ alpha: null })).toThrow("Ridge: alpha is null");
});
