export { CsvError } from "./csv/error.ts";
export { type CsvOptions, parseCsv } from "./csv/parse.ts";
export { readCsv } from "./csv/read.ts";
export { type Column, type ColumnType, type ColumnTypes, Table } from "./csv/table.ts";
export { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export type { Dataset } from "./dataset.ts";
export {
  type SplitOptions,
  type SplitParts,
  type Splittable,
  trainTestIndices,
  trainTestSplit,
} from "./split.ts";
export { StandardScaler, type StandardScalerOptions } from "./standard-scaler.ts";
export { type TensorBatch, TensorDataset, type TensorFields } from "./tensor-dataset.ts";
