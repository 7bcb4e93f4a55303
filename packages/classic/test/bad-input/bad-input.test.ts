import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import { Table } from "@wgrad/datasets";
import { describe, expect, inject, test } from "vitest";
import { onDevices } from "../data.ts";
import fixture from "./data/scikit-learn.json" with { type: "json" };
import { type Estimator, estimators } from "./estimators.ts";

type Kind = keyof typeof fixture.kinds;
type Outcome = number[] | "random" | null;
const outcomes = fixture.outcomes as unknown as Record<string, Record<Kind, Outcome>>;
const kinds = Object.keys(fixture.kinds) as Kind[];
const names = Object.keys(estimators);

type Exception = readonly [kind: Kind, names: RegExp, reason: string];
/** Input that this package refuses and scikit-learn accepts, with the reason. */
const stricter: readonly Exception[] = [
  ["infinity to learn from", /^HistGradient|^IsolationForest/, "infinity is not a usable value"],
  ["infinity to predict", /^HistGradient|^IsolationForest/, "infinity is not a usable value"],
  [
    "one class or quantity",
    /^AdaBoost|^HistGradient.*Classifier|^LinearD/,
    "nothing to distinguish",
  ],
  ["one row", /^AdaBoost|^HistGradient.*Classifier/, "one class"],
  ["one row", /^GaussianNB|^PCA/, "no variance, for which scikit-learn gives NaN"],
  ["constant columns", /^GaussianNB/, "no variance, for which scikit-learn gives NaN"],
];
/** Input that scikit-learn refuses and this package accepts, with the reason. */
const laxer: readonly Exception[] = [
  ["NaN to predict", /^PCA/, "transform is synchronous: NaN gives NaN"],
  ["infinity to predict", /^PCA/, "transform is synchronous: infinity gives NaN"],
  ["no rows to predict", /^PCA/, "empty input gives an empty result"],
  ["constant columns", /^LinearDiscriminant/, "scikit-learn throws an IndexError"],
];
const isAmong = (exceptions: readonly Exception[], kind: Kind, name: string): boolean =>
  exceptions.some(([own, pattern]) => own === kind && pattern.test(name));

const matrix = (values: readonly unknown[]): Tensor => {
  const numbers = values.map((value) => (value === null ? Number.NaN : Number(value)));
  return numbers.length === 0 ? zeros([0, 3]) : tensor(numbers).reshape([-1, 3]);
};

/**
 * Fits on the first rows and predicts the others; clusterings without `predict` give their labels.
 */
async function learnAndSay(
  model: Estimator,
  x: Tensor,
  y: number[],
  asked: Tensor,
): Promise<number[]> {
  await ("kind" in model ? model.fit(x, y) : model.fit(x));
  return asks(model) ? ask(model, asked) : Array.from(model.labels as ArrayLike<number>);
}

const asks = (model: Estimator): boolean => (model.predict ?? model.transform) !== undefined;

async function ask(model: Estimator, x: Tensor): Promise<number[]> {
  const said = await (model.predict?.(x) ?? model.transform?.(x));
  return Array.from((await said?.data()) ?? []);
}

test("every estimator has a row", () => {
  const all = Object.entries(classic).filter(
    ([name, value]) => /^[A-Z]/.test(name) && "prototype" in value && "fit" in value.prototype,
  );
  const own = /CV$|^PredictorPipeline$/;
  expect(
    all
      .map(([name]) => name)
      .filter((name) => !own.test(name))
      .sort(),
  ).toEqual(names.sort());
  expect(Object.keys(outcomes).sort()).toEqual(names.sort());
});

const full = inject("tier") === "full";

onDevices("as scikit-learn", (device) => {
  // Software WebGPU is slow, so the quick tier runs only the cases where a shader could be wrong.
  const isSample = !full && device === "webgpu";
  const few = names.filter((_, i) => i % 4 === 3);
  describe.each(isSample ? (["NaN to predict"] as const) : kinds)("%s", (kind) => {
    test.each(isSample ? few : names)("%s", async (name) => {
      const { x, y, asked } = fixture.kinds[kind];
      const model = (estimators[name] as () => Estimator)();
      const expected = (outcomes[name] as Record<Kind, Outcome>)[kind];
      const run = learnAndSay(model, matrix(x), y, matrix(asked));
      if (isAmong(laxer, kind, name)) return void (await run);
      if (expected === null || isAmong(stricter, kind, name)) {
        const error = await run.then(() => null, String);
        return expect(error).toMatch(REFUSED(name));
      }
      const values = await run;
      expect(values.every(Number.isFinite)).toBe(true);
      if (expected === "random") return expect(values).toHaveLength(asked.length / 3);
      const compared = name.startsWith("Agglomerative") ? numbered(values) : values;
      const real = name.startsWith("Agglomerative") ? numbered(expected) : expected;
      compared.forEach((value, i) => {
        expect(Math.abs(value - (real[i] as number)), `${i}: ${value}`).toBeLessThan(2e-3);
      });
    });
  });
});

/** An error of this package with the call, the fault and the cure. */
const REFUSED = (name: string): RegExp =>
  new RegExp(`^(ArgumentError|ShapeError): ${name}\\.(fit|predict|transform): .+\\n {2}hint: .+`);

