import { init, tensor } from "@wgrad/autograd";
import {
  BernoulliNB,
  GaussianNB,
  KNeighborsClassifier,
  KNeighborsRegressor,
  Lasso,
  LinearDiscriminantAnalysis,
  LinearRegression,
  LinearSVC,
  LogisticRegression,
  MultinomialNB,
  QuadraticDiscriminantAnalysis,
  Ridge,
  SVC,
  SVR,
} from "@wgrad/classic";
import { describe, expect, test } from "vitest";
import { classes, onDevices, quantities, valuesOf } from "./data.ts";

onDevices("linear models", () => {
  test("linearly dependent features get the solution of smallest norm", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [i, 2 * i, 5]);
    const y = rows.map(([a = 0]) => 10 * a + 3);
    const model = await new LinearRegression().fit(tensor(rows), y);
    // the smallest solution of a + 2 b = 10; the constant feature gets 0
    [2, 4, 0].forEach((w, j) => {
      expect(model.coef[j]).toBeCloseTo(w, 9);
    });
    expect(model.intercept).toBeCloseTo(3, 9);
  });

  test("integer weights equal repeated rows", async () => {
    const x = tensor([[0], [1], [2], [4]]);
    const y = [1, 0, 3, 9];
    const doubled = tensor([[0], [1], [2], [2], [4]]);
    for (const Class of [LinearRegression, Ridge]) {
      const weighted = await new Class().fit(x, y, { sampleWeight: [1, 1, 2, 1] });
      const repeated = await new Class().fit(doubled, [1, 0, 3, 3, 9]);
      expect(weighted.coef[0]).toBeCloseTo(repeated.coef[0] as number, 10);
      expect(weighted.intercept).toBeCloseTo(repeated.intercept, 10);
    }
    const weighted = await new Lasso({ alpha: 0.2, tol: 1e-10 }).fit(x, y, {
      sampleWeight: [1, 1, 2, 1],
    });
    const repeated = await new Lasso({ alpha: 0.2, tol: 1e-10 }).fit(doubled, [1, 0, 3, 3, 9]);
    expect(weighted.coef[0]).toBeCloseTo(repeated.coef[0] as number, 8);
  });

  test("an L1 penalty makes coefficients 0", async () => {
    const { x, y } = classes();
    const sparse = await new LogisticRegression({ C: 0.3, l1Ratio: 1, tol: 1e-6 }).fit(x, y);
    const dense = await new LogisticRegression({ C: 0.3 }).fit(x, y);
    const zeros = (model: LogisticRegression): number =>
      model.coef.flatMap((row) => Array.from(row)).filter((w) => w === 0).length;
    expect(zeros(sparse)).toBeGreaterThan(2);
    expect(zeros(dense)).toBe(0);
    expect(await sparse.score(x, y)).toBeGreaterThan(0.7);
  });

  test('with weights "distance" a known row is the only neighbour that counts', async () => {
    const x = tensor([[0], [1], [1], [5]]);
    const model = await new KNeighborsRegressor({ nNeighbors: 3, weights: "distance" }).fit(
      x,
      [10, 20, 40, 80],
    );
    expect(await valuesOf(model.predict(tensor([[1]])))).toEqual([30]);
  });
});

await init({ device: "cpu" });

