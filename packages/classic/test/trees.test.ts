import { init, tensor } from "@wgrad/autograd";
import { load, toBlob } from "@wgrad/autograd/saving";
import {
  AdaBoostClassifier,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  ExtraTreesRegressor,
  exportSvg,
  exportText,
  IsolationForest,
  plotTree,
  RandomForestClassifier,
  RandomForestRegressor,
} from "@wgrad/classic";
import { Table } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";
import { classes, onDevices, quantities, valuesOf } from "./data.ts";

const models = {
  DecisionTreeClassifier: () => new DecisionTreeClassifier({ maxDepth: 3 }),
  RandomForestClassifier: () => new RandomForestClassifier({ nEstimators: 5, randomState: 1 }),
  AdaBoostClassifier: () => new AdaBoostClassifier({ nEstimators: 4, randomState: 1 }),
  DecisionTreeRegressor: () => new DecisionTreeRegressor({ criterion: "absolute_error" }),
  RandomForestRegressor: () => new RandomForestRegressor({ nEstimators: 4, randomState: 1 }),
  ExtraTreesRegressor: () => new ExtraTreesRegressor({ nEstimators: 4, randomState: 1 }),
};

onDevices("trees", () => {
  test.each(Object.entries(models))("%s is restored from a file", async (name, make) => {
    const { x, y } = name.endsWith("Classifier") ? classes() : quantities();
    const model = make();
    await model.fit(x, y);
    const saved = await load(await toBlob(model.toState()));
    const Class = model.constructor as unknown as { fromState(state: unknown): typeof model };
    const other = Class.fromState(saved);
    expect(await valuesOf(other.predict(x))).toEqual(await valuesOf(model.predict(x)));
    expect(other.getParams()).toEqual(model.getParams());
  });

  test("equal seeds grow equal forests, different seeds different ones", async () => {
    const { x, y } = classes();
    const fit = (randomState: number) =>
      new RandomForestClassifier({ nEstimators: 6, randomState }).fit(x, y);
    const [a, b, c] = [await fit(3), await fit(3), await fit(4)];
    expect(a.toState()).toEqual(b.toState());
    expect(a.toState()).not.toEqual(c.toState());
  });

  test("a tree as text", async () => {
    const x = tensor([[0], [1], [2], [3]]);
    const classifier = await new DecisionTreeClassifier().fit(x, [0, 0, 1, 1]);
    expect(exportText(classifier, { featureNames: ["size"], classNames: ["small", "large"] })).toBe(
      "|--- size <= 1.50\n|   |--- class: small\n|--- size >  1.50\n|   |--- class: large\n",
    );
    const regressor = await new DecisionTreeRegressor().fit(x, [1, 1, 5, 5]);
    expect(exportText(regressor)).toBe(
      "|--- feature_0 <= 1.50\n|   |--- value: [1.00]\n|--- feature_0 >  1.50\n|   |--- value: [5.00]\n",
    );
  });

  test("a tree as a picture: leaves next to each other, parents above the middle of their children", async () => {
    const x = tensor([[0], [1], [2], [3]]);
    const model = await new DecisionTreeClassifier().fit(x, [0, 1, 1, 0]);
    const names = { featureNames: ["a < b"], classNames: ["small", "large"] };
    const { nodes, leaves, depth } = plotTree(model, names);
    expect(leaves).toBe(model.nLeaves);
    expect(depth).toBe(model.depth);
    const below = (node: number) => nodes.filter(({ parent }) => parent === node);
    for (const { node, x: place, question, depth: level } of nodes) {
      const children = below(node);
      expect(children.length).toBe(question === null ? 0 : 2);
      if (question === null) continue;
      expect(place).toBe(((children[0]?.x as number) + (children[1]?.x as number)) / 2);
      expect(children.map((child) => child.depth)).toEqual([level + 1, level + 1]);
    }
    expect(nodes.filter(({ question }) => question === null).map((leaf) => leaf.x)).toEqual(
      Array.from({ length: leaves }, (_, i) => i + 0.5),
    );
    expect(plotTree(model, { maxDepth: 0 }).nodes).toMatchObject([
      {
        node: 0,
        x: 0.5,
        isCut: true,
        samples: 4,
        question: `feature_0 ≤ ${model.tree.threshold[0]}`,
      },
    ]);
    const svg = exportSvg(model, names);
    expect(svg.match(/<rect /g)).toHaveLength(nodes.length + 1);
    expect(svg).toContain("a &lt; b ≤ ");
    expect(svg).toContain(">small<");
  });

  test("isolated rows have the lowest scores", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
    const x = tensor([...rows, [9, 9]]);
    const model = await new IsolationForest({ contamination: 0.05, randomState: 0 }).fit(x);
    const scores = await valuesOf(model.scoreSamples(x));
    expect(scores.indexOf(Math.min(...scores))).toBe(60);
    const labels = await valuesOf(model.predict(x));
    expect(labels.filter((label) => label === -1)).toHaveLength(3);
    expect(await valuesOf(model.predict(tensor([[0, 0]])))).toEqual([1]);
  });
});

