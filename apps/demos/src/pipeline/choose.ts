import {
  crossValScore,
  DecisionTreeRegressor,
  HistGradientBoostingRegressor,
  KNeighborsRegressor,
  LinearRegression,
  makePipeline,
  type Predictor,
  RandomForestRegressor,
} from "@wgrad/classic";
import { KFold, type Table } from "@wgrad/datasets";
import { known, t } from "../shared/language.ts";
import { barsChart } from "../shared/panels.ts";
import { preprocessing } from "./houses.ts";
import { NetworkRegressor, type NetworkSettings } from "./network.ts";
import { type Story, three } from "./story.ts";

interface ChooseOptions {
  readonly settings: NetworkSettings;
  readonly folds: number;
  readonly seed: number;
}

/** Compares models by cross-validation, all on the same folds. */
export async function choose(
  story: Story,
  train: Table,
  { settings, folds, seed: randomState }: ChooseOptions,
): Promise<void> {
  const models: Readonly<Record<string, Predictor>> = {
    "10 most similar houses": new KNeighborsRegressor({ nNeighbors: 10 }),
    "straight line": new LinearRegression(),
    "tree of depth 4": new DecisionTreeRegressor({ maxDepth: 4, randomState }),
    "forest of 100 trees": new RandomForestRegressor({ maxFeatures: 0.4, randomState }),
    "boosting, 100 rounds": new HistGradientBoostingRegressor({ maxLeafNodes: 15 }),
    [`network of ${settings.hidden} units`]: new NetworkRegressor(settings),
  };
  const cv = new KFold({ nSplits: folds, shuffle: true, randomState: 0 });
  const chosen = [];
  for (const [name, model] of Object.entries(models)) {
    const pipeline = makePipeline(preprocessing(), model);
    const scores = [...(await crossValScore(pipeline, train, train.numbers("price"), { cv }))];
    const value = scores.reduce((sum, score) => sum + score, 0) / folds;
    chosen.push({ name, value, scores });
  }
  chosen.sort((a, b) => a.value - b.value);
  story.table(
    [t("model"), t("R², mean"), t("of each fold")],
    chosen.map(({ name, value, scores }) => [
      known(name),
      three(value),
      scores.map(three).join("  "),
    ]),
  );
  story.show({
    title: "Which model?",
    subtitle: `R² by cross-validation in ${folds} folds`,
    ...barsChart(chosen, { label: "R²", digits: 3 }),
  });
}
