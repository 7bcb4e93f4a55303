import { inOrder, type Pair, type Triple } from "../../results.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { constantLike } from "../core/constant.ts";
import { mT } from "./matrices.ts";
import { type QrResult, qr as qrOf } from "./orthogonal.ts";
import { svdvals } from "./spectral.ts";
import { svd as svdOf } from "./svd.ts";
import { type CholeskyOptions, cholesky as choleskyOf, solveTriangular } from "./triangular.ts";

// Older forms of functions of `torch.linalg`, which PyTorch has in `torch` itself.

export interface TorchSvdOptions {
  /** If true (the default), U and V have min(m, n) columns; else they are square. */
  readonly some?: boolean;
  /** If true (the default), computes singular vectors; else U and V are 0. */
  readonly computeUv?: boolean;
}

/** The result of `svd`: by name, or `const [U, S, V] = …`. */
export interface TorchSvdResult extends Triple<Tensor> {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly V: Tensor;
}

/** A = U diag(S) Vᵀ: `linalg.svd` with V in place of its transpose. */
export function svd(a: Tensor, options: TorchSvdOptions = {}): TorchSvdResult {
  checkCall("svd(a, { some: boolean, computeUv: boolean })", arguments);
  const { some = true, computeUv = true } = options;
  return composite(() => {
    if (!computeUv) {
      const { U, Vh } = svdOf(a, { fullMatrices: true });
      return inOrder({ U: constantLike(0, U), S: svdvals(a), V: constantLike(0, Vh) });
    }
    const { U, S, Vh } = svdOf(a, { fullMatrices: !some });
    return inOrder({ U, S, V: mT(Vh) });
  });
}

/** Options of `qr`. */
export interface TorchQrOptions {
  /** If true (the default), Q has min(m, n) columns; else it is square. */
  readonly some?: boolean;
}

/** A = Q R: `linalg.qr`. */
export function qr(a: Tensor, options: TorchQrOptions = {}): QrResult {
  checkCall("qr(a, { some: boolean })", arguments);
  return qrOf(a, { mode: (options.some ?? true) ? "reduced" : "complete" });
}

/** The lower triangular L with A = L Lᵀ: `linalg.cholesky`. */
export function cholesky(a: Tensor, options: CholeskyOptions = {}): Tensor {
  checkCall("cholesky(a, { upper: boolean })", arguments);
  return choleskyOf(a, options);
}

/** Options of `triangularSolve`. */
export interface TriangularSolveOptions {
  /** If true (the default), A is upper triangular. */
  readonly upper?: boolean;
  /** If true, solves with Aᵀ. */
  readonly transpose?: boolean;
  /** If true, takes the diagonal as 1. */
  readonly unitriangular?: boolean;
}

/** The result of `triangularSolve`. */
export interface TriangularSolveResult extends Pair<Tensor> {
  readonly solution: Tensor;
  readonly clonedCoefficient: Tensor;
}

/** X of A X = B for triangular A: `linalg.solveTriangular` with the right-hand side first. */
export function triangularSolve(
  b: Tensor,
  a: Tensor,
  options: TriangularSolveOptions = {},
): TriangularSolveResult {
  checkCall(
    "triangularSolve(b, a, { upper: boolean, transpose: boolean, unitriangular: boolean })",
    arguments,
  );
  const { upper = true, transpose = false, unitriangular = false } = options;
  return composite(() => {
    const t = transpose ? mT(a) : a;
    const solution = solveTriangular(t, b, { upper: upper !== transpose, unitriangular });
    return inOrder({ solution, clonedCoefficient: a.clone() });
  });
}
