import type { Tensor } from "@wgrad/autograd";
import { StandardScaler, trainTestSplit } from "@wgrad/datasets";
import { type LabelledTable, loadDigits, loadIris, loadWine } from "@wgrad/datasets/data";

/** What scikit-learn 1.9.1 finds on one table. */
export interface Figures {
  readonly inertia: number;
  /** Adjusted Rand index of the clusters and the classes. */
  readonly ari: number | null;
  /** Parts of the variance along the first two components. */
  readonly ratios: readonly [number, number];
  readonly knn3: number;
  readonly knn5: number;
  readonly svc: number;
}

export interface Problem {
  readonly name: string;
  readonly load: () => Promise<LabelledTable>;
  readonly raw: Figures;
  readonly scaled: Figures;
}

/**
 * KMeans(n_init=10) and PCA on all rows; classifiers on train_test_split(.3, random_state=42,
 * stratify=y).
 */
export const problems: readonly Problem[] = [
  {
    name: "iris",
    load: loadIris,
    raw: {
      inertia: 78.8514,
      ari: 0.7302,
      ratios: [0.92462, 0.05307],
      knn3: 0.9556,
      knn5: 0.9778,
      svc: 0.9111,
    },
    scaled: {
      inertia: 139.8205,
      ari: 0.6201,
      ratios: [0.72962, 0.22851],
      knn3: 0.9111,
      knn5: 0.9111,
      svc: 0.8667,
    },
  },
  {
    name: "wine",
    load: loadWine,
    raw: {
      inertia: 2_370_689.69,
      ari: 0.3711,
      ratios: [0.99809, 0.00174],
      knn3: 0.6852,
      knn5: 0.7222,
      svc: 0.9444,
    },
    scaled: {
      inertia: 1277.9285,
      ari: 0.8975,
      ratios: [0.36199, 0.19208],
      knn3: 0.9444,
      knn5: 0.9444,
      svc: 0.9815,
    },
  },
  {
    name: "digits",
    load: loadDigits,
    raw: {
      inertia: 1_165_189,
      ari: 0.67,
      ratios: [0.14891, 0.13619],
      knn3: 0.987,
      knn5: 0.987,
      svc: 0.9444,
    },
    scaled: {
      inertia: 69_405,
      ari: null,
      ratios: [0.12034, 0.09561],
      knn3: 0.9722,
      knn5: 0.9704,
      svc: 0.9556,
    },
  },
];

export interface Parts {
  readonly xTrain: Tensor;
  readonly xTest: Tensor;
  readonly yTrain: Tensor;
  readonly yTest: Tensor;
}

/** The split of the figures; scaled by what the rows to train on say, if asked. */
export async function parts(table: LabelledTable, scaled: boolean): Promise<Parts> {
  const y = table.y();
  const split = { testSize: 0.3, randomState: 42, stratify: y };
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(table.x(), y, split);
  if (!scaled) return { xTrain, xTest, yTrain, yTest };
  const scaler = new StandardScaler().fit(xTrain);
  return {
    xTrain: scaler.transform(xTrain).keep(),
    xTest: scaler.transform(xTest).keep(),
    yTrain,
    yTest,
  };
}