await init({ device: "cpu" });

describe("bad input", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const infinite = tensor([[1], [Number.POSITIVE_INFINITY]]);
  const text = new Table({ size: ["1", "2"], colour: ["red", "blue"] });

  test.each<[string, () => unknown, string]>([
    [
      "an unknown setting",
      () => new DecisionTreeClassifier({ depth: 3 } as object),
      'DecisionTreeClassifier: there is no option "depth"\n  hint: did you mean maxDepth? new DecisionTreeClassifier({ ',
    ],
    [
      "a depth of 0",
      () => new DecisionTreeClassifier({ maxDepth: 0 }),
      "DecisionTreeClassifier: maxDepth is 0\n  hint: a whole number, 1 or more, or null",
    ],
    [
      "an unknown criterion",
      () => new DecisionTreeRegressor({ criterion: "gini" as "poisson" }),
      'DecisionTreeRegressor: criterion is "gini"',
    ],
    [
      "out-of-bag scores of trees that see all rows",
      () => new RandomForestClassifier({ bootstrap: false, oobScore: true }),
      "RandomForestClassifier: oobScore needs bootstrap, which leaves rows out",
    ],
    [
      "predictions before fit",
      () => new DecisionTreeClassifier().predict(x),
      "DecisionTreeClassifier.predict: not fitted yet\n  hint: await model.fit(x, y)",
    ],
    [
      "one row too few labels",
      () => new DecisionTreeClassifier().fit(x, [0, 1]),
      "DecisionTreeClassifier.fit: got 2 labels for 3 rows",
    ],
    [
      "labels that are not integers",
      () => new DecisionTreeClassifier().fit(x, [0.5, 1, 2]),
      "DecisionTreeClassifier.fit: labels[0] is 0.5, which is not a class",
    ],
    [
      "labels that are text",
      () => new DecisionTreeClassifier().fit(x, ["a", "b", "a"] as never),
      'DecisionTreeClassifier.fit: labels[0] is "a"\n  hint: LabelEncoder converts names to numbers',
    ],
    [
      "a target that is NaN",
      () => new DecisionTreeRegressor().fit(x, [1, Number.NaN, 2]),
      "DecisionTreeRegressor.fit: targets[1] is NaN",
    ],
    [
      "infinite features",
      () => new RandomForestRegressor().fit(infinite, [1, 2]),
      "RandomForestRegressor.fit: x[1, 0] is Infinity",
    ],
    [
      "text; expected numbers",
      () => new DecisionTreeClassifier().fit(text, [0, 1]),
      'DecisionTreeClassifier.fit: column "colour" is text; expected numbers',
    ],
    [
      "features without rows",
      () => new DecisionTreeClassifier().fit(tensor([1, 2, 3]), [0, 1, 2]),
      "DecisionTreeClassifier.fit: x: [3]\n  hint: x is [rows, features]",
    ],
    [
      "an array instead of a tensor",
      () => new DecisionTreeClassifier().fit([[1], [2]] as never, [0, 1]),
      "DecisionTreeClassifier.fit: x is [[1], [2]]\n  hint: pass a tensor [rows, features] or a Table of numbers",
    ],
    [
      "missing values and medians",
      () =>
        new DecisionTreeRegressor({ criterion: "absolute_error" }).fit(
          tensor([[1], [Number.NaN]]),
          [1, 2],
        ),
      'DecisionTreeRegressor.fit: criterion "absolute_error" does not accept missing values',
    ],
    [
      "negative targets and Poisson",
      () => new DecisionTreeRegressor({ criterion: "poisson" }).fit(x, [1, -1, 2]),
      'DecisionTreeRegressor.fit: criterion "poisson" needs targets of 0 or more',
    ],
    [
      "negative weights",
      () => new DecisionTreeRegressor().fit(x, [1, 1, 2], { sampleWeight: [1, -1, 1] }),
      "DecisionTreeRegressor.fit: sampleWeight[1] is -1\n  hint: 0 or more",
    ],
    [
      "weights that are all 0",
      () => new DecisionTreeRegressor().fit(x, [1, 1, 2], { sampleWeight: [0, 0, 0] }),
      "DecisionTreeRegressor.fit: all weights in sampleWeight are 0",
    ],
    [
      "the weight of an unknown class",
      () => new DecisionTreeClassifier({ classWeight: { 7: 2 } }).fit(x, [0, 1, 1]),
      "DecisionTreeClassifier.fit: classWeight names class 7; the classes are 0, 1",
    ],
    [
      "boosting with one class",
      () => new AdaBoostClassifier().fit(x, [1, 1, 1]),
      "AdaBoostClassifier.fit: all labels are of class 1",
    ],
    [
      "more rows drawn than there are",
      () => new RandomForestClassifier({ maxSamples: 4 }).fit(x, [0, 1, 1]),
      "RandomForestClassifier.fit: maxSamples is 4, but there are 3 rows",
    ],
    [
      "a state of another class",
      () => DecisionTreeRegressor.fromState(new DecisionTreeClassifier().toState()),
      'DecisionTreeRegressor.fromState: the state belongs to "DecisionTreeClassifier"',
    ],
    [
      "a state of another version",
      () =>
        DecisionTreeRegressor.fromState({ ...new DecisionTreeRegressor().toState(), version: 9 }),
      "DecisionTreeRegressor.fromState: the state has version 9, but this library reads version 1",
    ],
    [
      "an invalid state",
      () => DecisionTreeRegressor.fromState({ trees: 3 }),
      "DecisionTreeRegressor.fromState: not a saved estimator",
    ],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  test("a damaged tree is refused, and the estimator does not change", async () => {
    const model = await new DecisionTreeClassifier().fit(x, [0, 1, 1]);
    const state = model.toState();
    const fitted = state.fitted as { tree: { left: Int32Array } };
    const circle = { ...fitted.tree, left: fitted.tree.left.map(() => 0) };
    const damaged = { ...state, fitted: { ...fitted, tree: circle } };
    expect(() => DecisionTreeClassifier.fromState(damaged)).toThrow("has an invalid child");
    expect(() => model.loadStateDict(damaged)).toThrow("has an invalid child");
    expect(await valuesOf(model.predict(x))).toEqual([0, 1, 1]);
  });

  test("a wrong number of features, and wrong columns", async () => {
    const table = new Table({ a: Float64Array.of(1, 2, 3), b: Float64Array.of(1, 0, 1) });
    const model = await new DecisionTreeClassifier().fit(table, [0, 1, 1]);
    await expect(model.predict(tensor([[1]]))).rejects.toThrow("x has 1 features, but fit saw 2");
    await expect(model.predict(table.select(["b", "a"]))).rejects.toThrow(
      "the columns are b, a, but fit saw a, b",
    );
  });

  test("a fit that throws keeps the previous result", async () => {
    const model = await new DecisionTreeRegressor().fit(x, [1, 2, 3]);
    await expect(model.fit(x, [1, 2])).rejects.toThrow("got 2 targets for 3 rows");
    expect(await valuesOf(model.predict(x))).toEqual([1, 2, 3]);
  });

  test("constant features, one class and one row grow a single leaf", async () => {
    const constant = tensor([[1], [1], [1]]);
    const one = await new DecisionTreeClassifier().fit(constant, [0, 1, 1]);
    expect(one.nLeaves).toBe(1);
    expect(await valuesOf(one.predict(constant))).toEqual([1, 1, 1]);
    const same = await new RandomForestClassifier({ nEstimators: 3 }).fit(x, [5, 5, 5]);
    expect(await valuesOf(same.predict(x))).toEqual([5, 5, 5]);
    const row = await new DecisionTreeRegressor().fit(tensor([[4, 2]]), [7]);
    expect(await valuesOf(row.predict(x))).toEqual([7, 7, 7]);
  });
});
