import { tensor } from "@wgrad/autograd";
import {
  DecisionTreeRegressor,
  exportText,
  HistGradientBoostingRegressor,
  permutationImportance,
  plotTree,
  RandomForestRegressor,
} from "@wgrad/classic";
import { meanAbsoluteError } from "@wgrad/metrics";
import type { Demo, Outcome } from "../shared/demo.ts";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { barsChart, predictionChart } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { type Houses, type Sales, sales } from "./houses.ts";
import { type Contender, contenders, DEPTHS, SHALLOW } from "./models.ts";
import { type Depth, depthChart, treeChart } from "./picture.ts";

const checks = [
  { measure: "furthest from scikit-learn, of what chance allows", most: 1 },
  { measure: "boosting: R²", least: 0.64 },
  { measure: "forest: R² above one tree's", least: 0.02 },
];

/** What is a house worth? Questions, one after the other. */
export const trees: Demo = {
  takes: [],
  checks: { quick: checks, full: checks },
  run,
};

interface Result extends Contender {
  readonly r2: number;
  readonly error: number;
  readonly predicted: ArrayLike<number>;
}

async function run({ budget, seed }: Options): Promise<Outcome> {
  const data = await sales();
  const { train, test, features } = data;

  heading(t("1. One tree, {SHALLOW} questions deep", { SHALLOW }));
  const tree = await new DecisionTreeRegressor({ maxDepth: SHALLOW, randomState: 0 }).fit(
    train.x,
    train.prices,
  );
  say(
    t(
      '{length} houses near Sacramento. Of all questions "is this number at most so much?" the tree asks the one after which prices differ least on each side, and then the same of each side.',
      { length: train.prices.length },
    ),
    "",
    ...exportText(tree, { featureNames: features }).trimEnd().split("\n"),
    "",
  );

  heading(t("2. How deep?"));
  const depths = await grown(data);
  table(
    [t("depth"), t("leaves"), t("R², learned from"), t("held out")],
    depths.map(({ depth, leaves, train: seen, test: unseen }) => [
      depth,
      leaves,
      seen.toFixed(3),
      unseen.toFixed(3),
    ]),
  );
  say(
    "",
    t("A tree without end knows every price by heart, and says little of a house it has not seen."),
  );

  heading(t("3. Many trees"));
  say(
    t(
      "A forest grows each tree on houses drawn anew, and says what its trees say on average: they err in different directions. Boosting grows small trees one after the other, each for what those before it got wrong.",
    ),
    "",
  );
  const results: Result[] = [];
  for (const contender of contenders(budget, seed)) {
    results.push({ ...contender, ...(await tried(contender, train, test)) });
  }
  table(
    ["", t("R² held out"), "scikit-learn", t("mean error")],
    results.map(({ name, r2, reference, error }) => [
      known(name),
      r2.toFixed(4),
      reference.toFixed(4),
      `$${Math.round(error).toLocaleString("en")}`,
    ]),
  );
  const of = <T>(Class: new (...args: never[]) => T): { model: T; result: Result } => {
    const result = results.find(({ model }) => model instanceof Class) as Result;
    return { model: result.model as T, result };
  };
  const forest = of(RandomForestRegressor);
  const boosting = of(HistGradientBoostingRegressor);
  say(
    "",
    t(
      "Each tree of the forest has not seen a third of the houses: by those its R² is {oobScore}, without holding any out.",
      { oobScore: forest.model.oobScore.toFixed(3) },
    ),
  );

  heading(t("4. What counts?"));
  const permuted = await permutationImportance(boosting.model, test.x, test.prices, {
    nRepeats: budget === "full" ? 10 : 3,
    randomState: seed,
  });
  const worth = features
    .map((name, j) => ({
      name,
      forest: forest.model.featureImportances[j] as number,
      value: permuted.importancesMean[j] as number,
    }))
    .sort((a, b) => a.value - b.value);
  table(
    [t("feature"), t("of the forest's impurity"), t("R² lost when shuffled (boosting)")],
    worth
      .toReversed()
      .map(({ name, forest: part, value }) => [known(name), part.toFixed(3), value.toFixed(3)]),
  );

  const alone = results.find(({ name }) => name.startsWith("tree of depth")) as Result;
  return {
    measures: {
      "furthest from scikit-learn, of what chance allows": Math.max(
        ...results.map(({ r2, reference, within }) => Math.abs(r2 - reference) / within),
      ),
      "boosting: R²": boosting.result.r2,
      "forest: R²": forest.result.r2,
      "forest: R² above one tree's": forest.result.r2 - alone.r2,
      "line: R²": results[0]?.r2 ?? Number.NaN,
    },
    note: () =>
      t(
        "One tree, the line and boosting are scikit-learn's to four digits; forests differ by their draws.",
      ),
    report: {
      title: "What is a house worth? Questions, one after the other",
      subtitle: "Trees, a forest and boosting with wgrad, on 932 sales near Sacramento",
      panels: [
        {
          title: "One tree",
          subtitle: "yes goes left; the deeper the blue, the dearer the houses",
          ...treeChart(plotTree(tree, { featureNames: features })),
        },
        {
          title: "Learned, or learned by heart?",
          subtitle: "R² of one tree by its depth",
          ...depthChart(depths),
        },
        {
          title: "What counts?",
          subtitle: "R² that boosting loses when a feature is shuffled",
          ...barsChart(worth, { label: "R² lost", digits: 3 }),
        },
        {
          title: "Houses held out",
          subtitle: `boosting, in thousands of dollars: R² ${boosting.result.r2.toFixed(3)}`,
          ...predictionChart(
            test.prices.map((price) => price / 1000),
            Array.from(boosting.result.predicted, (price) => price / 1000),
            { real: "real price →", predicted: "↑ predicted" },
          ),
        },
      ],
    },
  };
}

/** Trees of each depth, and the one without end. */
async function grown({ train, test }: Sales): Promise<(Depth & { readonly leaves: number })[]> {
  const depths = [];
  for (const maxDepth of [...DEPTHS, null]) {
    const tree = await new DecisionTreeRegressor({ maxDepth, randomState: 0 }).fit(
      train.x,
      train.prices,
    );
    depths.push({
      depth: tree.depth,
      leaves: tree.nLeaves,
      train: await tree.score(train.x, train.prices),
      test: await tree.score(test.x, test.prices),
    });
  }
  return depths;
}

/** Learns, and looks at the houses held out. */
async function tried({ model }: Contender, train: Houses, test: Houses) {
  await model.fit(train.x, train.prices);
  const predicted = await model.predict(test.x);
  return {
    r2: await model.score(test.x, test.prices),
    error: await meanAbsoluteError(predicted, tensor(test.prices)).item(),
    predicted: await predicted.data(),
  };
}
