export { CsvError } from "./csv/error.ts";
export { type CsvOptions, parseCsv } from "./csv/parse.ts";
export { readCsv } from "./csv/read.ts";
export { type Column, type ColumnType, type ColumnTypes, Table } from "./csv/table.ts";
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
export { type RandomSplitOptions, randomSplit, Subset } from "./datasets/subset.ts";
export { type TensorBatch, TensorDataset, type TensorFields } from "./datasets/tensor-dataset.ts";
export { DataLoader, type DataLoaderOptions } from "./loader/data-loader.ts";
export type { EpochStart } from "./loader/epoch.ts";
export type { DataLoaderState } from "./loader/position.ts";
export { type BatchOptions, BatchSampler } from "./samplers/batch.ts";
export { BucketBatchSampler, type BucketOptions } from "./samplers/bucket.ts";
export { RandomSampler, type RandomSamplerOptions } from "./samplers/random.ts";
export type { BatchOrder, Sampler } from "./samplers/sampler.ts";
export { SequentialSampler } from "./samplers/sequential.ts";
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from "./samplers/weighted.ts";
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
export { StandardScaler, type StandardScalerOptions } from "./transforms/standard-scaler.ts";