/** Clusters, renumbered by their first rows. */
const numbered = (labels: readonly number[]): number[] => {
  const order = [...new Set(labels)];
  return labels.map((label) => order.indexOf(label));
};

await init({ device: "cpu" });

describe.each(names)("%s", (name) => {
  const { x, y } = fixture.kinds["NaN to predict"];
  const made = (): Estimator => (estimators[name] as () => Estimator)();
  const targets = "kind" in made() ? y : undefined;
  const isHistogram = name.startsWith("HistGradient");

  test("refuses text among the features", async () => {
    const table = new Table({ size: Float64Array.of(1, 2, 3), colour: ["red", "blue", "red"] });
    await expect(made().fit(table, targets && [0, 1, 1])).rejects.toThrow(
      `${name}.fit: column "colour" is text; expected numbers\n  hint: ${isHistogram ? "set { categoricalFeatures" : "apply OneHotEncoder"}`,
    );
  });

  test.runIf(targets)("refuses text as targets, and too few targets", async () => {
    const what = /Class|SVC|NB|LogisticR|Discriminant/.test(name) ? "labels" : "targets";
    await expect(made().fit(matrix(x), y.map(String) as never)).rejects.toThrow(
      `${name}.fit: ${what}[0] is "0"\n  hint: LabelEncoder converts names to numbers`,
    );
    await expect(made().fit(matrix(x), y.slice(1))).rejects.toThrow(
      `${name}.fit: got 11 ${what} for 12 rows`,
    );
    await expect(made().fit(matrix(x))).rejects.toThrow(
      `fit: y is missing\n  hint: ${name}.fit(x, y`,
    );
  });

  test("refuses other features than those of fit, and does not change", async () => {
    const model = made();
    await model.fit(matrix(x), targets);
    const before = JSON.stringify(model.toState());
    await expect(model.fit(matrix([...x.slice(0, -1), "Infinity"]), targets)).rejects.toThrow(
      `${name}.fit: x[11, 2] is Infinity`,
    );
    expect(JSON.stringify(model.toState())).toBe(before);
    if (!asks(model)) return;
    await expect(ask(model, tensor([[1, 2]]))).rejects.toThrow(
      "x has 2 features, but fit saw 3\n  hint: use the same columns in the same order",
    );
  });

  test.each<[string, number[]]>([
    ["negative", [-1, ...y.slice(1)]],
    ["NaN", [Number.NaN, ...y.slice(1)]],
    ["too few", [1, 2]],
    ["all 0", y.map(() => 0)],
  ])("refuses weights when one or all are %s", async (_, sampleWeight) => {
    const fit = made().fit as (...given: unknown[]) => Promise<unknown>;
    const given = [...(targets ? [targets] : []), { sampleWeight }];
    await expect(fit.call(made(), matrix(x), ...given)).rejects.toThrow(
      /sampleWeight|fit: takes \d arguments?, got/,
    );
  });

  test("refuses to predict before fit", async () => {
    const model = made();
    if (asks(model)) await expect(ask(model, matrix(x))).rejects.toThrow("not fitted yet");
    else expect(() => model.labels).toThrow(`${name}.labels: not fitted yet`);
  });
});

describe("too few rows", () => {
  const x = tensor([[0], [1], [5]]);
  test.each<[string, () => Promise<unknown>, string]>([
    [
      "neighbours",
      async () => (await new classic.KNeighborsRegressor().fit(x, [1, 2, 3])).predict(x),
      "KNeighborsRegressor.predict: nNeighbors is 5, but there are 3 rows\n  hint: a number from 1 to 3",
    ],
    [
      "k-means' clusters",
      () => new classic.KMeans({ nClusters: 4 }).fit(x),
      "KMeans.fit: nClusters is 4, but there are 3 rows\n  hint: at most one",
    ],
    [
      "clusters of a hierarchy",
      () => new classic.AgglomerativeClustering({ nClusters: 4 }).fit(x),
      "AgglomerativeClustering.fit: got 3 rows for 4 clusters",
    ],
    [
      "components of a mixture",
      () => new classic.GaussianMixture({ nComponents: 4 }).fit(x),
      "GaussianMixture.fit: got 3 rows for 4 components",
    ],
    [
      "principal components",
      () => new classic.PCA({ nComponents: 2 }).fit(x),
      "PCA.fit: nComponents is 2, but x is [3, 1]\n  hint: at most 1 components",
    ],
    ["folds", () => classic.crossValScore(new classic.Ridge(), x, [1, 2, 3]), "KFold: "],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});

test("an unknown category is a missing value", async () => {
  const colour = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? "red" : "blue"));
  const size = Float64Array.from(colour, (_, i) => i % 3);
  const price = colour.map((name) => (name === "red" ? 9 : 1));
  const model = await new classic.HistGradientBoostingRegressor({
    categoricalFeatures: ["colour"],
    minSamplesLeaf: 1,
    maxIter: 50,
  }).fit(new Table({ colour, size }), price);
  const ask = async (...cells: string[]): Promise<number[]> => {
    const one = new Table({ colour: cells, size: Float64Array.from(cells, () => 1) });
    return Array.from(await (await model.predict(one)).data());
  };
  const [red = 0, green, missing] = await ask("red", "green", "");
  expect(red).toBeGreaterThan(8);
  expect(green).toBe(missing);
});
