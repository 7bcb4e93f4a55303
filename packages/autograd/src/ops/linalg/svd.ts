import { inOrder, type Triple } from "../../results.ts";
import { checkCall } from "../../signature.ts";
import { saved } from "../../tape/edge.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { cat } from "../core/assembly.ts";
import { detach, unsqueeze } from "../core/layout.ts";
import { add, mul, neg, sub, trueDivide } from "../math/arithmetic.ts";
import { gt, lt, where } from "../math/comparison.ts";
import { matmul } from "../math/contraction.ts";
import { amax } from "../math/reduction.ts";
import { sum } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import { checkMatrices, mT } from "./matrices.ts";
import { orthogonal } from "./orthogonal.ts";
import { singular } from "./spectral.ts";

/** Options of `linalg.svd`. */
export interface SvdOptions {
  /**
   * If true (the default), U and V are square, completed by columns without a gradient. Else they
   * are
   * [..., m, k] and [..., k, n] with k = min(m, n).
   */
  readonly fullMatrices?: boolean;
}

/** The result of `linalg.svd`: by name, or `const [U, S, Vh] = …`. */
export interface SvdResult extends Triple<Tensor> {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vh: Tensor;
}

/**
 * A = U diag(S) Vh with orthonormal columns of U and rows of Vh, each pair up to its sign. The
 * singular
 * values S are descending. [..., m, n] → U [..., m, m], S [..., min(m, n)], Vh [..., n, n]; smaller
 * without `fullMatrices`.
 */
export function svd(a: Tensor, options: SvdOptions = {}): SvdResult {
  checkCall("linalg.svd(a, { fullMatrices: boolean })", arguments);
  const { fullMatrices = true } = options;
  const [rows, columns] = checkMatrices("linalg.svd", a);
  return composite(() => {
    const { S, U, V } = singular("linalg.svd", a);
    const high = rows >= columns;
    // The other factor is a product of rotations, so it has no zero columns.
    const whole = completed(high ? U : V, fullMatrices);
    const made = inOrder({ U: high ? whole : U, S, Vh: mT(high ? V : whole) });
    for (const part of made) watch(part, ...made);
    return made;
  });
}

/**
 * Replaces zero columns by others orthogonal to the rest. If `square`, adds columns until the
 * matrix is
 * square.
 */
export function completed(x: Tensor, square: boolean): Tensor {
  const [rows, n] = x.shape.slice(-2) as [number, number];
  const basis = noGrad(() => orthogonal(detach(x), square ? rows : n));
  const replaced = noGrad(() => {
    const first = narrow(basis, -1, 0, n);
    const opposite = lt(sum(mul(first, x), -2, { keepdim: true }), 0);
    return sub(where(opposite, neg(first), first), x);
  });
  const columns = add(x, replaced);
  return square && rows > n ? cat([columns, narrow(basis, -1, n, rows - n)], -1) : columns;
}

/** Options of `linalg.pinv`. */
export interface PinvOptions {
  /**
   * Singular values up to this fraction of the largest count as 0 (max(m, n) times the dtype's
   * machine
   * epsilon).
   */
  readonly rtol?: number | null;
  /** Singular values up to this count as 0 (0). */
  readonly atol?: number;
}

/**
 * The pseudoinverse A⁺ = V diag(1/S) Uᵀ, with 0 for 1/0. Its gradient holds for changes of A that
 * keep
 * the rank. [..., m, n] → [..., n, m].
 */
export function pinv(a: Tensor, options: PinvOptions = {}): Tensor {
  checkCall("linalg.pinv(a, { rtol: number | null, atol: number })", arguments);
  const { rtol = null, atol = 0 } = options;
  const [rows, columns] = checkMatrices("linalg.pinv", a);
  if (a.numel() === 0) return mT(a).clone();
  const step = a.dtype === "f64" ? 2 ** -52 : 2 ** -23;
  const relative = rtol ?? (atol > 0 ? 0 : Math.max(rows, columns) * step);
  return composite(() => {
    const value = noGrad(() => {
      const { S, U, V } = singular("linalg.pinv", a);
      const largest = mul(amax(S, -1, { keepdim: true }), relative);
      const counts = gt(S, atol > 0 ? where(gt(largest, atol), largest, atol) : largest);
      const inverses = where(counts, trueDivide(1, where(counts, S, 1)), 0);
      return matmul(mul(V, unsqueeze(inverses, -2)), mT(U));
    });
    const rule = (dy: Tensor) => [pinvGradient(a, value, mT(dy))];
    recordGradient("linalg.pinv", value, [a], rule, [saved(a), saved(value)]);
    return value;
  });
}

/** Golub & Pereyra 1973, with the cheaper order of products. `g` is dyᵀ. */
function pinvGradient(a: Tensor, p: Tensor, g: Tensor): Tensor {
  const pT = mT(p);
  if ((a.shape.at(-2) as number) <= (a.shape.at(-1) as number)) {
    const k = matmul(g, p);
    const kp = matmul(k, pT);
    const inRange = sub(kp, mT(matmul(p, k)));
    const outside = sub(matmul(matmul(pT, p), sub(g, matmul(k, a))), matmul(matmul(a, p), kp));
    return add(inRange, outside);
  }
  const k = matmul(p, g);
  const pk = matmul(pT, k);
  const inRange = sub(pk, mT(matmul(k, p)));
  const outside = sub(matmul(matmul(sub(g, matmul(a, k)), p), pT), matmul(matmul(pk, p), a));
  return add(inRange, outside);
}
