export {
  AveragedModel,
  type AveragedModelOptions,
  type AverageFunction,
  getEmaAvgFn,
  getSwaAvgFn,
  updateBn,
} from "./averaging.ts";
export { ModuleDict } from "./containers/module-dict.ts";
export { ModuleList } from "./containers/module-list.ts";
export { ParameterDict } from "./containers/parameter-dict.ts";
export { ParameterList } from "./containers/parameter-list.ts";
export { type Layer, type LayerLike, Sequential } from "./containers/sequential.ts";
export { copyModule, deepcopy, type Remake } from "./copy.ts";
export type { AttendOptions } from "./functional/multi-head-attention.ts";
export * as functional from "./functional.ts";
export {
  type FunctionalCallOptions,
  functionalCall,
  stackModuleState,
  type TensorsByName,
} from "./functional-call.ts";
export type { ForwardHook, ForwardPreHook, FullBackwardHook, HookHandle } from "./hooks.ts";
export * as init from "./init.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
} from "./layers/adaptive-avg-pool.ts";
export {
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./layers/adaptive-max-pool.ts";
export { AvgPool1d, type AvgPool1dOptions, AvgPool2d, AvgPool3d } from "./layers/avg-pool.ts";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormLayerOptions,
} from "./layers/batch-norm.ts";
export { Bilinear } from "./layers/bilinear.ts";
export { CELU } from "./layers/celu.ts";
export { ChannelShuffle } from "./layers/channel-shuffle.ts";
export { CircularPad1d, CircularPad2d, CircularPad3d } from "./layers/circular-pad.ts";
export { ConstantPad1d, ConstantPad2d, ConstantPad3d } from "./layers/constant-pad.ts";
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions } from "./layers/conv.ts";
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
} from "./layers/conv-transpose.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/distance.ts";
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutLayerOptions,
  FeatureAlphaDropout,
} from "./layers/dropout.ts";
export { ELU } from "./layers/elu.ts";
export { Embedding, type EmbeddingLayerOptions } from "./layers/embedding.ts";
export { type BagOptions, EmbeddingBag, type EmbeddingBagOptions } from "./layers/embedding-bag.ts";
export { Flatten, type FlattenOptions } from "./layers/flatten.ts";
export { Fold } from "./layers/fold.ts";
export { FractionalMaxPool2d, FractionalMaxPool3d } from "./layers/fractional-max-pool.ts";
export { GELU } from "./layers/gelu.ts";
export { GLU, type GLUOptions } from "./layers/glu.ts";
export { GroupNorm, type GroupNormOptions } from "./layers/group-norm.ts";
export { GRU } from "./layers/gru.ts";
export { Hardshrink, type HardshrinkOptions } from "./layers/hardshrink.ts";
export { Hardsigmoid } from "./layers/hardsigmoid.ts";
export { Hardswish } from "./layers/hardswish.ts";
export { Hardtanh } from "./layers/hardtanh.ts";
export { Identity } from "./layers/identity.ts";
export {
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormLayerOptions,
} from "./layers/instance-norm.ts";
export { LayerNorm, type LayerNormOptions } from "./layers/layer-norm.ts";
export { LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d } from "./layers/lazy-batch-norm.ts";
export { LazyConv1d, LazyConv2d, LazyConv3d } from "./layers/lazy-conv.ts";
export {
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from "./layers/lazy-conv-transpose.ts";
export {
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from "./layers/lazy-instance-norm.ts";
export { LazyLinear } from "./layers/lazy-linear.ts";
export { LeakyReLU } from "./layers/leaky-relu.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { LocalResponseNorm } from "./layers/local-response-norm.ts";
export { LogSigmoid } from "./layers/log-sigmoid.ts";
export { LogSoftmax } from "./layers/log-softmax.ts";
export { LPPool1d, LPPool2d, LPPool3d } from "./layers/lp-pool.ts";
export { LSTM, type LSTMOptions, type LSTMState } from "./layers/lstm.ts";
export { MaxPool1d, MaxPool2d, MaxPool3d, type MaxPoolLayerOptions } from "./layers/max-pool.ts";
export {
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  type MaxUnpoolLayerOptions,
  type UnpoolOptions,
} from "./layers/max-unpool.ts";
export { Mish } from "./layers/mish.ts";
export {
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from "./layers/multihead-attention.ts";
export { PixelShuffle, PixelUnshuffle } from "./layers/pixel-shuffle.ts";
export { PReLU, type PReLUOptions } from "./layers/prelu.ts";
export type { RecurrentOptions, SequenceOptions } from "./layers/recurrent.ts";
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from "./layers/recurrent-cells.ts";
export { ReflectionPad1d, ReflectionPad2d, ReflectionPad3d } from "./layers/reflection-pad.ts";
export { ReLU } from "./layers/relu.ts";
export { ReLU6 } from "./layers/relu6.ts";
export { ReplicationPad1d, ReplicationPad2d, ReplicationPad3d } from "./layers/replication-pad.ts";
export { RMSNorm, type RMSNormOptions } from "./layers/rms-norm.ts";
export { type Nonlinearity, RNN, type RNNOptions } from "./layers/rnn.ts";
export { RReLU, type RReLUOptions } from "./layers/rrelu.ts";
export { SELU } from "./layers/selu.ts";
export { Sigmoid } from "./layers/sigmoid.ts";
export { SiLU } from "./layers/silu.ts";
export { Softmax } from "./layers/softmax.ts";
export { Softmax2d } from "./layers/softmax2d.ts";
export { Softmin } from "./layers/softmin.ts";
export { Softplus } from "./layers/softplus.ts";
export { Softshrink, type SoftshrinkOptions } from "./layers/softshrink.ts";
export { Softsign } from "./layers/softsign.ts";
export { Tanh } from "./layers/tanh.ts";
export { Tanhshrink } from "./layers/tanhshrink.ts";
export { Threshold } from "./layers/threshold.ts";
export {
  type EncoderOptions,
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerOptions,
  type TransformerStackOptions,
  type TransformOptions,
} from "./layers/transformer.ts";
export {
  type DecodeOptions,
  type EncodeOptions,
  type TransformerActivation,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./layers/transformer-layers.ts";
export { Unflatten } from "./layers/unflatten.ts";
export { Unfold } from "./layers/unfold.ts";
export {
  Upsample,
  type UpsampleSize,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from "./layers/upsample.ts";
export { ZeroPad1d, ZeroPad2d, ZeroPad3d } from "./layers/zero-pad.ts";
export {
  type AdaptiveLogSoftmaxOptions,
  type AdaptiveLogSoftmaxResult,
  AdaptiveLogSoftmaxWithLoss,
} from "./losses/adaptive-log-softmax.ts";
export { BCELoss } from "./losses/bce-loss.ts";
export { BCEWithLogitsLoss } from "./losses/bce-with-logits-loss.ts";
export { CosineEmbeddingLoss } from "./losses/cosine-embedding-loss.ts";
export { CrossEntropyLoss, NLLLoss } from "./losses/cross-entropy-loss.ts";
export { CTCLoss } from "./losses/ctc-loss.ts";
export { KLDivLoss } from "./losses/kl-div-loss.ts";
export { HuberLoss, L1Loss, SmoothL1Loss } from "./losses/l1-loss.ts";
export { GaussianNLLLoss, PoissonNLLLoss } from "./losses/likelihood-loss.ts";
export { HingeEmbeddingLoss, MarginRankingLoss, SoftMarginLoss } from "./losses/margin-loss.ts";
export { MSELoss } from "./losses/mse-loss.ts";
export {
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
} from "./losses/multi-margin-loss.ts";
export { TripletMarginLoss, TripletMarginWithDistanceLoss } from "./losses/triplet-margin-loss.ts";
export { type AnyModule, Module } from "./module.ts";
export { type BufferOptions, buffer, type Parameter, parameter } from "./parameter.ts";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export type { LoadReport, StateDict } from "./state-dict.ts";
export { type SummaryOptions, summary } from "./summary.ts";
export * as utils from "./utils.ts";
export { parametersToVector, vectorToParameters } from "./vector.ts";
export { type WarmupOptions, warmup } from "./warmup.ts";
export { removeWeightNorm, type WeightNormOptions, weightNorm } from "./weight-norm.ts";
