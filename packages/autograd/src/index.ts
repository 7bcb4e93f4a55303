export { type BackwardOptions, type GradOptions, grad } from "./autograd/backward.ts";
export { checkpoint } from "./autograd/checkpoint.ts";
export { Function, type FunctionClass, FunctionContext } from "./autograd/function.ts";
export { type FunctionalOptions, hessian, jacobian } from "./autograd/functional.ts";
export type { HookHandle } from "./autograd/hooks.ts";
export { canCast, type DType, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  AnomalyError,
  ArgumentError,
  DeviceError,
  DeviceLostError,
  DTypeError,
  ExpiredError,
  GradError,
  IndexError,
  LimitError,
  OutOfMemoryError,
  ShapeError,
  VerifyError,
  WgradError,
} from "./errors.ts";
export { explain } from "./inspect/explain.ts";
export { type KernelProfile, Profile, profile, type TraceEvent } from "./inspect/profile.ts";
export { type MemoryOwner, type MemoryReport, memory } from "./inspect/report.ts";
export type { BinaryOp, Operand, UnaryOp } from "./ops/core/apply.ts";
export type { DimOption, Dims } from "./ops/core/arguments.ts";
export { cat, hstack, stack, vstack } from "./ops/core/assembly.ts";
export { clone } from "./ops/core/clone.ts";
export {
  arange,
  type CreateOptions,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  type LogspaceOptions,
  linspace,
  logspace,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./ops/core/creation.ts";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  detach,
  type FlattenOptions,
  flatten,
  movedim,
  permute,
  positive,
  ravel,
  reshape,
  squeeze,
  swapaxes,
  t,
  transpose,
  unflatten,
  unsqueeze,
} from "./ops/core/layout.ts";
export { resultType } from "./ops/core/promotion.ts";
export {
  bernoulli,
  type DrawOptions,
  defaultGenerator,
  manualSeed,
  type RandomOptions,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./ops/core/random.ts";
export {
  gather,
  scatterAdd,
  take,
  takeAlongDim,
} from "./ops/indexing/gathering.ts";
export {
  type IndexAddOptions,
  indexAdd,
  indexCopy,
  indexFill,
  indexSelect,
} from "./ops/indexing/index-vector.ts";
export { at, atMask, type PutOptions, put_ } from "./ops/indexing/indexing.ts";
export {
  equal,
  maskedFill,
  maskedSelect,
  type NonzeroOptions,
  nonzero,
} from "./ops/indexing/masking.ts";
export {
  type ScatterOptions,
  type ScatterReduceOptions,
  scatter,
  scatterReduce,
} from "./ops/indexing/scatter-reduce.ts";
export { ellipsis, type Index, type IndexList, type Slice, slice } from "./ops/indexing/slicing.ts";
export {
  det,
  inv as inverse,
  logdet,
  matrixPower,
  type SignAndLog,
  type SolveOptions,
  slogdet,
} from "./ops/linalg/elimination.ts";
export { linalg } from "./ops/linalg/entry.ts";
export type { QrOptions, QrResult } from "./ops/linalg/orthogonal.ts";
export type { EighResult } from "./ops/linalg/spectral.ts";
export {
  type PinvOptions,
  pinv as pinverse,
  type SvdOptions,
  type SvdResult,
} from "./ops/linalg/svd.ts";
export type { CholeskyOptions, SolveTriangularOptions } from "./ops/linalg/triangular.ts";
export {
  type AddOptions,
  add,
  type DivOptions,
  div,
  floorDivide,
  mul,
  neg,
  rsub,
  sub,
  trueDivide,
} from "./ops/math/arithmetic.ts";
export {
  atan2,
  type ClampOptions,
  clamp,
  fmod,
  lerp,
  maximum,
  minimum,
  pow,
  remainder,
} from "./ops/math/binary.ts";
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
} from "./ops/math/comparison.ts";
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
} from "./ops/math/contraction.ts";
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
} from "./ops/math/counting.ts";
export {
  type CdistOptions,
  type CosineSimilarityOptions,
  cdist,
  cosineSimilarity,
  type NormalizeOptions,
  normalize,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from "./ops/math/distance.ts";
export { einsum } from "./ops/math/einsum.ts";
export { kthvalue, median, nanmedian } from "./ops/math/median.ts";
export {
  bilinear,
  kron,
  type MeetingDims,
  type TensordotOptions,
  tensordot,
  trace,
} from "./ops/math/products.ts";
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
} from "./ops/math/reduction.ts";
export {
  type CumulateOptions,
  cummax,
  cummin,
  cumprod,
  cumsum,
  type DiffOptions,
  diff,
  logcumsumexp,
} from "./ops/math/scan.ts";
export { argsort, type SortOptions, sort, type TopkOptions, topk } from "./ops/math/sorting.ts";
export {
  countNonzero,
  type NormOptions,
  nansum,
  norm,
  std,
  type VarianceOptions,
  type VectorNormOptions,
  variance,
} from "./ops/math/statistics.ts";
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
  sinh,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from "./ops/math/unary.ts";
