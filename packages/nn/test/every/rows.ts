import {
  type DType,
  logSoftmax,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import * as nn from "@wgrad/nn";

/** Makes an argument of a call in the given dtype. */
export type Argument = (dtype: DType) => unknown;

/** How a module is made, and the arguments that it is called with. */
export type Row = readonly [make: () => nn.AnyModule, ...takes: readonly Argument[]];

/** Normal values whose gradient is checked. */
const x =
  (...shape: number[]): Argument =>
  (dtype) =>
    randn(shape, { dtype, requiresGrad: true });

/** Uniform values whose gradient is checked. */
const within =
  (low: number, high: number, ...shape: number[]): Argument =>
  (dtype) =>
    zeros(shape, { dtype }).uniform_(low, high).requiresGrad_();

const fixed =
  (argument: Argument): Argument =>
  (dtype) =>
    (argument(dtype) as Tensor).detach();

const whole =
  (below: number, ...shape: number[]): Argument =>
  () =>
    randint(0, below, shape);

const signs =
  (...shape: number[]): Argument =>
  (dtype) =>
    randint(0, 2, shape).mul(2).sub(1).to(dtype);

const given =
  (value: unknown): Argument =>
  () =>
    value;

const targets =
  (...places: number[][]): Argument =>
  () =>
    tensor(places, { dtype: "i32" });

/** Nested arrays of indices. */
const targetsIn =
  (places: number[][] | number[][][]): Argument =>
  () =>
    tensor([places], { dtype: "i32" });

/** A lazy layer after its first call. */
function called(layer: nn.Module, shape: number[]): nn.Module {
  layer(zeros(shape));
  return layer;
}

class AdaptiveOutputs extends nn.Module<[Tensor, Tensor], Tensor[]> {
  head: nn.AdaptiveLogSoftmaxWithLoss = new nn.AdaptiveLogSoftmaxWithLoss(4, 8, [3, 5], {
    divValue: 2,
  });
  forward(input: Tensor, target: Tensor): Tensor[] {
    return [...this.head(input, target), this.head.logProb(input)];
  }
}

const line = x(2, 2, 6);
const image = x(1, 2, 4, 4);
const volume = x(1, 2, 3, 3, 3);
const table = x(3, 4);
const small = { dimFeedforward: 4, dropout: 0 };

/** The gradient of CTC assumes normalised log probabilities, so a softmax comes first. */
class CTCLossOfLogits extends nn.Module<[Tensor, Tensor, number[], number[]], Tensor> {
  loss = new nn.CTCLoss();
  override forward(logits: Tensor, targets: Tensor, inputs: number[], lengths: number[]): Tensor {
    return this.loss(logSoftmax(logits, -1), targets, inputs, lengths);
  }
}

/** One row for every module that nn exports. */
export const rows: Readonly<Record<string, Row>> = {
  CELU: [() => new nn.CELU(), table],
  ELU: [() => new nn.ELU(), table],
  GELU: [() => new nn.GELU(), table],
  GLU: [() => new nn.GLU(), table],
  Hardshrink: [() => new nn.Hardshrink(), table],
  Hardsigmoid: [() => new nn.Hardsigmoid(), table],
  Hardswish: [() => new nn.Hardswish(), table],
  Hardtanh: [() => new nn.Hardtanh(), table],
  Identity: [() => new nn.Identity(), table],
  LeakyReLU: [() => new nn.LeakyReLU(), table],
  LogSigmoid: [() => new nn.LogSigmoid(), table],
  Mish: [() => new nn.Mish(), table],
  PReLU: [() => new nn.PReLU(), table],
  ReLU: [() => new nn.ReLU(), table],
  ReLU6: [() => new nn.ReLU6(), table],
  RReLU: [() => new nn.RReLU(), table],
  SELU: [() => new nn.SELU(), table],
  SiLU: [() => new nn.SiLU(), table],
  Sigmoid: [() => new nn.Sigmoid(), table],
  Softplus: [() => new nn.Softplus(), table],
  Softshrink: [() => new nn.Softshrink(), table],
  Softsign: [() => new nn.Softsign(), table],
  Tanh: [() => new nn.Tanh(), table],
  Tanhshrink: [() => new nn.Tanhshrink(), table],
  HuberLoss: [() => new nn.HuberLoss(), table, table],
  L1Loss: [() => new nn.L1Loss(), table, table],
  MSELoss: [() => new nn.MSELoss(), table, table],
  SmoothL1Loss: [() => new nn.SmoothL1Loss(), table, table],
  AdaptiveAvgPool1d: [() => new nn.AdaptiveAvgPool1d(4), line],
  AdaptiveAvgPool2d: [() => new nn.AdaptiveAvgPool2d([3, null]), image],
  AdaptiveAvgPool3d: [() => new nn.AdaptiveAvgPool3d(2), volume],
  AdaptiveLogSoftmaxWithLoss: [() => new AdaptiveOutputs(), x(3, 4), whole(8, 3)],
  AdaptiveMaxPool1d: [() => new nn.AdaptiveMaxPool1d(4), line],
  AdaptiveMaxPool2d: [() => new nn.AdaptiveMaxPool2d(3), image],
  AdaptiveMaxPool3d: [() => new nn.AdaptiveMaxPool3d(2), volume],
  AlphaDropout: [() => new nn.AlphaDropout(0.3), table],
  AvgPool1d: [() => new nn.AvgPool1d(2), line],
  AvgPool2d: [() => new nn.AvgPool2d(2, { padding: 1 }), image],
  AvgPool3d: [() => new nn.AvgPool3d(2), volume],
  BCELoss: [() => new nn.BCELoss(), within(0.1, 0.9, 3, 4), within(0.1, 0.9, 3, 4)],
  BCEWithLogitsLoss: [() => new nn.BCEWithLogitsLoss(), table, fixed(within(0, 1, 3, 4))],
  BatchNorm1d: [() => new nn.BatchNorm1d(2), line],
  BatchNorm2d: [() => new nn.BatchNorm2d(2), x(2, 2, 2, 2)],
  BatchNorm3d: [() => new nn.BatchNorm3d(2), volume],
  Bilinear: [() => new nn.Bilinear(2, 3, 4), x(3, 2), x(3, 3)],
  CTCLoss: [
    () => new CTCLossOfLogits(),
    x(5, 2, 4),
    targets([1, 2, 2], [3, 1, 1]),
    given([5, 4]),
    given([2, 1]),
  ],
  ChannelShuffle: [() => new nn.ChannelShuffle(2), x(1, 4, 2, 2)],
  CircularPad1d: [() => new nn.CircularPad1d(2), line],
  CircularPad2d: [() => new nn.CircularPad2d(1), image],
  CircularPad3d: [() => new nn.CircularPad3d(1), volume],
  ConstantPad1d: [() => new nn.ConstantPad1d(2, 0.5), line],
  ConstantPad2d: [() => new nn.ConstantPad2d([1, 0, 2, 1], 0.5), image],
  ConstantPad3d: [() => new nn.ConstantPad3d(1, 0.5), volume],
  Conv1d: [() => new nn.Conv1d(2, 4, 3, { groups: 2, dilation: 2 }), line],
  Conv2d: [() => new nn.Conv2d(2, 3, [3, 2], { stride: 2, padding: 1 }), image],
  Conv3d: [() => new nn.Conv3d(2, 2, 2), volume],
  ConvTranspose1d: [() => new nn.ConvTranspose1d(2, 4, 3, { groups: 2 }), line],
  ConvTranspose2d: [() => new nn.ConvTranspose2d(2, 3, [3, 2], { stride: 2, padding: 1 }), image],
  ConvTranspose3d: [() => new nn.ConvTranspose3d(2, 2, 2), x(1, 2, 2, 2, 2)],
  CosineEmbeddingLoss: [() => new nn.CosineEmbeddingLoss({ margin: 0.2 }), table, table, signs(3)],
  CosineSimilarity: [() => new nn.CosineSimilarity(), table, table],
  CrossEntropyLoss: [() => new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }), table, whole(4, 3)],
  Dropout: [() => new nn.Dropout(0.4), table],
  Dropout1d: [() => new nn.Dropout1d(0.4), line],
  Dropout2d: [() => new nn.Dropout2d(0.4), image],
  Dropout3d: [() => new nn.Dropout3d(0.4), volume],
  Embedding: [() => new nn.Embedding(5, 3, { paddingIdx: 1 }), whole(5, 2, 3)],
  EmbeddingBag: [() => new nn.EmbeddingBag(5, 3), whole(5, 2, 3)],
  FeatureAlphaDropout: [() => new nn.FeatureAlphaDropout(0.4), line],
  Flatten: [() => new nn.Flatten(), image],
  Fold: [() => new nn.Fold([3, 3], 2), x(1, 8, 4)],
  FractionalMaxPool2d: [
    () =>
      new nn.FractionalMaxPool2d(2, { outputSize: 2, randomSamples: zeros([1, 2, 2]).add(0.4) }),
    image,
  ],
  FractionalMaxPool3d: [() => new nn.FractionalMaxPool3d(2, { outputRatio: 0.67 }), volume],
  GRU: [() => new nn.GRU(3, 2, { bidirectional: true }), x(3, 2, 3)],
  GRUCell: [() => new nn.GRUCell(3, 2), x(2, 3), x(2, 2)],
  GaussianNLLLoss: [() => new nn.GaussianNLLLoss(), table, table, within(0.5, 2, 3, 4)],
  GroupNorm: [() => new nn.GroupNorm(2, 4), x(2, 4, 3)],
  HingeEmbeddingLoss: [() => new nn.HingeEmbeddingLoss(), table, signs(3, 4)],
  InstanceNorm1d: [() => new nn.InstanceNorm1d(2, { affine: true }), line],
  InstanceNorm2d: [() => new nn.InstanceNorm2d(2, { trackRunningStats: true }), image],
  InstanceNorm3d: [() => new nn.InstanceNorm3d(2), volume],
  KLDivLoss: [
    () => new nn.KLDivLoss({ reduction: "batchmean" }),
    within(-3, -0.1, 3, 4),
    fixed(within(0.1, 0.9, 3, 4)),
  ],
  LPPool1d: [() => new nn.LPPool1d(2, 2), line],
  LPPool2d: [() => new nn.LPPool2d(3, 2), within(0.1, 2, 1, 2, 4, 4)],
  LPPool3d: [() => new nn.LPPool3d(2, 2), volume],
  LSTM: [() => new nn.LSTM(3, 3, { numLayers: 2, projSize: 2 }), x(3, 2, 3)],
  LSTMCell: [() => new nn.LSTMCell(3, 2), x(2, 3)],
  LayerNorm: [() => new nn.LayerNorm([2, 3]), x(4, 2, 3)],
  LazyBatchNorm1d: [() => called(new nn.LazyBatchNorm1d(), [2, 2, 6]), line],
  LazyBatchNorm2d: [() => called(new nn.LazyBatchNorm2d(), [1, 2, 4, 4]), image],
  LazyBatchNorm3d: [
    () => called(new nn.LazyBatchNorm3d({ affine: false }), [1, 2, 3, 3, 3]),
    volume,
  ],
  LazyConv1d: [() => called(new nn.LazyConv1d(4, 3, { padding: 1 }), [2, 2, 6]), line],
  LazyConv2d: [() => called(new nn.LazyConv2d(3, 2), [1, 2, 4, 4]), image],
  LazyConv3d: [() => called(new nn.LazyConv3d(2, 2, { bias: false }), [1, 2, 3, 3, 3]), volume],
  LazyConvTranspose1d: [() => called(new nn.LazyConvTranspose1d(4, 3), [2, 2, 6]), line],
  LazyConvTranspose2d: [() => called(new nn.LazyConvTranspose2d(3, 2), [1, 2, 4, 4]), image],
  LazyConvTranspose3d: [() => called(new nn.LazyConvTranspose3d(2, 2), [1, 2, 3, 3, 3]), volume],
  LazyInstanceNorm1d: [() => called(new nn.LazyInstanceNorm1d(), [2, 2, 6]), line],
  LazyInstanceNorm2d: [
    () => called(new nn.LazyInstanceNorm2d({ trackRunningStats: false }), [1, 2, 4, 4]),
    image,
  ],
  LazyInstanceNorm3d: [() => called(new nn.LazyInstanceNorm3d(), [1, 2, 3, 3, 3]), volume],
  LazyLinear: [() => called(new nn.LazyLinear(3), [3, 4]), table],
  Linear: [() => new nn.Linear(4, 3), table],
  LocalResponseNorm: [() => new nn.LocalResponseNorm(2), x(2, 4, 3)],
  LogSoftmax: [() => new nn.LogSoftmax(1), table],
  MarginRankingLoss: [() => new nn.MarginRankingLoss({ margin: 0.3 }), x(4), x(4), signs(4)],
  MaxPool1d: [() => new nn.MaxPool1d(2), line],
  MaxPool2d: [() => new nn.MaxPool2d(3, { stride: 2, padding: 1 }), image],
  MaxPool3d: [() => new nn.MaxPool3d(2), volume],
  MaxUnpool1d: [() => new nn.MaxUnpool1d(2), x(1, 1, 2), targetsIn([[1, 2]])],
  MaxUnpool2d: [() => new nn.MaxUnpool2d(2), x(1, 1, 2), targetsIn([[1, 7]])],
  MaxUnpool3d: [() => new nn.MaxUnpool3d(2), x(1, 1, 1, 2), targetsIn([[[3, 6]]])],
  MultiLabelMarginLoss: [() => new nn.MultiLabelMarginLoss(), table, whole(4, 3, 4)],
  MultiLabelSoftMarginLoss: [
    () => new nn.MultiLabelSoftMarginLoss(),
    table,
    fixed(within(0, 1, 3, 4)),
  ],
  MultiMarginLoss: [() => new nn.MultiMarginLoss({ p: 2 }), table, whole(4, 3)],
  MultiheadAttention: [
    () => new nn.MultiheadAttention(4, 2, { addBiasKv: true }),
    x(3, 2, 4),
    x(5, 2, 4),
    x(5, 2, 4),
  ],
  NLLLoss: [() => new nn.NLLLoss(), table, whole(4, 3)],
  PairwiseDistance: [() => new nn.PairwiseDistance(), table, table],
  PixelShuffle: [() => new nn.PixelShuffle(2), x(1, 4, 2, 2)],
  PixelUnshuffle: [() => new nn.PixelUnshuffle(2), x(1, 1, 4, 4)],
  PoissonNLLLoss: [() => new nn.PoissonNLLLoss({ full: true }), table, fixed(within(0, 9, 3, 4))],
  RMSNorm: [() => new nn.RMSNorm(4), table],
  RNN: [() => new nn.RNN(3, 2, { nonlinearity: "tanh" }), x(3, 2, 3), x(1, 2, 2)],
  RNNCell: [() => new nn.RNNCell(3, 2), x(2, 3)],
  ReflectionPad1d: [() => new nn.ReflectionPad1d(2), line],
  ReflectionPad2d: [() => new nn.ReflectionPad2d(1), image],
  ReflectionPad3d: [() => new nn.ReflectionPad3d(1), volume],
  ReplicationPad1d: [() => new nn.ReplicationPad1d(2), line],
  ReplicationPad2d: [() => new nn.ReplicationPad2d(1), image],
  ReplicationPad3d: [() => new nn.ReplicationPad3d(1), volume],
  Sequential: [() => new nn.Sequential(new nn.Linear(4, 3), new nn.Tanh()), table],
  SoftMarginLoss: [() => new nn.SoftMarginLoss(), table, signs(3, 4)],
  Softmax: [() => new nn.Softmax(1), table],
  Softmax2d: [() => new nn.Softmax2d(), image],
  Softmin: [() => new nn.Softmin(1), table],
  Threshold: [() => new nn.Threshold(0.1, 2), table],
  Transformer: [
    () =>
      new nn.Transformer({
        dModel: 4,
        nhead: 2,
        numEncoderLayers: 1,
        numDecoderLayers: 1,
        ...small,
      }),
    x(3, 1, 4),
    x(2, 1, 4),
  ],
  TransformerDecoder: [
    () => new nn.TransformerDecoder(new nn.TransformerDecoderLayer(4, 2, small), 1),
    x(2, 1, 4),
    x(3, 1, 4),
  ],
  TransformerDecoderLayer: [
    () => new nn.TransformerDecoderLayer(4, 2, { ...small, normFirst: true }),
    x(2, 1, 4),
    x(3, 1, 4),
  ],
  TransformerEncoder: [
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, small), 2),
    x(3, 1, 4),
  ],
  TransformerEncoderLayer: [
    () => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4, dropout: 0.3 }),
    x(3, 2, 4),
  ],
  TripletMarginLoss: [() => new nn.TripletMarginLoss(), table, table, table],
  TripletMarginWithDistanceLoss: [
    () => new nn.TripletMarginWithDistanceLoss({ swap: true }),
    table,
    table,
    table,
  ],
  Unflatten: [() => new nn.Unflatten(1, [2, 2]), table],
  Unfold: [() => new nn.Unfold(2), image],
  Upsample: [() => new nn.Upsample({ scaleFactor: 2, mode: "bicubic" }), image],
  UpsamplingBilinear2d: [() => new nn.UpsamplingBilinear2d({ size: 5 }), image],
  UpsamplingNearest2d: [() => new nn.UpsamplingNearest2d({ scaleFactor: 2 }), image],
  ZeroPad1d: [() => new nn.ZeroPad1d(1), line],
  ZeroPad2d: [() => new nn.ZeroPad2d([1, 2, 0, -1]), image],
  ZeroPad3d: [() => new nn.ZeroPad3d(1), volume],
};

/** Containers of modules or parameters, which are not called. */
export const containers: Readonly<Record<string, () => nn.AnyModule>> = {
  AveragedModel: () => new nn.AveragedModel(new nn.BatchNorm1d(3)) as unknown as nn.AnyModule,
  ModuleDict: () => new nn.ModuleDict({ a: new nn.Linear(2, 3), b: new nn.BatchNorm1d(3) }),
  ModuleList: () => new nn.ModuleList([new nn.Linear(2, 3), new nn.PReLU()]),
  ParameterDict: () => new nn.ParameterDict({ a: zeros([2]), B: zeros([1, 2]) }),
  ParameterList: () => new nn.ParameterList([zeros([2, 3]), zeros([4])]),
};
