import type { Tensor } from "@wgrad/autograd";
import { trainTestSplit } from "@wgrad/datasets";
import { t } from "./language.ts";

/** Rows to learn from and rows to look at. */
export interface HeldOut {
  readonly xTrain: Tensor;
  readonly xTest: Tensor;
  readonly yTrain: Tensor;
  readonly yTest: Tensor;
  /**
   * What the rows to look at are: "20 held-out rows", or "all 5 rows" where none could be spared.
   */
  readonly rows: string;
}

/** Fewer rows than this are all learned from. */
const ENOUGH = 10;

/** Holds out a fifth of the rows, by the split that scikit-learn makes for random_state=42. */
export async function holdOut(x: Tensor, y: Tensor): Promise<HeldOut> {
  const [count = 0] = x.shape;
  if (count < ENOUGH) {
    return {
      xTrain: x,
      xTest: x,
      yTrain: y,
      yTest: y,
      rows: t("all {count} rows, too few to hold any out", { count }),
    };
  }
  const [xTrain, xTest, yTrain, yTest] = await trainTestSplit(x, y, {
    testSize: 0.2,
    randomState: 42,
  });
  return {
    xTrain,
    xTest,
    yTrain,
    yTest,
    rows: t("{count} held-out rows", { count: yTest.shape[0] }),
  };
}
