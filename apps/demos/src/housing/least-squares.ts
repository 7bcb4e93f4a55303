import { linalg, noGrad, type Tensor } from "@wgrad/autograd";
import { Linear } from "@wgrad/nn";

/**
 * The exact answer to compare with: w = (XᵀX)⁺ Xᵀy minimises Σ (y − x·w)², on columns with mean 0.
 * The pseudoinverse also stands a column that repeats another. x: [rows, features]; y: [rows, 1].
 */
export function leastSquares(x: Tensor, y: Tensor): Linear {
  const model = new Linear(x.shape[1] as number, 1, { bias: false });
  const weight = noGrad(() => linalg.pinv(x.T.matmul(x)).matmul(x.T.matmul(y)));
  model.loadStateDict({ weight: weight.T });
  return model;
}
