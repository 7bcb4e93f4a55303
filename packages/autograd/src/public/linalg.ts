export {
  det,
  inv as inverse,
  logdet,
  matrixPower,
  type SignAndLog,
  type SolveOptions,
  slogdet,
} from "../ops/linalg/elimination.ts";
export { linalg } from "../ops/linalg/entry.ts";
export { matrixExp } from "../ops/linalg/exponential.ts";
export type { LstsqOptions, LstsqResult } from "../ops/linalg/least-squares.ts";
export {
  type LowrankResult,
  type PcaLowrankOptions,
  pcaLowrank,
  type SvdLowrankOptions,
  svdLowrank,
} from "../ops/linalg/low-rank.ts";
export {
  type LuFactorResult,
  type LuResult,
  type LuSolveOptions,
  luFactor as lu,
  luSolve,
  luUnpack,
} from "../ops/linalg/lu.ts";
export type {
  LinalgNormOptions,
  MatrixNormOptions,
  MatrixOrd,
  MatrixRankOptions,
} from "../ops/linalg/norms.ts";
export {
  cholesky,
  qr,
  svd,
  type TorchQrOptions,
  type TorchSvdOptions,
  type TorchSvdResult,
  type TriangularSolveOptions,
  type TriangularSolveResult,
  triangularSolve,
} from "../ops/linalg/older.ts";
export type { QrOptions, QrResult } from "../ops/linalg/orthogonal.ts";
export type { EighResult } from "../ops/linalg/spectral.ts";
export {
  type PinvOptions,
  pinv as pinverse,
  type SvdOptions,
  type SvdResult,
} from "../ops/linalg/svd.ts";
export {
  chainMatmul,
  type LinalgVanderOptions,
  type TensorinvOptions,
  type TensorsolveOptions,
  type VanderOptions,
  vander,
} from "../ops/linalg/tensors.ts";
export type {
  CholeskyOptions,
  CholeskyResult,
  SolveTriangularOptions,
} from "../ops/linalg/triangular.ts";
