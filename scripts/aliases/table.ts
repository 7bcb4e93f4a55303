import * as w from "@wgrad/autograd";
import { ellipsis, slice, type Tensor, tensor } from "@wgrad/autograd";
import { further, withTwins } from "./further.ts";
import {
  call,
  each,
  exchanges,
  image,
  indices,
  lazily,
  Made,
  mask,
  names,
  number,
  on,
  other,
  type Row,
  rows,
  shaped,
  signal,
  square,
  truth,
  usual,
  vector,
  volume,
  whole,
  written,
} from "./rows.ts";

/** Exports that return no tensor derived from tensors, with the kind of each. */
export const others: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    names(
      "AnomalyError ArgumentError DTypeError DeviceError DeviceLostError ExpiredError GradError IndexError LimitError OutOfMemoryError ShapeError VerifyError WgradError",
    ).map((name) => [name, "an error"]),
  ),
  ...Object.fromEntries(
    names("Function FunctionContext Generator Profile RandomState Tensor").map((name) => [
      name,
      "a class",
    ]),
  ),
  ...Object.fromEntries(
    names(
      "range scalarTensor normal arange empty eye full linspace logspace ones rand randint randn randperm tensor trilIndices triuIndices zeros",
    ).map((name) => [name, "makes a tensor from numbers"]),
  ),
  ...Object.fromEntries(
    names(
      "autocast isAutocastEnabled enableGrad noGrad inferenceMode setGradEnabled scope isGradEnabled setDetectAnomaly init memory manualSeed defaultGenerator profile explain",
    ).map((name) => [name, "a mode or a report"]),
  ),
  ...Object.fromEntries(
    names("checkpoint checkpointSequential grad hessian jacobian").map((name) => [
      name,
      "computes derivatives of its argument",
    ]),
  ),
  ...Object.fromEntries(
    names(
      "canCast promoteTypes resultType slice ellipsis equal linalg special allclose broadcastShapes isFloatingPoint isTensor numel getRngState setRngState initialSeed seed",
    ).map((name) => [name, "returns no tensor"]),
  ),
};

/**
 * Methods and properties that return no tensor derived from x, or that return x after changing it.
 */
export const otherMembers: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    names(
      "allclose isFloatingPoint size dim ndimension nelement stride elementSize numpy constructor ndim numel device requiresGrad isLeaf retainsGrad grad isContiguous isNonzero valueOf toString item data tolist dispose equal toJSON",
    ).map((name) => [name, "returns no tensor"]),
  ),
  ...Object.fromEntries(
    names("backward registerHook registerPostAccumulateGradHook retainGrad").map((name) => [
      name,
      "acts on the tape",
    ]),
  ),
};

