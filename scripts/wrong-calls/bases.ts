/** Right arguments of exports for which kinds and names do not suffice. */
import { getRngState, rand, randn, type Tensor, tensor } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import * as datasets from "@wgrad/datasets";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";

const x = (): Tensor => rand([2, 2]).mul(0.8).add(0.1);
const whole = (...values: number[]): Tensor => tensor(values, { dtype: "i32" });
const leaf = (): Tensor => randn([2, 2]).requiresGrad_();
const sgd = (): optim.SGD => new optim.SGD([leaf()], { lr: 0.1 });
const model = (): nn.Linear => new nn.Linear(2, 2);
const along = (): unknown[] => [x(), 0];
const rows = (): Tensor => rand([6, 2]);
const classes = (): number[] => [0, 1, 0, 1, 0, 1];
const scores = (): unknown[] => [tensor([0.1, 0.8, 0.3, 0.6]), whole(0, 1, 0, 1)];
const predictions = (): unknown[] => [whole(0, 1, 1, 1), whole(0, 1, 0, 1)];
const clusters = (): unknown[] => [rand([6, 2]), whole(0, 1, 0, 1, 0, 1)];
const images = (): unknown[] => [rand([1, 3, 16, 16]), rand([1, 3, 16, 16])];
const search = (): unknown[] => [new classic.Ridge(), { alpha: [0.1, 1] }];
const scoring = (): unknown[] => [new classic.LinearRegression(), rows(), classes()];
const boxes = (): Tensor => tensor([[0, 0, 2, 2], [1, 1, 3, 3]]); // biome-ignore format: a matrix
const texts = (): unknown[] => [["a b"], [["a b"]]];
const likely = (): unknown[] => [{ probs: tensor([0.4, 0.6]) }];
const merges = (): unknown[] => [[{ left: 0, right: 1, distance: 1, size: 2 }]];
const small = { dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1 };

