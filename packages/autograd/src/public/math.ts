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
export type { QrOptions, QrResult } from "../ops/linalg/orthogonal.ts";
export type { EighResult } from "../ops/linalg/spectral.ts";
export {
  type PinvOptions,
  pinv as pinverse,
  type SvdOptions,
  type SvdResult,
} from "../ops/linalg/svd.ts";
export type {
  CholeskyOptions,
  CholeskyResult,
  SolveTriangularOptions,
} from "../ops/linalg/triangular.ts";
export {
  type AddOptions,
  add,
  mul,
  neg,
  rsub,
  sub,
  trueDivide,
} from "../ops/math/arithmetic.ts";
export {
  atan2,
  type ClampOptions,
  clamp,
  lerp,
  maximum,
  minimum,
  pow,
} from "../ops/math/binary.ts";
export {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  eq,
  ge,
  gt,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
  where,
} from "../ops/math/comparison.ts";
export {
  type AddmmOptions,
  addmm,
  baddbmm,
  bmm,
  dot,
  linear,
  matmul,
  mm,
  mv,
  outer,
} from "../ops/math/contraction.ts";
export {
  type BincountOptions,
  bincount,
  type HistcOptions,
  histc,
  type SearchsortedOptions,
  searchsorted,
  type UniqueOptions,
  type UniqueResult,
  unique,
} from "../ops/math/counting.ts";
export {
  type CdistOptions,
  type CosineSimilarityOptions,
  cdist,
  cosineSimilarity,
  type NormalizeOptions,
  normalize,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "../ops/math/distance.ts";
export { type DivOptions, div, floorDivide, fmod, remainder } from "../ops/math/division.ts";
export { einsum } from "../ops/math/einsum.ts";
export { erfc, erfinv } from "../ops/math/error-function.ts";
export { digamma, lgamma, mvlgamma, polygamma } from "../ops/math/gamma.ts";
export { type LogitOptions, logaddexp, logaddexp2, logit, xlogy } from "../ops/math/logarithms.ts";
export { kthvalue, median, nanmedian } from "../ops/math/median.ts";
export {
  bilinear,
  kron,
  type MeetingDims,
  type TensordotOptions,
  tensordot,
  trace,
} from "../ops/math/products.ts";
export {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  max,
  mean,
  min,
  type OneDimOptions,
  prod,
  type ValuesAndIndices,
} from "../ops/math/reduction.ts";
export {
  type CumulateOptions,
  cummax,
  cummin,
  cumprod,
  cumsum,
  type DiffOptions,
  diff,
  logcumsumexp,
} from "../ops/math/scan.ts";
export { argsort, type SortOptions, sort, type TopkOptions, topk } from "../ops/math/sorting.ts";
export {
  countNonzero,
  type NormOptions,
  nansum,
  norm,
  std,
  type VarianceOptions,
  type VectorNormOptions,
  variance,
} from "../ops/math/statistics.ts";
export {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  ceil,
  cos,
  cosh,
  erf,
  exp,
  exp2,
  expm1,
  floor,
  frac,
  isfinite,
  isinf,
  log,
  log1p,
  log2,
  log10,
  type NanToNumOptions,
  nanToNum,
  type RoundOptions,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinc,
  sinh,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from "../ops/math/unary.ts";
