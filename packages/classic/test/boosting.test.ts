import { init, type Tensor, tensor } from "@wgrad/autograd";
import { load, toBlob } from "@wgrad/autograd/saving";
import {
  GradientBoostingClassifier,
  GradientBoostingRegressor,
  HistGradientBoostingClassifier,
  HistGradientBoostingRegressor,
} from "@wgrad/classic";
import { Table } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import { classes, onDevices, quantities, valuesOf } from "./data.ts";

const few = { maxIter: 8, minSamplesLeaf: 4 };
const models = {
  HistGradientBoostingClassifier: () => new HistGradientBoostingClassifier(few),
  GradientBoostingClassifier: () => new GradientBoostingClassifier({ nEstimators: 4 }),
  HistGradientBoostingRegressor: () =>
    new HistGradientBoostingRegressor({ ...few, loss: "quantile", quantile: 0.7 }),
  GradientBoostingRegressor: () => new GradientBoostingRegressor({ nEstimators: 4, loss: "huber" }),
};

/** Losses by name, and the same losses in tensor operations. */
const ownLosses: Readonly<Record<string, (raw: Tensor, y: Tensor) => Tensor>> = {
  squared_error: (raw, y) => raw.sub(y).square().div(2),
  poisson: (raw, y) => raw.exp().sub(raw.mul(y)),
  gamma: (raw, y) => raw.add(y.mul(raw.neg().exp())),
};

onDevices("boosting", () => {
  test.each(Object.entries(models))("%s is restored from a file", async (name, make) => {
    const { x, y } = name.endsWith("Classifier") ? classes() : quantities();
    const model = make();
    await model.fit(x, y);
    const saved = await load(await toBlob(model.toState()));
    const Class = model.constructor as unknown as { fromState(state: unknown): typeof model };
    const other = Class.fromState(saved);
    expect(await valuesOf(other.predict(x))).toEqual(await valuesOf(model.predict(x)));
  });

  test.each(Object.keys(ownLosses))("a custom loss grows the same trees as %s", async (name) => {
    const { x, y } = quantities();
    const targets = y.map((value) => Math.abs(value) + 0.5);
    const loss = ownLosses[name] as (raw: Tensor, y: Tensor) => Tensor;
    const named = await new HistGradientBoostingRegressor({
      ...few,
      loss: name as "poisson",
    }).fit(x, targets);
    const own = await new HistGradientBoostingRegressor({ ...few, loss }).fit(x, targets);
    expect(own.baseline[0]).toBeCloseTo(named.baseline[0] as number, 4);
    const link = name === "squared_error" ? (raw: number) => raw : Math.exp;
    const [a, b] = [await valuesOf(own.predict(x)), await valuesOf(named.predict(x))];
    a.forEach((raw, i) => {
      expect(link(raw)).toBeCloseTo(b[i] as number, 3);
    });
  });

  test.each([2, 3])("a custom loss of %i classes", async (count) => {
    const { x, y } = classes();
    const labels = y.map((label) => Math.min(label, count - 1));
    const loss = (raw: Tensor, codes: Tensor): Tensor =>
      count === 2
        ? raw.exp().log1p().sub(raw.mul(codes))
        : raw.logSoftmax(1).gather(1, codes.unsqueeze(1)).squeeze(1).neg();
    const own = await new HistGradientBoostingClassifier({ ...few, loss }).fit(x, labels);
    const named = await new HistGradientBoostingClassifier(few).fit(x, labels);
    const [a, b] = [await valuesOf(own.predictProba(x)), await valuesOf(named.predictProba(x))];
    // with three classes the baseline differs: 0, not the class frequencies
    a.forEach((p, i) => {
      expect(Math.abs(p - (b[i] as number))).toBeLessThan(count === 2 ? 1e-4 : 0.15);
    });
    expect(await own.score(x, labels)).toBeGreaterThan(0.9);
  });

  test("a loss without curvature uses gradient descent", async () => {
    const { x, y } = quantities();
    const loss = (raw: Tensor, target: Tensor): Tensor => raw.sub(target).abs();
    const model = await new HistGradientBoostingRegressor({ ...few, maxIter: 60, loss }).fit(x, y);
    const start = await new HistGradientBoostingRegressor({ ...few, maxIter: 1, loss }).fit(x, y);
    const off = async (m: typeof model): Promise<number> =>
      (await valuesOf(m.predict(x))).reduce((sum, p, i) => sum + Math.abs(p - (y[i] as number)), 0);
    expect(await off(model)).toBeLessThan(0.5 * (await off(start)));
  });

  test("training stops when the held-out loss no longer falls", async () => {
    const { x, y } = quantities();
    const model = await new HistGradientBoostingRegressor({
      maxIter: 300,
      minSamplesLeaf: 3,
      earlyStopping: true,
      nIterNoChange: 5,
      randomState: 0,
    }).fit(x, y);
    expect(model.nIter).toBeLessThan(300);
    expect(model.validationScore).toHaveLength(model.nIter + 1);
    const classic = await new GradientBoostingRegressor({
      nEstimators: 300,
      nIterNoChange: 3,
      randomState: 0,
    }).fit(x, y);
    expect(classic.trainScore.length).toBeLessThan(300);
  });

  test("predictions increase with a monotonic feature", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i / 10, Math.sin(i)]);
    const y = rows.map(([a = 0, b = 0]) => a + 3 * Math.sin(3 * a) + b);
    const model = await new HistGradientBoostingRegressor({
      ...few,
      maxIter: 40,
      monotonicCst: { 0: 1 },
    }).fit(tensor(rows), y);
    const line = tensor(Array.from({ length: 60 }, (_, i) => [i / 10, 0.3]));
    const predicted = await valuesOf(model.predict(line));
    predicted.slice(1).forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(predicted[i] as number);
    });
  });

  test("text columns are categories, and an unknown category is a missing value", async () => {
    const names = ["red", "green", "blue", ""];
    const colour = Array.from({ length: 80 }, (_, i) => names[i % 4] as string);
    const size = Float64Array.from(colour, (_, i) => i % 7);
    const y = colour.map((name, i) => (name === "green" ? 10 : 0) + (i % 7));
    const table = new Table({ colour, size });
    const model = await new HistGradientBoostingRegressor({
      ...few,
      maxIter: 60,
      categoricalFeatures: ["colour"],
    }).fit(table, y);
    const ask = (name: string): Promise<number[]> =>
      valuesOf(model.predict(new Table({ colour: [name], size: Float64Array.of(3) })));
    expect((await ask("green"))[0]).toBeGreaterThan(11);
    expect((await ask("red"))[0]).toBeLessThan(5);
    expect(await ask("violet")).toEqual(await ask(""));
  });
});