export const bases: Readonly<Record<string, () => unknown[]>> = {
  "autograd.canCast": () => ["f32", "f64"],
  "autograd.checkpointSequential": () => [[model()], 1, x()],
  "autograd.clamp": () => [x(), 0, 1],
  "autograd.clamp_": () => [x(), 0, 1],
  "autograd.clip": () => [x(), 0, 1],
  "autograd.clip_": () => [x(), 0, 1],
  "autograd.cross": () => [rand([2, 3]), rand([2, 3])],
  "autograd.cummax": along,
  "autograd.cummin": along,
  "autograd.cumprod": along,
  "autograd.cumsum": along,
  "autograd.einsum": () => ["ij->ji", x()],
  "autograd.grad": () => {
    const y = leaf();
    return [y.sum(), y];
  },
  "autograd.interpolate": () => [rand([1, 1, 4]), 2],
  "autograd.logSoftmax": along,
  "autograd.logcumsumexp": along,
  "autograd.softmax": along,
  "autograd.softmin": along,
  "special.logSoftmax": along,
  "special.softmax": along,
  "linalg.cross": () => [rand([2, 3]), rand([2, 3])],
  "linalg.multiDot": () => [[x(), x()]],
  "linalg.solveTriangular": () => [x(), x(), { upper: true }],
  "func.linearize": () => [(y: Tensor) => y.sin(), x()],
  "func.vjp": () => [(y: Tensor) => y.sin(), x()],
  "fft.stft": () => [rand([16]), 8],
  "fft.istft": () => [rand([5, 5, 2]), 8],
  "nn.FractionalMaxPool2d": () => [2, { outputSize: 2 }],
  "nn.FractionalMaxPool3d": () => [2, { outputSize: 2 }],
  "autograd.promoteTypes": () => ["f32", "f64"],
  "autograd.svdLowrank": () => [rand([8, 8])],
  "autograd.setRngState": () => [getRngState()],
  "autograd.blockDiag": () => [x(), x()],
  "autograd.cartesianProd": () => [rand([2]), rand([2])],
  "autograd.detach_": () => [x()],
  "nn.LogSoftmax": () => [1],
  "nn.Softmax": () => [1],
  "nn.Softmin": () => [1],
  "nn.vectorToParameters": () => [rand([4]), [leaf()]],
  "nn.Transformer": () => [{ ...small, dimFeedforward: 4 }],
  "nn.TransformerEncoder": () => [new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4 }), 1],
  "nn.TransformerDecoder": () => [new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 4 }), 1],
  "nn.TransformerEncoderLayer": () => [4, 2, { dimFeedforward: 4 }],
  "nn.TransformerDecoderLayer": () => [4, 2, { dimFeedforward: 4 }],
  "nn.Unflatten": () => [1, [2, 1]],
  "nn.Upsample": () => [{ scaleFactor: 2 }],
  "nn.UpsamplingBilinear2d": () => [{ scaleFactor: 2 }],
  "nn.UpsamplingNearest2d": () => [{ scaleFactor: 2 }],
  "nn.functionalCall": () => [model(), {}, [x()]],
  "nn.warmup": () => [model(), [2, 2]],
  "nn.summary": () => [model(), [2, 2]],
  "nn.updateBn": () => [[x()], model()],
  "nn.functional.affineGrid": () => [rand([1, 2, 3]), [1, 1, 2, 2]],
  "nn.functional.ctcLoss": () => [
    rand([2, 1, 2]).logSoftmax(-1),
    tensor([[1]], { dtype: "i32" }),
    [2],
    [1],
  ],
  "nn.functional.fractionalMaxPool2d": () => [rand([1, 1, 4, 4]), 2, { outputSize: 2 }],
  "nn.functional.fractionalMaxPool3d": () => [rand([1, 1, 4, 4, 4]), 2, { outputSize: 2 }],
  "nn.functional.gridSample": () => [rand([1, 1, 2, 2]), rand([1, 2, 2, 2])],
  "nn.functional.interpolate": () => [rand([1, 1, 4]), 2],
  "nn.functional.logSoftmax": along,
  "nn.functional.softmax": along,
  "nn.functional.softmin": along,
  "nn.functional.maxUnpool2d": () => [rand([1, 1, 1, 1]), tensor([[[[0]]]], { dtype: "i32" }), 2],
  "nn.functional.maxUnpool3d": () => [
    rand([1, 1, 1, 1, 1]),
    tensor([[[[[0]]]]], { dtype: "i32" }),
    2,
  ],
  "nn.functional.multiHeadAttentionForward": () => [
    rand([2, 1, 2]),
    rand([2, 1, 2]),
    rand([2, 1, 2]),
    2,
    1,
    rand([6, 2]),
    null,
    null,
    null,
    false,
    0,
    x(),
    null,
  ],
  "nn.init.constant_": () => [x(), 0.5],
  "nn.utils.vectorToParameters": () => [rand([4]), [leaf()]],
  "nn.utils.removeSpectralNorm": () => [nn.utils.spectralNorm(model())],
  "nn.utils.removeWeightNorm": () => [nn.utils.weightNorm(model())],
  "nn.removeWeightNorm": () => [nn.utils.weightNorm(model())],
  "optim.LRScheduler": () => [sgd(), { lr: ({ base }: { base: number }) => base }],
  "optim.OneCycleLR": () => [sgd(), 1, { totalSteps: 4 }],
  "optim.SequentialLR": () => {
    const optimizer = sgd();
    return [optimizer, [new optim.StepLR(optimizer, 1), new optim.StepLR(optimizer, 1)], [2]];
  },
  ...Object.fromEntries(
    [
      "averagePrecisionScore",
      "detCurve",
      "precisionRecallCurve",
      "rocAucScore",
      "rocCurve",
      "hingeLoss",
      "topKAccuracyScore",
    ]
      .concat(
        [
          "Auroc",
          "AveragePrecision",
          "FallOut",
          "HitRate",
          "Precision",
          "RPrecision",
          "Recall",
          "ReciprocalRank",
        ].map((name) => `retrieval${name}`),
      )
      .map((name) => [`metrics.${name}`, scores]),
  ),
  ...Object.fromEntries(
    [
      "balancedAccuracyScore",
      "classificationReport",
      "cohenKappaScore",
      "confusionMatrix",
      "matthewsCorrcoef",
      "precisionRecallFscoreSupport",
    ].map((name) => [`metrics.${name}`, predictions]),
  ),
  ...Object.fromEntries(
    ["calinskiHarabaszScore", "daviesBouldinScore", "silhouetteSamples", "silhouetteScore"].map(
      (name) => [`metrics.${name}`, clusters],
    ),
  ),
  ...Object.fromEntries(
    ["spectralAngleMapper", "structuralSimilarity", "universalImageQualityIndex"].map((name) => [
      `metrics.${name}`,
      images,
    ]),
  ),
  "metrics.totalVariation": () => [rand([1, 3, 4, 4])],
  "metrics.perplexity": () => [rand([1, 2, 3]), tensor([[0, 1]], { dtype: "i32" })],
  "metrics.wordSimilarity": () => [rand([3, 2]), rand([3, 2]), tensor([1, 2, 3])],
  "metrics.corpusBleu": texts,
  "metrics.corpusChrf": texts,
  "metrics.bleuScore": () => [[["a", "b"]], [[["a", "b"]]]],
  "metrics.extendedEditDistance": texts,
  "metrics.rougeScore": texts,
  "metrics.squad": texts,
  "metrics.translationEditRate": texts,
  "classic.GridSearchCV": search,
  "classic.RandomizedSearchCV": search,
  "classic.HalvingRandomSearchCV": search,
  "classic.PredictorPipeline": () => [[new classic.PCA()], new classic.Ridge()],
  "classic.makePipeline": () => [new classic.PCA(), new classic.Ridge()],
  "classic.crossValScore": scoring,
  "classic.learningCurve": scoring,
  "classic.cophenet": merges,
  "classic.dendrogram": merges,
  "classic.inconsistent": merges,
  "classic.leavesList": merges,
  "classic.fcluster": () => [...merges(), 1],
  "classic.loguniform": () => [0.1, 1],
  "classic.randint": () => [0, 2],
  "classic.uniform": () => [0, 2],
  "datasets.ColumnTransformer": () => [[{ columns: ["a"], steps: [new datasets.OneHotEncoder()] }]],
  "datasets.boxIou": () => [boxes(), boxes()],
  "datasets.nms": () => [boxes(), tensor([0.5, 0.4]), 0.5],
  "datasets.imageTensor": () => [{ data: new Uint8Array(16), width: 2, height: 2 }],
  "datasets.parseCsv": () => ["a,b\n1,2\n"],
  "datasets.parseJsonl": () => ['{"a":1}\n'],
  "datasets.trainBpe": () => [["a b", "a b"], { vocabSize: 260 }],
  "datasets.IterableDataset": () => [() => [1, 2]],
  "datasets.Table": () => [{ a: [1, 2] }],
  ...Object.fromEntries(
    [
      "Bernoulli",
      "Categorical",
      "ContinuousBernoulli",
      "Geometric",
      "OneHotCategorical",
      "OneHotCategoricalStraightThrough",
    ].map((name) => [`distributions.${name}`, likely]),
  ),
  "distributions.Binomial": () => [2, { probs: tensor([0.4, 0.6]) }],
  "distributions.Multinomial": () => [2, { probs: tensor([0.4, 0.6]) }],
  "distributions.NegativeBinomial": () => [2, { probs: tensor([0.4, 0.6]) }],
  "distributions.RelaxedBernoulli": () => [1, { probs: tensor([0.4, 0.6]) }],
  "distributions.RelaxedOneHotCategorical": () => [1, { probs: tensor([0.4, 0.6]) }],
  "distributions.MultivariateNormal": () => [rand([2]), tensor([[1, 0], [0, 1]])], // biome-ignore format: a matrix
  "distributions.Wishart": () => [3, tensor([[1, 0], [0, 1]])], // biome-ignore format: a matrix
  "train.evaluate": () => [model(), [[x(), x()]], { loss: nn.functional.mseLoss }],
  "train.progressLine": () => [{ epoch: 1, epochs: 2, loss: 1, update: 1, updates: 2 }],
  "models.Lora": () => [model(), { targetModules: ["weight"] }],
};
/** Exports that have no signature, since they check each of many arguments, or are base classes. */
export const unsigned: readonly string[] = [
  ...["cat", "chainMatmul", "concat", "concatenate", "hstack", "stack", "vstack", "rowStack"].map(
    (name) => `autograd.${name}`,
  ),
  "autograd.Function",
  "autograd.FunctionContext",
  "optim.Optimizer",
  "optim.ParameterGroups",
];
