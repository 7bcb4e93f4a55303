import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  AgglomerativeClustering,
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
  PCA,
  QuadraticDiscriminantAnalysis,
  Ridge,
  SVC,
  SVR,
} from "@wgrad/classic";
import { describe, expect, test, vi } from "vitest";
import { classes, onDevices, quantities, valuesOf } from "./data.ts";

/** Alcohol, proline and whether it is not of the first class, of every ninth wine. */
const WINE = [
  [14.23, 1065, 0],
  [13.86, 1045, 0],
  [14.19, 1680, 0],
  [13.3, 1285, 0],
  [13.28, 880, 0],
  [14.21, 1080, 0],
  [13.74, 1060, 0],
  [12.37, 420, 1],
  [13.49, 472, 1],
  [12.72, 714, 1],
  [12.08, 480, 1],
  [12.29, 406, 1],
  [12.22, 312, 1],
  [12.42, 345, 1],
  [12.43, 352, 1],
  [12.6, 695, 1],
  [12.25, 855, 1],
  [13.23, 675, 1],
  [12.85, 570, 1],
  [12.77, 470, 1],
];
/** Coefficients and intercept. */
const WINE_PLANE = [0.41925327020434905, -0.006664491968644464, 0.2879266893007967];

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

  test("LinearSVC converges to scikit-learn's plane on features of any size", async () => {
    // the wine's alcohol and proline, in hundreds: LinearSVC(tol=1e-12) of scikit-learn 1.9.1
    const x = tensor(WINE.map(([alcohol = 0, proline = 0]) => [alcohol, proline]));
    const model = await new LinearSVC().fit(
      x,
      WINE.map((row) => row[2] as number),
    );
    WINE_PLANE.forEach((value, j) => {
      const own = [...(model.coef[0] as Float64Array), model.intercept[0] as number][j] as number;
      expect(Math.abs(own / value - 1)).toBeLessThan(1e-6);
    });
  });

  test("LogisticRegression leaves its start on features in thousands", async () => {
    const { x, y } = classes();
    const model = await new LogisticRegression().fit(x.mul(1000).keep(), y);
    // scikit-learn's accuracy there
    expect(await model.score(x.mul(1000).keep(), y)).toBe(1);
  });

  test("targets that no coefficient improves take no iteration", async () => {
    const { x, y } = quantities();
    expect((await new Lasso({ alpha: 1000 }).fit(x, y)).nIter).toBe(0);
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

test("a fit that maxIter ends says so", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { x, y } = classes();
  const { y: targets } = quantities();
  const big = x.mul(1000).keep();
  const models: [model: { fit(x: Tensor, y: number[]): Promise<unknown> }, y: number[]][] = [
    [new LinearSVC({ loss: "hinge", maxIter: 2 }), y],
    [new LinearSVC({ maxIter: 1 }), y],
    [new LogisticRegression({ maxIter: 2 }), y],
    [new LogisticRegression({ maxIter: 1, l1Ratio: 0.5 }), y],
    [new Lasso({ maxIter: 1, alpha: 1e-3, tol: 1e-9 }), targets],
    [new SVC({ maxIter: 1 }), y],
    [new SVR({ maxIter: 1 }), targets],
  ];
  for (const [model, named] of models) {
    warn.mockClear();
    await model.fit(big, named);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0])).toMatch(/\.fit: not converged after maxIter = \d/);
  }
  warn.mockClear();
  for (const model of [new LinearSVC(), new SVC(), new LogisticRegression()]) await model.fit(x, y);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test("support vectors stand by class, then by row", async () => {
  const x = tensor([[0], [1], [0.1], [1.1]]);
  const model = await new SVC({ kernel: "linear" }).fit(x, [1, 0, 1, 0]);
  expect([...model.support]).toEqual([1, 3, 0, 2]);
});

test("equal rows have the cosine distance 0", async () => {
  const row = [0.3, 0.7, 0.11];
  const x = tensor([row, row, row, [5, -1, 2], [5, -1, 2.1], [0.1, 0.2, 0.9]]);
  const model = new AgglomerativeClustering({ metric: "cosine", linkage: "average" });
  expect([...(await model.fitPredict(x))].slice(0, 3)).toEqual([0, 0, 0]);
});

test("PCA measures variances far below the largest, and whitens them", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [
    1e6 * Math.sin(7 * i),
    1e-3 * Math.cos(3 * i),
  ]);
  const x = tensor(rows, { dtype: "f32" });
  const one = await new PCA({ nComponents: 1 }).fit(x);
  const both = await new PCA({ whiten: true }).fit(x);
  expect(one.noiseVariance).toBeCloseTo(both.explainedVariance[1] as number, 12);
  expect(one.noiseVariance).toBeLessThan(1e-6);
  const z = await valuesOf(both.transform(x));
  const small = z.filter((_, i) => i % 2 === 1);
  expect(small.reduce((sum, value) => sum + value ** 2, 0) / 11).toBeCloseTo(1, 2);
});

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
