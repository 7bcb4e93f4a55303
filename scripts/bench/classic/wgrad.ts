import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  DecisionTreeClassifier,
  HistGradientBoostingRegressor,
  RandomForestClassifier,
} from "@wgrad/classic";
import { type Rows, type Task, WIDTH } from "./data.ts";
import { LEAVES, type Line, type Predict } from "./lines.ts";

const features = ({ x }: Rows): Tensor => tensor(x, { shape: [x.length / WIDTH, WIDTH] });

/** Prepares the data. Returns a function that fits and returns a function that predicts. */
export async function prepare(
  { kind, trees }: Line,
  { train, test }: Task,
): Promise<() => Promise<Predict>> {
  await init({ device: "wasm" });
  const [x, xTest] = [features(train), features(test)];
  const model = {
    boosting: () =>
      new HistGradientBoostingRegressor({
        maxIter: trees,
        maxLeafNodes: LEAVES,
        earlyStopping: false,
      }),
    forest: () => new RandomForestClassifier({ nEstimators: trees, randomState: 0 }),
    tree: () => new DecisionTreeClassifier({ randomState: 0 }),
  }[kind]();
  return async () => {
    await model.fit(x, kind === "boosting" ? train.quantity : train.label);
    return async () => (await model.predict(xTest)).data();
  };
}
