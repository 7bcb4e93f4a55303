export type { About, DescribedTable } from "./builtin/about.ts";
export { loadBoston } from "./builtin/boston.ts";
export { loadCifar10 } from "./builtin/cifar10.ts";
export { loadEnglishChinese } from "./builtin/english-chinese.ts";
export type { Files, FilesOptions } from "./builtin/files.ts";
export { type ImageBatch, ImageDataset } from "./builtin/image-dataset.ts";
export { LabelledTable } from "./builtin/labelled-table.ts";
export {
  loadFashionMnist,
  loadMnist,
  type MnistOptions,
  type PartOptions,
} from "./builtin/mnist.ts";
export { loadSentiment } from "./builtin/sentiment.ts";
export { type BlobsOptions, makeBlobs } from "./builtin/synthetic/blobs.ts";
export {
  type CirclesOptions,
  makeCircles,
  makeMoons,
  makeSpirals,
  type SpiralsOptions,
} from "./builtin/synthetic/curves.ts";
export type { LabelledPoints, PointOptions } from "./builtin/synthetic/points.ts";
export {
  makeRegression,
  type RegressionOptions,
  type RegressionProblem,
} from "./builtin/synthetic/regression.ts";
export {
  loadBreastCancer,
  loadDigits,
  loadIris,
  loadSacramento,
  loadWine,
} from "./builtin/tables.ts";
export {
  type Corpus,
  type CorpusOptions,
  loadMobyDick,
  loadStateOfTheUnion,
} from "./builtin/texts.ts";