await init({ device: "cpu" });

describe("bad input", () => {
  const { x, y } = quantities();
  const losses = (loss: (raw: Tensor, y: Tensor) => Tensor) => () =>
    new HistGradientBoostingRegressor({ ...few, loss }).fit(x, y);

  test.each<[string, () => unknown, string]>([
    [
      'loss "quantile" without quantile',
      () => new HistGradientBoostingRegressor({ loss: "quantile" }),
      'HistGradientBoostingRegressor: loss "quantile" needs quantile',
    ],
    [
      "too many bins",
      () => new HistGradientBoostingClassifier({ maxBins: 256 }),
      "HistGradientBoostingClassifier: maxBins is 256\n  hint: a whole number from 2 to 255",
    ],
    [
      "one class",
      () =>
        new HistGradientBoostingClassifier().fit(
          x,
          y.map(() => 3),
        ),
      "HistGradientBoostingClassifier.fit: all labels are of class 3",
    ],
    [
      "three classes with the exponential loss",
      () => new GradientBoostingClassifier({ loss: "exponential" }).fit(classes().x, classes().y),
      'GradientBoostingClassifier.fit: loss "exponential" needs two classes, got 3',
    ],
    [
      "missing values in GradientBoosting",
      () => new GradientBoostingRegressor().fit(tensor([[1], [Number.NaN]]), [1, 2]),
      "GradientBoostingRegressor.fit: x[1, 0] is NaN",
    ],
    [
      'targets of 0 with loss "gamma"',
      () =>
        new HistGradientBoostingRegressor({ loss: "gamma" }).fit(
          x,
          y.map(() => 0),
        ),
      'HistGradientBoostingRegressor.fit: loss "gamma" needs targets above 0',
    ],
    [
      "a loss that is one number",
      losses((raw, target) => raw.sub(target).square().mean()),
      "the loss returned [] for 40 rows\n  hint: return one loss for each row, not their sum or mean",
    ],
    ["a loss that is not a tensor", losses(() => 3 as never), "the loss did not return a tensor"],
    [
      "a loss without a gradient somewhere",
      losses((raw, target) => raw.sub(target).mul(-1e30).exp()),
      "the loss has the gradient",
    ],
    [
      "unknown categorical features",
      () => new HistGradientBoostingRegressor({ categoricalFeatures: [3] }).fit(x, y),
      "categoricalFeatures names 3\n  hint: numbers of features from 0 to 2",
    ],
    [
      "text that is not declared categorical",
      () => new HistGradientBoostingRegressor().fit(new Table({ colour: ["red", "blue"] }), [1, 2]),
      'column "colour" is text; expected numbers\n  hint: set { categoricalFeatures: ["colour"] }',
    ],
    [
      "more categories than bins",
      () => new HistGradientBoostingRegressor({ maxBins: 2, categoricalFeatures: [0] }).fit(x, y),
      "feature 0 has 40 categories\n  hint: at most 2 (maxBins)",
    ],
    [
      "a monotonic categorical feature",
      () =>
        new HistGradientBoostingRegressor({
          categoricalFeatures: [0],
          monotonicCst: { 0: 1 },
        }).fit(x, y),
      "monotonicCst names the categorical feature 0",
    ],
    [
      "a custom loss from a file",
      () =>
        HistGradientBoostingRegressor.fromState(
          new HistGradientBoostingRegressor({ loss: ownLosses.poisson as never }).toState(),
        ),
      "HistGradientBoostingRegressor.fromState: loss was the function poisson, which a file cannot hold",
    ],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  test("constant features and targets", async () => {
    const constant = tensor(Array.from({ length: 50 }, () => [1, 2]));
    const targets = Array.from({ length: 50 }, () => 4);
    const model = await new HistGradientBoostingRegressor(few).fit(constant, targets);
    expect(await valuesOf(model.predict(constant))).toEqual(targets);
  });
});