describe("bad input", () => {
  const { x, y } = classes();
  const one = y.map(() => 4);
  const hole = tensor([
    [1, 2],
    [Number.NaN, 3],
  ]);

  test.each<[string, () => Promise<unknown>, string]>([
    ["KNeighborsClassifier", () => new KNeighborsClassifier().fit(hole, [0, 1]), "x[1, 0] is NaN"],
    ["LinearRegression", () => new LinearRegression().fit(hole, [0, 1]), "x[1, 0] is NaN"],
    [
      "LogisticRegression with one class",
      () => new LogisticRegression().fit(x, one),
      "LogisticRegression.fit: all labels are of class 4",
    ],
    ["SVC with one class", () => new SVC().fit(x, one), "SVC.fit: all labels are of class 4"],
    [
      "LinearSVC with one class",
      () => new LinearSVC().fit(x, one),
      "LinearSVC.fit: all labels are of class 4",
    ],
    [
      "LinearDiscriminantAnalysis with one class",
      () => new LinearDiscriminantAnalysis().fit(x, one),
      "all labels are of class 4",
    ],
    [
      "a class without variance",
      () =>
        new QuadraticDiscriminantAnalysis().fit(
          tensor([
            [1, 1],
            [2, 2],
            [3, 1],
            [4, 9],
          ]),
          [0, 0, 1, 1],
        ),
      "the covariance of class 0 is singular\n  hint: set { regParam: 0.1 }",
    ],
    [
      "constant features",
      () => new GaussianNB().fit(tensor([[1], [1]]), [0, 1]),
      "GaussianNB.fit: all features are constant",
    ],
    [
      "a wrong number of priors",
      () => new GaussianNB({ priors: [0.5, 0.5] }).fit(x, y),
      "GaussianNB.fit: 2 priors for 3 classes",
    ],
    [
      "counts below 0",
      () => new MultinomialNB().fit(tensor([[1], [-1]]), [0, 1]),
      "MultinomialNB.fit: x[1, 0] is -1\n  hint: features must be counts, 0 or more",
    ],
    [
      "text as labels",
      () => new BernoulliNB().fit(tensor([[1], [0]]), ["yes", "no"] as never),
      'BernoulliNB.fit: labels[0] is "yes"\n  hint: LabelEncoder',
    ],
    [
      "targets of another length",
      () => new SVR().fit(x, [1, 2]),
      "SVR.fit: got 2 targets for 40 rows",
    ],
    [
      "targets with two columns",
      () =>
        new Ridge().fit(
          tensor([[1], [2]]),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      "Ridge.fit: targets: [2, 2]\n  hint: [rows], or [rows, 1]",
    ],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  test("more neighbours than rows", async () => {
    const model = await new KNeighborsClassifier({ nNeighbors: 3 }).fit(tensor([[0], [1]]), [0, 1]);
    await expect(model.predict(tensor([[0]]))).rejects.toThrow(
      "KNeighborsClassifier.predict: nNeighbors is 3, but there are 2 rows\n  hint: a number from 1 to 2",
    );
    expect(await valuesOf((await model.kneighbors(tensor([[0.2]]), 2)).indices)).toEqual([0, 1]);
  });

  test("other features than fit saw", async () => {
    const model = await new LogisticRegression().fit(x, y);
    await expect(model.predict(tensor([[1, 2]]))).rejects.toThrow(
      "LogisticRegression.predict: x has 2 features, but fit saw 3",
    );
    await expect(model.predict(tensor([1, 2, 3]))).rejects.toThrow(
      "x: [3]\n  hint: x is [rows, features]",
    );
  });

  test("constant columns and targets are predicted exactly", async () => {
    const { y: targets } = quantities();
    const constant = tensor(targets.map(() => [3, 1]));
    const model = await new Ridge().fit(constant, targets);
    const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
    expect((await valuesOf(model.predict(constant)))[0]).toBeCloseTo(mean, 5);
    expect([...model.coef]).toEqual([0, 0]);
    const flat = await new SVC().fit(
      constant,
      targets.map((_, i) => i % 2),
    );
    expect(await valuesOf(flat.predict(constant))).toHaveLength(40);
  });

  test.each([
    [() => new SVC({ C: 0 }), "SVC: C is 0\n  hint: a number above 0"],
    [() => new SVC({ gamma: "huge" as "auto" }), 'SVC: gamma is "huge"'],
    [() => new Lasso({ alpha: Number.NaN }), "Lasso: alpha is NaN\n  hint: a number, 0 or more"],
    [() => new LogisticRegression({ l1Ratio: 2 }), "l1Ratio is 2\n  hint: a number from 0 to 1"],
    [() => new KNeighborsClassifier({ nNeighbors: 0 }), "nNeighbors is 0"],
    [
      () => new GaussianNB({ priors: [1, 1] }),
      "priors is [1, 1]\n  hint: probabilities of the classes",
    ],
    [
      () => new Ridge({ alhpa: 1 } as object),
      'Ridge: there is no option "alhpa"\n  hint: did you mean alpha? new Ridge({ alpha, fitIntercept })',
    ],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
