import { type Tensor, tensor } from "@wgrad/autograd";
import {
  DecisionTreeRegressor,
  HistGradientBoostingRegressor,
  plotTree,
  RandomForestRegressor,
  type TreeDrawing,
} from "@wgrad/classic";
import type { Houses, Sales } from "./houses.ts";

/** A model that has grown by one leaf, tree or round. */
export interface Grown {
  readonly step: number;
  readonly steps: number;
  /** Root of the mean squared error on the houses it learns from, in $1,000. */
  readonly loss: Tensor;
  /** What it says of the houses it learns from, and of those held out, in dollars. */
  readonly seen: Float32Array;
  readonly unseen: Float32Array;
  /** What each feature does for it, as parts of the whole. */
  readonly worth: Float64Array;
  /** The tree, where there is one alone. */
  readonly tree: TreeDrawing | null;
}

/** One tree, leaf by leaf: the node whose question takes away most of the error is asked next. */
export async function* oneTree({ train, test, features }: Sales, leaves: number) {
  for (let step = 1; step < leaves; step++) {
    const tree = await new DecisionTreeRegressor({ maxLeafNodes: step + 1, randomState: 0 }).fit(
      train.x,
      train.prices,
    );
    yield grown(step, leaves - 1, train, {
      seen: await values(tree.predict(train.x)),
      unseen: await values(tree.predict(test.x)),
      worth: tree.featureImportances,
      tree: plotTree(tree, { featureNames: features }),
    });
  }
}

/** A forest, tree by tree: the mean of trees that each saw other houses. */
export async function* forest({ train, test, features }: Sales, trees: number) {
  const seen = new Float32Array(train.prices.length);
  const unseen = new Float32Array(test.prices.length);
  const worth = new Float64Array(features.length);
  for (let step = 1; step <= trees; step++) {
    const one = await new RandomForestRegressor({ nEstimators: 1, maxFeatures: 0.4 }).fit(
      train.x,
      train.prices,
    );
    blend(seen, await values(one.predict(train.x)), 1 / step);
    blend(unseen, await values(one.predict(test.x)), 1 / step);
    blend(worth, one.featureImportances, 1 / step);
    yield grown(step, trees, train, {
      seen: seen.slice(),
      unseen: unseen.slice(),
      worth: worth.slice(),
      tree: null,
    });
  }
}

/** Boosting, round by round: a small tree for what those before it got wrong. */
export async function* boosting({ train, test, features }: Sales, rounds: number) {
  const model = await new HistGradientBoostingRegressor({
    learningRate: 0.05,
    maxIter: rounds,
    maxLeafNodes: 15,
    earlyStopping: false,
  }).fit(train.x, train.prices);
  const gains = new Float64Array(features.length);
  const unseen = model.stagedPredict(test.x);
  let step = 0;
  for await (const prediction of model.stagedPredict(train.x)) {
    const tree = model.trees[step++];
    tree?.feature.forEach((feature, node) => {
      const isLeaf = tree.left[node] === -1;
      if (!isLeaf) gains[feature] = (gains[feature] as number) + (tree.gain[node] as number);
    });
    const total = gains.reduce((a, b) => a + b, 0) || 1;
    yield grown(step, rounds, train, {
      seen: Float32Array.from(await prediction.data()),
      unseen: await values(unseen.next().then(({ value }) => value as Tensor)),
      worth: gains.map((gain) => gain / total),
      tree: null,
    });
  }
}

function grown(
  step: number,
  steps: number,
  { prices }: Houses,
  rest: Pick<Grown, "seen" | "unseen" | "worth" | "tree">,
): Grown {
  const squares = prices.reduce(
    (sum, price, i) => sum + (price - (rest.seen[i] as number)) ** 2,
    0,
  );
  return { step, steps, loss: tensor(Math.sqrt(squares / prices.length) / 1000), ...rest };
}

/** a ← a + part · (b − a) */
function blend(a: Float32Array | Float64Array, b: ArrayLike<number>, part: number): void {
  for (let i = 0; i < a.length; i++) {
    a[i] = (a[i] as number) + part * ((b[i] as number) - (a[i] as number));
  }
}

const values = async (reading: Promise<Tensor>): Promise<Float32Array> =>
  Float32Array.from(await (await reading).data());
