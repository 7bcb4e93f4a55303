import { DecisionTreeClassifier } from "ml-cart";
import { RandomForestClassifier } from "ml-random-forest";
import xgboost from "ml-xgboost";
import { lists, type Task } from "./data.ts";
import { LEAVES, type Line, type Predict } from "./lines.ts";

/** Prepares the data. Returns a function that fits and returns a function that predicts. */
export async function prepare(
  { kind, trees }: Line,
  { train, test }: Task,
): Promise<() => Promise<Predict>> {
  const [x, xTest] = [lists(train), lists(test)];
  const [quantity, label] = [Array.from(train.quantity), Array.from(train.label)];
  if (kind === "boosting") {
    const XGBoost = await xgboost;
    const model = new XGBoost({
      objective: "reg:linear",
      tree_method: "hist",
      grow_policy: "lossguide",
      max_leaves: LEAVES,
      max_depth: 0,
      max_bin: 255,
      min_child_weight: 20,
      lambda: 0,
      eta: 0.1,
      subsample: 1,
      iterations: trees,
    });
    return async () => {
      model.train(x, quantity);
      return () => model.predict(xTest);
    };
  }
  const model =
    kind === "forest"
      ? new RandomForestClassifier({
          nEstimators: trees,
          seed: 1,
          replacement: false,
          maxFeatures: 4,
          useSampleBagging: true,
          noOOB: true,
        })
      : new DecisionTreeClassifier();
  return async () => {
    model.train(x, label);
    return () => model.predict(xTest);
  };
}
