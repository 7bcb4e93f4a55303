import type { Tensor } from "../../tensor.ts";
import type { Dims } from "../core/arguments.ts";
import { type NormOptions, norm, type VectorNormOptions, vectorNorm } from "../math/statistics.ts";
import {
  det,
  inv,
  matrixPower,
  type SignAndLog,
  type SolveOptions,
  slogdet,
  solve,
} from "./elimination.ts";
import { type QrOptions, type QrResult, qr } from "./orthogonal.ts";
import { type EighResult, eigh, eigvalsh, svdvals } from "./spectral.ts";
import { type PinvOptions, pinv, type SvdOptions, type SvdResult, svd } from "./svd.ts";
import {
  type CholeskyOptions,
  type CholeskyResult,
  cholesky,
  choleskyEx,
  type SolveTriangularOptions,
  solveTriangular,
} from "./triangular.ts";

/** PyTorch's `torch.linalg`, over the last two dimensions; those before are batches. For small matrices: a thread works through each. */
export const linalg: {
  /** (Σ |x|ᵒʳᵈ)^(1/ord) over `dim` (one, several, or all). */
  readonly vectorNorm: (
    x: Tensor,
    ord?: number | VectorNormOptions,
    dim?: Dims,
    options?: VectorNormOptions,
  ) => Tensor;
  /** `norm`: the Frobenius norm of a matrix, the 2-norm of a vector unless told otherwise. */
  readonly norm: (
    x: Tensor,
    ord?: number | "fro" | null | NormOptions,
    dim?: Dims,
    options?: NormOptions,
  ) => Tensor;
  /** The lower triangular L with A = L Lᵀ, for symmetric positive definite A. */
  readonly cholesky: (a: Tensor, options?: CholeskyOptions) => Tensor;
  /** `cholesky` that does not refuse: `info` is 0, or the number of the first row that has no factor. */
  readonly choleskyEx: (a: Tensor, options?: CholeskyOptions) => CholeskyResult;
  /** det A. */
  readonly det: (a: Tensor) => Tensor;
  /** Eigenvalues, ascending, and eigenvectors (columns) of symmetric A. */
  readonly eigh: (a: Tensor) => EighResult;
  /** The eigenvalues of symmetric A, ascending. */
  readonly eigvalsh: (a: Tensor) => Tensor;
  /** A⁻¹. */
  readonly inv: (a: Tensor) => Tensor;
  /** Aⁿ for whole n. */
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
  /** A = U diag(S) Vh. */
  readonly svd: (a: Tensor, options?: SvdOptions) => SvdResult;
  /** The singular values of A, descending. */
  readonly svdvals: (a: Tensor) => Tensor;
} = {
  vectorNorm,
  norm,
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
