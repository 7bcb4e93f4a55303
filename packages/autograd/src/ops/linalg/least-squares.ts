import { inOrder } from "../../results.ts";
import { sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { constant } from "../core/constant.ts";
import { squeeze, unsqueeze } from "../core/layout.ts";
import { sub } from "../math/arithmetic.ts";
import { matmul } from "../math/contraction.ts";
import { square } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { checkMatrices } from "./matrices.ts";
import { matrixRank } from "./norms.ts";
import { svdvals } from "./spectral.ts";
import { pinv } from "./svd.ts";
import { misfit } from "./triangular.ts";

/** Options of `linalg.lstsq`. */
export interface LstsqOptions {
  /**
   * Singular values up to this fraction of the largest count as 0 (max(m, n) times the dtype's
   * machine
   * epsilon).
   */
  readonly rcond?: number | null;
}

/** The result of `linalg.lstsq`. */
export interface LstsqResult extends Iterable<Tensor> {
  readonly solution: Tensor;
  /** ‖A X − B‖² of each column if m > n; else empty. */
  readonly residuals: Tensor;
  readonly rank: Tensor;
  readonly singularValues: Tensor;
}

/**
 * The X of least norm that minimises ‖A X − B‖: A⁺ B. A: [..., m, n]; B: [..., m, k], or a vector
 * [m], or [..., m] with exactly A's batch → [..., n, k] or [..., n].
 */
export function lstsq(a: Tensor, b: Tensor, options: LstsqOptions = {}): LstsqResult {
  checkCall("linalg.lstsq(a, b, { rcond: number | null })", arguments);
  const call = "linalg.lstsq";
  const [rows, columns] = checkMatrices(call, a);
  checkTensor(call, b);
  const isVector = b.shape.length === 1 || sameShape(b.shape, a.shape.slice(0, -1));
  const { rcond = null } = options;
  return composite(() => {
    const sides = isVector ? unsqueeze(b, -1) : b;
    if (checkMatrices(call, sides)[0] !== rows) throw misfit(call, a, b);
    const x = matmul(pinv(a, { rtol: rcond }), sides);
    const residuals =
      rows > columns
        ? sum(square(sub(matmul(a, x), sides)), -2)
        : constant(0, a.dtype, [0], a.node.stream);
    return inOrder({
      solution: isVector ? squeeze(x, -1) : x,
      residuals,
      rank: matrixRank(a, { rtol: rcond }),
      singularValues: noGrad(() => svdvals(a)),
    });
  });
}
