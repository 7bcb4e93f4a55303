import type { Tensor } from "../../tensor.ts";
import type { DimOption, Dims } from "../core/arguments.ts";
import { matmul } from "../math/contraction.ts";
import { type VectorNormOptions, vectorNorm } from "../math/statistics.ts";
import type { DiagonalOptions } from "../shape/diagonals.ts";
import {
  det,
  inv,
  matrixPower,
  type SignAndLog,
  type SolveOptions,
  slogdet,
  solve,
} from "./elimination.ts";
import { matrixExp } from "./exponential.ts";
import { type LstsqOptions, type LstsqResult, lstsq } from "./least-squares.ts";
import {
  type LuFactorResult,
  type LuResult,
  type LuSolveOptions,
  lu,
  luFactor,
  luSolveOf,
} from "./lu.ts";
import {
  cond,
  type LinalgNormOptions,
  type MatrixNormOptions,
  type MatrixOrd,
  type MatrixRankOptions,
  matrixNorm,
  matrixRank,
  norm,
} from "./norms.ts";
import { type QrOptions, type QrResult, qr } from "./orthogonal.ts";
import { type EighResult, eigh, eigvalsh, svdvals } from "./spectral.ts";
import { type PinvOptions, pinv, type SvdOptions, type SvdResult, svd } from "./svd.ts";
import {
  cross,
  diagonal,
  type LinalgVanderOptions,
  linalgVander,
  multiDot,
  type TensorinvOptions,
  type TensorsolveOptions,
  tensorinv,
  tensorsolve,
  vecdot,
} from "./tensors.ts";
import {
  type CholeskyOptions,
  type CholeskyResult,
  cholesky,
  choleskyEx,
  type SolveTriangularOptions,
  solveTriangular,
} from "./triangular.ts";

/**
 * PyTorch's `torch.linalg`. Matrices are in the last two dimensions; the others are batches. Meant
 * for
 * small matrices: one thread computes each.
 */
export const linalg: {
  /** (Σ |x|ᵒʳᵈ)^(1/ord) over `dim` (one, several, or all). */
  readonly vectorNorm: (
    x: Tensor,
    ord?: number | VectorNormOptions,
    dim?: Dims,
    options?: VectorNormOptions,
  ) => Tensor;
  /** The norm of a vector, or of a matrix if `ord` is given and there are two dimensions. */
  readonly norm: (
    x: Tensor,
    ord?: MatrixOrd | null | LinalgNormOptions,
    dim?: Dims,
    options?: LinalgNormOptions,
  ) => Tensor;
  /** The norm of matrices ("fro" unless given). */
  readonly matrixNorm: (
    a: Tensor,
    ord?: MatrixOrd | MatrixNormOptions,
    dim?: Dims,
    options?: MatrixNormOptions,
  ) => Tensor;
  /** The condition number ‖A‖ ‖A⁻¹‖. */
  readonly cond: (a: Tensor, p?: MatrixOrd | null) => Tensor;
  /** The number of singular values that are not 0. */
  readonly matrixRank: (a: Tensor, options?: MatrixRankOptions) => Tensor;
  /** The vector product a × b. */
  readonly cross: (a: Tensor, b: Tensor, options?: number | DimOption) => Tensor;
  /** Σ a b along a dimension. */
  readonly vecdot: (a: Tensor, b: Tensor, options?: number | DimOption) => Tensor;
  /** The matrix product a b, as `matmul`. */
  readonly matmul: (a: Tensor, b: Tensor) => Tensor;
  /** The product of several matrices. */
  readonly multiDot: (tensors: readonly Tensor[]) => Tensor;
  /** The diagonals of matrices. */
  readonly diagonal: (a: Tensor, options?: DiagonalOptions) => Tensor;
  /** The powers of each element, as rows. */
  readonly vander: (x: Tensor, options?: LinalgVanderOptions) => Tensor;
  /** The matrix exponential eᴬ. */
  readonly matrixExp: (a: Tensor) => Tensor;
  /** The LU decomposition A = P L U. */
  readonly lu: (a: Tensor) => LuResult;
  /** L and U of A = P L U in one matrix, and the pivots. */
  readonly luFactor: (a: Tensor) => LuFactorResult;
  /** X of A X = B from the result of `luFactor`. */
  readonly luSolve: (LU: Tensor, pivots: Tensor, b: Tensor, options?: LuSolveOptions) => Tensor;
  /** The X that minimises ‖A X − B‖. */
  readonly lstsq: (a: Tensor, b: Tensor, options?: LstsqOptions) => LstsqResult;
  /** The inverse of a tensor as a matrix. */
  readonly tensorinv: (a: Tensor, options?: number | TensorinvOptions) => Tensor;
  /** X of A X = B for a tensor A as a matrix. */
  readonly tensorsolve: (a: Tensor, b: Tensor, options?: TensorsolveOptions) => Tensor;
  /** The lower triangular L with A = L Lᵀ, for symmetric positive definite A. */
  readonly cholesky: (a: Tensor, options?: CholeskyOptions) => Tensor;
  /**
   * `cholesky` that does not throw: `info` is 0, or the number of the first row without a factor.
   */
  readonly choleskyEx: (a: Tensor, options?: CholeskyOptions) => CholeskyResult;
  /** det A. */
  readonly det: (a: Tensor) => Tensor;
  /** Eigenvalues, ascending, and eigenvectors (columns) of symmetric A. */
  readonly eigh: (a: Tensor) => EighResult;
  /** The eigenvalues of symmetric A, ascending. */
  readonly eigvalsh: (a: Tensor) => Tensor;
  /** A⁻¹. */
  readonly inv: (a: Tensor) => Tensor;
  /** Aⁿ for an integer n. */
  readonly matrixPower: (a: Tensor, n: number) => Tensor;
  /** The pseudoinverse of A. */
  readonly pinv: (a: Tensor, options?: PinvOptions) => Tensor;
  /** A = Q R with orthonormal Q and upper triangular R. */
  readonly qr: (a: Tensor, options?: QrOptions) => QrResult;
  /** The sign of det A, and log |det A|. */
  readonly slogdet: (a: Tensor) => SignAndLog;
  /** X of A X = B. */
  readonly solve: (a: Tensor, b: Tensor, options?: SolveOptions) => Tensor;
  /** X of A X = B for triangular A. */
  readonly solveTriangular: (a: Tensor, b: Tensor, options: SolveTriangularOptions) => Tensor;
  /** The singular value decomposition A = U diag(S) Vh. */
  readonly svd: (a: Tensor, options?: SvdOptions) => SvdResult;
  /** The singular values of A, descending. */
  readonly svdvals: (a: Tensor) => Tensor;
} = {
  vectorNorm,
  norm,
  matrixNorm,
  cond,
  matrixRank,
  cross,
  vecdot,
  matmul,
  multiDot,
  diagonal,
  vander: linalgVander,
  matrixExp,
  lu,
  luFactor,
  luSolve: luSolveOf,
  lstsq,
  tensorinv,
  tensorsolve,
  cholesky,
  choleskyEx,
  det,
  eigh,
  eigvalsh,
  inv,
  matrixPower,
  pinv,
  qr,
  slogdet,
  solve,
  solveTriangular,
  svd,
  svdvals,
};
