export { ChainDataset } from "./datasets/chain-dataset.ts";
export { ConcatDataset } from "./datasets/concat-dataset.ts";
export {
  type Dataset,
  type Indexed,
  ItemDataset,
  type PassOptions,
  type StreamDataset,
} from "./datasets/dataset.ts";
export {
  IterableDataset,
  type IterableDatasetOptions,
  type StreamSource,
} from "./datasets/iterable-dataset.ts";
export { StackDataset, type StackedBatch, type StackedDatasets } from "./datasets/stack-dataset.ts";
export { type RandomSplitOptions, randomSplit, Subset } from "./datasets/subset.ts";
export {
  TableDataset,
  TableStreamDataset,
  type TableStreamDatasetOptions,
} from "./datasets/table-dataset.ts";
export { type TensorBatch, TensorDataset, type TensorFields } from "./datasets/tensor-dataset.ts";
export { type DownloadOptions, type DownloadProgress, download } from "./download/download.ts";
export {
  RandomAffine,
  type RandomAffineOptions,
  RandomRotation,
  type RandomRotationOptions,
} from "./images/affine.ts";
export { GaussianBlur, type GaussianBlurOptions } from "./images/blur.ts";
export { boxIou, nms } from "./images/boxes.ts";
export {
  Lambda,
  RandomApply,
  type RandomApplyOptions,
  RandomChoice,
  type RandomChoiceOptions,
} from "./images/choose.ts";
export { ColorJitter, type ColorJitterOptions, Grayscale } from "./images/colour.ts";
export { CenterCrop, RandomCrop, type RandomCropOptions } from "./images/crop.ts";
export type { RandomOptions, Range } from "./images/draws.ts";
export { RandomErasing, type RandomErasingOptions } from "./images/erasing.ts";
export { type RandomFlipOptions, RandomHorizontalFlip, RandomVerticalFlip } from "./images/flip.ts";
export { type MakeGridOptions, makeGrid } from "./images/grid.ts";
export { type ImageTensorOptions, imageTensor, type Pixels } from "./images/image-tensor.ts";
export { Compose, type ImageTransform, type Size } from "./images/image-transform.ts";
export { CutMix, type Mixed, type MixOptions, MixUp } from "./images/mixing.ts";
export { Normalize } from "./images/normalize.ts";
export { Pad, type PadImagesOptions } from "./images/pad.ts";
export { Resize, type ResizeOptions } from "./images/resize.ts";
export { RandomResizedCrop, type RandomResizedCropOptions } from "./images/resized-crop.ts";
export {
  type Collated,
  type CollateOptions,
  collateWith,
  defaultCollate,
} from "./loader/collate.ts";
export { DataLoader, type DataLoaderOptions } from "./loader/data-loader.ts";
export type { EpochStart } from "./loader/epoch.ts";
export { type PaddedSequences, type PadOptions, padSequences } from "./loader/padding.ts";
export type { DataLoaderState } from "./loader/position.ts";
export { type BatchOptions, BatchSampler } from "./samplers/batch.ts";
export { BucketBatchSampler, type BucketOptions } from "./samplers/bucket.ts";
export { RandomSampler, type RandomSamplerOptions } from "./samplers/random.ts";
export type { BatchOrder, Sampler } from "./samplers/sampler.ts";
export { SequentialSampler } from "./samplers/sequential.ts";
export { SubsetRandomSampler } from "./samplers/subset-random.ts";
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from "./samplers/weighted.ts";
export { type CsvOptions, parseCsv } from "./sources/csv/parse.ts";
export { readCsv } from "./sources/csv/read.ts";
export { type CsvStreamOptions, streamCsv } from "./sources/csv/stream.ts";
export { parseIdx, readIdx } from "./sources/idx.ts";
export { readImage } from "./sources/images/decode.ts";
export { type FolderImage, ImageFolder, openImageFolder } from "./sources/images/folder.ts";
export { type JsonlOptions, parseJsonl } from "./sources/jsonl/parse.ts";
export { readJsonl } from "./sources/jsonl/read.ts";
export { type JsonlStreamOptions, streamJsonl } from "./sources/jsonl/stream.ts";
export { parseNpy, readNpy, readNpz } from "./sources/npy.ts";
export type { NumberArray } from "./sources/number-array.ts";
export type { Source } from "./sources/open.ts";
export {
  type ParquetOptions,
  type ParquetStreamOptions,
  readParquet,
  streamParquet,
} from "./sources/parquet/stream.ts";
export { TableStream } from "./sources/table-stream.ts";
export { readText, streamLines } from "./sources/text.ts";
export { type Fold, KFold, type KFoldOptions, StratifiedKFold } from "./splits/k-fold.ts";
export type { Labels } from "./splits/stratify.ts";
export {
  type SplitOptions,
  type SplitParts,
  type Splittable,
  type TensorSplitOptions,
  trainTestIndices,
  trainTestSplit,
} from "./splits/train-test.ts";
export {
  type Category,
  type ColumnDescription,
  type DescribeOptions,
  describe,
  type NumberSummary,
  type TableDescription,
} from "./table/describe.ts";
export { DataError, LimitError } from "./table/error.ts";
export {
  type Column,
  type Columns,
  type ColumnType,
  type ColumnTypes,
  type Row,
  Table,
  type TableOptions,
} from "./table/table.ts";
export { type TrainBpeOptions, trainBpe } from "./text/bpe.ts";
export { SubwordTokenizer, type SubwordTokenizerOptions } from "./text/subword-tokenizer.ts";
export { denseRows, type SparseRows, TfidfVectorizer } from "./text/tf-idf.ts";
export type { AddedToken, BpeModel, ByteLevel, TokenizerJSON } from "./text/tokenizer-json.ts";
export { Vocabulary, type VocabularyJSON, type VocabularyOptions } from "./text/vocabulary.ts";
export { WordTokenizer, type WordTokenizerOptions } from "./text/word-tokenizer.ts";
export { removeStopWords, stem, stopWords } from "./text/words.ts";
export { type ColumnSteps, ColumnTransformer } from "./transforms/column-transformer.ts";
export type { Value } from "./transforms/columns.ts";
export { LabelEncoder } from "./transforms/label-encoder.ts";
export {
  type LoadTransformOptions,
  loadTransform,
  type TransformClass,
} from "./transforms/load.ts";
export { MinMaxScaler, type MinMaxScalerOptions } from "./transforms/min-max-scaler.ts";
export { OneHotEncoder, type OneHotEncoderOptions } from "./transforms/one-hot-encoder.ts";
export { OrdinalEncoder, type OrdinalEncoderOptions } from "./transforms/ordinal-encoder.ts";
export { OutlierClipper, type OutlierClipperOptions } from "./transforms/outlier-clipper.ts";
export { Pipeline } from "./transforms/pipeline.ts";
export { RobustScaler, type RobustScalerOptions } from "./transforms/robust-scaler.ts";
export { SelectKBest, type SelectKBestOptions } from "./transforms/select-k-best.ts";
export { SimpleImputer, type SimpleImputerOptions } from "./transforms/simple-imputer.ts";
export { StandardScaler, type StandardScalerOptions } from "./transforms/standard-scaler.ts";
export {
  Fitted,
  type Inputs,
  type NamedColumn,
  type SavedTransform,
  type Transform,
} from "./transforms/transform.ts";
export {
  VarianceThreshold,
  type VarianceThresholdOptions,
} from "./transforms/variance-threshold.ts";