/** Every other export of the package, and the method of the same name. */
export const functions: Readonly<Record<string, readonly Row[]>> = withTwins({
  ...further,
  // new values, even if nothing changes
  ...each(
    "new",
    `abs acos asin asinh atan atanh ceil clone cos cosh erf erfc erfinv lgamma digamma sinc logit exp exp2 expm1 floor frac isfinite isinf isnan log log10 log1p log2 logsigmoid
     nanToNum neg reciprocal relu round rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc relu6 selu elu leakyRelu gelu silu mish
     softplus hardswish hardsigmoid hardtanh softsign tanhshrink softshrink`,
  ),
  ...each("new", "acosh", [], shaped(2, 2)),
  ...each("new", "logicalNot", [], truth),
  ...each("new", "bitwiseNot", [], whole),
  ...each(
    "new",
    "bitwiseAnd bitwiseOr bitwiseXor bitwiseLeftShift bitwiseRightShift",
    [lazily(whole)],
    whole,
  ),
  ...each("new", "add sub rsub", [0]),
  ...each("new", "mul div trueDivide pow", [1]),
  lerp: [call("new", lazily(other), 0)],
  polygamma: [
    written("new", (x) => w.polygamma(1, x)),
    { kind: "new", call: (x) => x.polygamma(1) },
  ],
  i0: [call("new")],
  ...each("new", "igamma igammac", [lazily(other)]),
  mvlgamma: [on(shaped(2, 2), call("new", 1))],
  ...each(
    "new",
    "fmod remainder floorDivide atan2 xlogy logaddexp logaddexp2 maximum minimum eq ne lt le gt ge logicalAnd logicalOr logicalXor",
    [lazily(other)],
  ),
  clamp: [call("new", -9, 9)],
  threshold: [call("new", -9, 0)],
  glu: [on(shaped(2, 4), call("new"))],
  prelu: [
    call(
      "new",
      lazily(() => tensor([0.1])),
    ),
  ],
  where: [
    { kind: "new", call: (x) => w.where(mask(), x, x) },
    { kind: "new", call: (x) => x.where(mask(), x) },
  ],
  maskedFill: [
    call(
      "new",
      lazily(() => mask().logicalNot()),
      0,
    ),
  ],
  dropout: [call("self", { training: false }), call("self", { p: 0 }), call("new")],
  ...each(
    "new",
    "sum mean prod amax amin nansum norm all any countNonzero var variance std max min median nanmedian logsumexp",
    [],
    number,
  ),
  ...each("new", "argmax argmin"),
  logcumsumexp: [call("new", 0)],
  cumsum: [on(shaped(1, 3), call("new", 0))],
  cumprod: [on(shaped(1, 3), call("new", 0))],
  cummax: [on(shaped(1, 3), call("new", 0))],
  cummin: [on(shaped(1, 3), call("new", 0))],
  diff: [call("new", 0), call("new", 1)],
  sort: [on(shaped(1, 3), call("new", 0))],
  argsort: [call("new")],
  topk: [on(shaped(1, 3), call("new", 1, 0))],
  kthvalue: [on(shaped(1, 3), call("new", 1, 0))],
  histc: [call("new", { bins: 3 })],
  bincount: [on(rows, call("new"))],
  unique: [call("new")],
  searchsorted: [call("new", lazily(usual))],
  ...each("new", "softmax logSoftmax softmin", [0]),
  cosineSimilarity: [call("new", lazily(other))],
  pairwiseDistance: [call("new", lazily(other))],
  cdist: [call("new", lazily(other))],
  normalize: [call("new")],
  // products
  ...each("new", "matmul mm", [lazily(() => w.eye(2))], square),
  bmm: [on(shaped(1, 2, 2), call("new", lazily(shaped(1, 2, 2))))],
  mv: [call("new", lazily(vector))],
  ...each("new", "dot outer", [lazily(vector)], vector),
  addmm: [on(square, call("new", lazily(square), lazily(square)))],
  baddbmm: [on(shaped(1, 2, 2), call("new", lazily(shaped(1, 2, 2)), lazily(shaped(1, 2, 2))))],
  kron: [
    call(
      "new",
      lazily(() => w.ones([1, 1])),
    ),
  ],
  tensordot: [call("new", lazily(other))],
  bilinear: [
    call(
      "new",
      lazily(other),
      lazily(() => w.ones([1, 3, 3])),
    ),
  ],
  linear: [
    call(
      "new",
      lazily(() => w.eye(3)),
    ),
  ],
  trace: [on(square, call("new"))],
  einsum: [
    written("view", (x) => w.einsum("ij->ij", x)),
    written("view", (x) => w.einsum("ij->ji", x)),
    written("new", (x) => w.einsum("ij->", x)),
    written("new", (x) => w.einsum("ij,ij->ij", x, x)),
  ],
  matrixPower: [on(square, call("new", 1)), on(square, call("new", 2))],
  ...each("new", "det logdet slogdet inverse pinverse matrixExp cholesky svd qr lu", [], square),
  ...each("new", "svdLowrank pcaLowrank", [{ q: 2 }], square),
  luSolve: [on(square, call("new", lazily(square), lazily(exchanges)))],
  luUnpack: [on(square, call("new", lazily(exchanges)))],
  triangularSolve: [on(square, call("new", lazily(square)))],
  chainMatmul: [on(square, call("new", lazily(square))), on(square, call("new"))],
  vander: [on(vector, call("new")), on(vector, call("new", 1))],
  // shapes
  reshape: [call("view", [2, 3]), call("view", [6]), on(() => usual().T, call("new", [6]))],
  view: [call("view", [2, 3]), call("view", [3, 2])],
  viewAs: [call("view", lazily(usual))],
  ravel: [call("view"), on(() => usual().T, call("new"))],
  flatten: [
    call("view"),
    on(vector, call("self")),
    call("self", 0, 0),
    on(() => usual().T, call("new")),
  ],
  unflatten: [call("view", 0, [2]), call("view", 1, [3, 1])],
  ...each("view", "unsqueeze", [0]),
  squeeze: [call("view"), call("view", [])],
  expand: [call("view", [2, 3]), call("view", [4, 2, 3])],
  expandAs: [call("view", lazily(usual))],
  broadcastTo: [call("view", [2, 3])],
  broadcastTensors: [
    written("self", (x) => w.broadcastTensors(x, other())[0]),
    written("view", (x) => w.broadcastTensors(x, w.ones([4, 1, 1]))[0]),
  ],
  permute: [call("view", [0, 1]), call("view", [1, 0])],
  transpose: [call("view", 0, 0), call("view", 0, 1)],
  swapaxes: [call("view", 0, 0)],
  t: [call("view"), on(vector, call("view"))],
  movedim: [call("view", 0, 0), call("view", [], [])],
  ...each("self", "atleast1d atleast2d"),
  atleast3d: [call("view"), on(image, call("self"))],
  positive: [call("self")],
  detach: [call("view")],
  contiguous: [
    call("self"),
    on(() => usual().at(0), call("self")),
    on(() => usual().T, call("new")),
  ],
  narrow: [call("view", 0, 0, 2)],
  select: [call("view", 0, 0)],
  split: [call("view", 2), call("view", 1)],
  chunk: [call("view", 1), call("view", 2)],
  tensorSplit: [call("view", 1), call("view", 2)],
  unbind: [call("view")],
  diagonal: [call("view")],
  unfold: [
    { kind: "view", call: (x) => x.unfold(0, 2, 1) },
    on(
      image,
      written("new", (x) => w.unfold(x, 1)),
    ),
  ],
  at: [
    call("view"),
    call("view", ellipsis),
    call("view", slice(null)),
    call("view", 0),
    call("view", null),
    call("new", [0, 1]),
    call("new", lazily(rows)),
    call("new", true),
  ],
  atMask: [call("new", lazily(mask)), call("view", slice(null))],
  meshgrid: [
    on(
      vector,
      written("view", (x) => w.meshgrid(x, vector(), { indexing: "ij" })[0]),
    ),
  ],
  // reordering, which gives new values
  flip: [call("new", 0), call("new", [])],
  rot90: [call("new"), call("new", { k: 0 }), call("new", { k: 4 })],
  roll: [call("new", 0, 0), call("new", 2, 0), call("new", 0), call("new", 1, 1)],
  repeat: [call("new", [1, 1]), call("new", [1, 1, 1])],
  tile: [call("new", [1]), call("new", [2])],
  repeatInterleave: [call("new", 1, 0), on(vector, call("new", 1))],
  diag: [call("new"), on(vector, call("new"))],
  diagEmbed: [call("new")],
  tril: [call("new", 9)],
  triu: [call("new", -9)],
  pad: [
    call("new", [0, 0]),
    call("new", [-1, 0]),
    on(signal, call("new", [0, 0], { mode: "reflect" })),
    on(signal, call("new", [0, 0], { mode: "replicate" })),
    on(signal, call("new", [0, 0], { mode: "circular" })),
  ],
  ...Object.fromEntries(
    names("cat stack hstack vstack").map((name) => [
      name,
      [
        written("new", (x) =>
          (w as unknown as Record<string, (xs: Tensor[]) => Tensor>)[name]?.([x]),
        ),
      ],
    ]),
  ),
  fold: [
    on(shaped(1, 6, 1), call("new", [2, 3], [2, 3])),
    on(shaped(1, 1, 6), call("new", [2, 3], 1)),
  ],
  pixelShuffle: [on(image, call("new", 1))],
  pixelUnshuffle: [on(image, call("new", 1))],
  interpolate: [
    on(image, call("new", { size: [3, 4] })),
    on(image, call("new", { scaleFactor: 1 })),
    on(image, call("new", { size: [3, 4], mode: "area" })),
    on(image, call("new", { size: [3, 4], mode: "bilinear" })),
  ],
  // selection
  gather: [
    call(
      "new",
      0,
      lazily(() => w.zeros([2, 3], { dtype: "i32" })),
    ),
  ],
  take: [call("new", lazily(rows))],
  takeAlongDim: [
    call(
      "new",
      lazily(() => w.zeros([2, 3], { dtype: "i32" })),
      0,
    ),
  ],
  indexSelect: [call("new", 0, lazily(rows))],
  indexAdd: [
    call(
      "new",
      0,
      lazily(() => indices(0)),
      lazily(() => w.zeros([1, 3])),
    ),
  ],
  indexCopy: [
    call(
      "new",
      0,
      lazily(() => indices(0)),
      lazily(() => w.zeros([1, 3])),
    ),
  ],
  indexFill: [
    call(
      "new",
      0,
      lazily(() => indices(0)),
      0,
    ),
  ],
  scatter: [
    call(
      "new",
      0,
      lazily(() => w.zeros([1, 3], { dtype: "i32" })),
      0,
    ),
  ],
  scatterAdd: [
    call(
      "new",
      0,
      lazily(() => w.zeros([1, 3], { dtype: "i32" })),
      lazily(() => w.zeros([1, 3])),
    ),
  ],
  scatterReduce: [
    call(
      "new",
      0,
      lazily(() => w.zeros([1, 3], { dtype: "i32" })),
      lazily(() => w.zeros([1, 3])),
      "sum",
    ),
  ],
  maskedSelect: [call("new", lazily(mask))],
  nonzero: [call("new")],
  embedding: [written("new", (x) => w.embedding(rows(), x))],
  oneHot: [on(rows, call("new", 2))],
  put_: [call("self", [0], 1)],
  // tensors like x
  ...each("new", "emptyLike zerosLike onesLike randLike randnLike"),
  fullLike: [call("new", 1)],
  bernoulli: [call("new")],
  // pooling and layers
  ...each("new", "maxPool1d avgPool1d", [1], signal),
  ...each("new", "maxPool2d avgPool2d", [1], image),
  ...each("new", "maxPool3d avgPool3d", [1], volume),
  ...each("new", "adaptiveAvgPool1d adaptiveMaxPool1d", [4], signal),
  ...each("new", "adaptiveAvgPool2d adaptiveMaxPool2d", [[3, 4]], image),
  ...each("new", "adaptiveAvgPool3d adaptiveMaxPool3d", [[2, 2, 2]], volume),
  ...each("new", "conv1d convTranspose1d", [lazily(shaped(2, 2, 1))], signal),
  ...each("new", "conv2d convTranspose2d", [lazily(shaped(2, 2, 1, 1))], image),
  ...each("new", "conv3d convTranspose3d", [lazily(shaped(1, 1, 1, 1, 1))], volume),
  batchNorm: [call("new", null, null, { training: true })],
  groupNorm: [on(signal, call("new", 1))],
  instanceNorm: [on(signal, call("new"))],
  layerNorm: [call("new", [3])],
  rmsNorm: [call("new", [3])],
  localResponseNorm: [on(signal, call("new", 2))],
  scaledDotProductAttention: [call("new", lazily(other), lazily(other))],
  // losses
  ...each(
    "new",
    "mseLoss l1Loss smoothL1Loss huberLoss binaryCrossEntropy binaryCrossEntropyWithLogits klDiv",
    [lazily(other)],
  ),
  crossEntropy: [
    call(
      "new",
      lazily(() => indices(0, 2)),
    ),
  ],
  nllLoss: [
    call(
      "new",
      lazily(() => indices(0, 2)),
    ),
  ],
});

