import {
  DecisionTreeRegressor,
  ExtraTreesRegressor,
  HistGradientBoostingRegressor,
  LinearRegression,
  type Predictor,
  RandomForestRegressor,
} from "@wgrad/classic";
import type { Budget } from "../shared/options.ts";

/** Questions that the tree of the picture asks one after the other. */
export const SHALLOW = 3;

/** A model of the comparison, and the R² that scikit-learn 1.9.1's has on the houses held out. */
export interface Contender {
  readonly name: string;
  readonly model: Predictor;
  /** Of a model that draws random numbers, the mean over forty random states or more. */
  readonly reference: number;
  /** How far it may be from that: four standard deviations over those random states. */
  readonly within: number;
}

/** R² of scikit-learn's forests: mean and standard deviation (`test/trees/reference.py`). */
const forests = {
  quick: { forest: [0.6101, 0.00734], extra: [0.5975, 0.00624] },
  full: { forest: [0.6144, 0.00412], extra: [0.6007, 0.00318] },
} as const;

const expected = ([mean, deviation]: readonly [number, number]) => ({
  reference: mean,
  within: 4 * deviation,
});

/** What is compared; the quick budget grows fewer trees. */
export function contenders(budget: Budget, randomState: number): readonly Contender[] {
  const nEstimators = budget === "full" ? 300 : 60;
  return [
    { name: "straight line", model: new LinearRegression(), reference: 0.5685, within: 0.001 },
    {
      name: `tree of depth ${SHALLOW}`,
      model: new DecisionTreeRegressor({ maxDepth: SHALLOW, randomState: 0 }),
      reference: 0.5366,
      within: 0.001,
    },
    {
      name: "tree without end",
      model: new DecisionTreeRegressor({ randomState }),
      ...expected([0.2984, 0.0415]),
    },
    {
      name: `forest of ${nEstimators}`,
      model: new RandomForestRegressor({ nEstimators, oobScore: true, randomState }),
      ...expected(forests[budget].forest),
    },
    {
      name: `${nEstimators} extra trees`,
      model: new ExtraTreesRegressor({ nEstimators, randomState }),
      ...expected(forests[budget].extra),
    },
    {
      name: "boosting, 200 rounds",
      model: new HistGradientBoostingRegressor({
        learningRate: 0.05,
        maxIter: 200,
        maxLeafNodes: 15,
      }),
      reference: 0.649,
      within: 0.002,
    },
  ];
}

/** Depths that a tree is grown to, to see where it stops learning and begins to remember. */
export const DEPTHS: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16];
