export {
  type CeluOptions,
  celu,
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  glu,
  type HardtanhOptions,
  hardshrink,
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
} from "../ops/nn/activations.ts";
export {
  type AdaptiveMaxPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  type OutputSize,
} from "../ops/nn/adaptive-pooling.ts";
export { type AttentionOptions, scaledDotProductAttention } from "../ops/nn/attention/attention.ts";
export { fold, type UnfoldOptions, unfold } from "../ops/nn/columns.ts";
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "../ops/nn/convolution.ts";
export {
  type CrossEntropyOptions,
  crossEntropy,
  type NllLossOptions,
  nllLoss,
} from "../ops/nn/cross-entropy.ts";
export { type DropoutOptions, dropout } from "../ops/nn/dropout.ts";
export {
  type EmbeddingOptions,
  embedding,
  type OneHotOptions,
  oneHot,
} from "../ops/nn/embedding.ts";
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
} from "../ops/nn/losses.ts";
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
} from "../ops/nn/normalization.ts";
export { type PadMode, type PadOptions, pad } from "../ops/nn/padding.ts";
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
} from "../ops/nn/pooling.ts";
export {
  type InterpolateMode,
  type InterpolateOptions,
  interpolate,
  pixelShuffle,
  pixelUnshuffle,
} from "../ops/nn/resizing.ts";
export {
  logSoftmax,
  logsumexp,
  type SoftmaxOptions,
  softmax,
  softmin,
} from "../ops/nn/softmax.ts";