export {
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  glu,
  type HardtanhOptions,
  hardsigmoid,
  hardswish,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  logsigmoid,
  mish,
  prelu,
  relu6,
  type SoftplusOptions,
  selu,
  silu,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from "./ops/nn/activations.ts";
export {
  type AdaptiveMaxPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type OutputSize,
} from "./ops/nn/adaptive-pooling.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./ops/nn/attention/attention.ts";
export { fold, type UnfoldOptions, unfold } from "./ops/nn/columns.ts";
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./ops/nn/convolution.ts";
export {
  type CrossEntropyOptions,
  crossEntropy,
  type NllLossOptions,
  nllLoss,
} from "./ops/nn/cross-entropy.ts";
export { type DropoutOptions, dropout } from "./ops/nn/dropout.ts";
export {
  type EmbeddingOptions,
  embedding,
  type OneHotOptions,
  oneHot,
} from "./ops/nn/embedding.ts";
export {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type HuberLossOptions,
  huberLoss,
  type KlDivOptions,
  klDiv,
  type LossOptions,
  l1Loss,
  mseLoss,
  type Reduction,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./ops/nn/losses.ts";
export {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  type InstanceNormOptions,
  instanceNorm,
  type LocalResponseNormOptions,
  layerNorm,
  localResponseNorm,
  type NormalizationOptions,
  type RmsNormOptions,
  rmsNorm,
} from "./ops/nn/normalization.ts";
export { type PadMode, type PadOptions, pad } from "./ops/nn/padding.ts";
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolOptions,
} from "./ops/nn/pooling.ts";
export {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
  pixelShuffle,
  pixelUnshuffle,
} from "./ops/nn/resizing.ts";
export {
  logSoftmax,
  logsumexp,
  type SoftmaxOptions,
  softmax,
  softmin,
} from "./ops/nn/softmax.ts";
export {
  broadcastTensors,
  broadcastTo,
  expand,
  type ReduceOptions,
  type SumOptions,
  sum,
} from "./ops/shape/broadcast.ts";
export {
  chunk,
  type DiagOptions,
  type DiagonalOptions,
  diag,
  diagEmbed,
  diagonal,
  flip,
  type MeshgridOptions,
  meshgrid,
  narrow,
  type RollOptions,
  type Rot90Options,
  repeatInterleave,
  roll,
  rot90,
  select,
  split,
  tensorSplit,
  tile,
  tril,
  triu,
  unbind,
} from "./ops/shape/movement.ts";
export { type TriangleOptions, trilIndices, triuIndices } from "./ops/shape/triangle.ts";
export { Generator } from "./random/generator.ts";
export { RandomState } from "./random/numpy.ts";
export { setDetectAnomaly } from "./runtime/anomaly.ts";
export { type InitOptions, type InitResult, init } from "./runtime/init.ts";
export type { Shape } from "./shape.ts";
export { enableGrad, isGradEnabled, noGrad, scope } from "./tape/modes.ts";
export { Tensor } from "./tensor.ts";