/** Methods that no export has the name of. */
export const members: Readonly<Record<string, readonly Row[]>> = {
  T: [written("view", (x) => x.T)],
  mT: [written("view", (x) => x.mT)],
  to: [
    written("self", (x) => x.to("f32")),
    written("new", (x) => x.to("i32")),
    written("self", (x) => x.to(x.device)),
  ],
  ...Object.fromEntries(names("keep realize requiresGrad_").map((name) => [name, [call("self")]])),
  detach_: [call("self")],
  polygamma_: [call("self", 1)],
  set_: [written("self", (x) => x.set_(other()))],
  ...each(
    "self",
    "uniform_ normal_ logNormal_ exponential_ cauchy_ random_ bernoulli_ zero_ squeeze_ t_",
  ),
  ...each("self", "geometric_", [0.5]),
  ...each("self", "copy_ fill_ fillDiagonal_", [1]),
  ...each("self", "unsqueeze_", [0]),
  ...each("self", "transpose_ swapaxes_ swapdims_", [0, 1]),
  ...each("new", "half int long bool"),
  double: [call("new")],
  float: [call("self")],
  type: [call("self", "f32"), call("new", "i32")],
  typeAs: [call("self", lazily(other)), call("new", lazily(whole))],
  cpu: [call("self")],
  newTensor: [call("new", [1, 2])],
  newFull: [call("new", [2], 1)],
  ...each("new", "newZeros newOnes newEmpty", [2, 3]),
  reshapeAs: [call("view", lazily(usual))],
};

/** The functions of `linalg`. */
export const linear: Readonly<Record<string, readonly Row[]>> = {
  ...each(
    "new",
    "matrixNorm cond matrixRank matrixExp lu luFactor vander vectorNorm norm cholesky choleskyEx det eigh eigvalsh inv pinv qr slogdet svd svdvals",
    [],
    square,
  ),
  matrixPower: [on(square, call("new", 1))],
  solve: [on(square, call("new", lazily(square)))],
  solveTriangular: [on(square, call("new", lazily(square), { upper: true }))],
  luSolve: [on(square, call("new", lazily(exchanges), lazily(square)))],
  lstsq: [on(square, call("new", lazily(square)))],
  diagonal: [on(square, call("view"))],
  matmul: [on(square, call("new", lazily(square)))],
  multiDot: [
    on(
      square,
      written("new", (x) => w.linalg.multiDot([x, x])),
    ),
  ],
  ...each("new", "cross", [new Made(() => vector())], vector),
  ...each("new", "vecdot", [new Made(() => vector())], vector),
  tensorinv: [on(square, call("new", 1))],
  tensorsolve: [
    on(
      square,
      call(
        "new",
        lazily(() => vector().narrow(0, 0, 2)),
      ),
    ),
  ],
};
