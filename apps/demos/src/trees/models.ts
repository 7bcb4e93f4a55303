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
  readonly reference: number;
  /** How far chance alone may take it from that. */
  readonly within: number;
}

/** What is compared; the quick budget grows fewer trees. */
export function contenders(budget: Budget, randomState: number): readonly Contender[] {
  const isFull = budget === "full";
  const nEstimators = isFull ? 300 : 60;
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
      reference: 0.2982,
      within: 0.12,
    },
    {
      name: `forest of ${nEstimators}`,
      model: new RandomForestRegressor({ nEstimators, oobScore: true, randomState }),
      reference: 0.6156,
      within: isFull ? 0.01 : 0.03,
    },
    {
      name: `${nEstimators} extra trees`,
      model: new ExtraTreesRegressor({ nEstimators, randomState }),
      reference: 0.6007,
      within: isFull ? 0.015 : 0.04,
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
