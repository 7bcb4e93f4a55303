import type { DimOption } from "../ops/core/arguments.ts";
import type {
  BincountOptions,
  HistcOptions,
  Histogram,
  HistogramOptions,
} from "../ops/math/counting.ts";
import * as counts from "../ops/math/counting.ts";
import * as medians from "../ops/math/median.ts";
import type { OneDimOptions, ValuesAndIndices } from "../ops/math/reduction.ts";
import type { CumulateOptions, DiffOptions } from "../ops/math/scan.ts";
import * as scans from "../ops/math/scan.ts";
import type { SortOptions, TopkOptions } from "../ops/math/sorting.ts";
import * as sorting from "../ops/math/sorting.ts";
import type { UniqueOptions, UniqueResult } from "../ops/math/unique.ts";
import * as uniques from "../ops/math/unique.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Sorting, counting and cumulative methods along a dimension. */
export interface OrderingMethods {
  logcumsumexp(dim: number | DimOption): Tensor;
  sort(dim?: number | SortOptions, options?: SortOptions): ValuesAndIndices;
  argsort(dim?: number | SortOptions, options?: SortOptions): Tensor;
  topk(k: number, dim?: number | TopkOptions, options?: TopkOptions): ValuesAndIndices;
  kthvalue(k: number, dim?: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  median(): Tensor;
  median(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  nanmedian(): Tensor;
  nanmedian(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  /** The unique values in ascending order. Reads the values from the device. */
  unique(options?: { returnInverse?: false; returnCounts?: false }): Promise<Tensor>;
  unique(options: UniqueOptions): Promise<UniqueResult>;
  /** Removes all but the first of each run of equal values. Reads the values from the device. */
  uniqueConsecutive(options?: { returnInverse?: false; returnCounts?: false }): Promise<Tensor>;
  uniqueConsecutive(options: UniqueOptions): Promise<UniqueResult>;
  /** Counts how often each integer occurs. Reads the largest element. */
  bincount(options?: BincountOptions): Promise<Tensor>;
  histc(options?: HistcOptions): Tensor;
  cumsum(dim: number | CumulateOptions, options?: CumulateOptions): Tensor;
  cumprod(dim: number | CumulateOptions, options?: CumulateOptions): Tensor;
  cummax(dim: number | DimOption): ValuesAndIndices;
  cummin(dim: number | DimOption): ValuesAndIndices;
  diff(n?: number | DiffOptions, dim?: number, options?: DiffOptions): Tensor;
  histogram(bins: number | Tensor, options?: HistogramOptions): Histogram;
  msort(): Tensor;
}

export const orderingMethods: Table<OrderingMethods> = {
  logcumsumexp: scans.logcumsumexp,
  sort: sorting.sort,
  argsort: sorting.argsort,
  topk: sorting.topk,
  kthvalue: medians.kthvalue,
  median: medians.median,
  nanmedian: medians.nanmedian,
  unique: uniques.unique,
  bincount: counts.bincount,
  histc: counts.histc,
  cumsum: scans.cumsum,
  cumprod: scans.cumprod,
  cummax: scans.cummax,
  cummin: scans.cummin,
  diff: scans.diff,
  uniqueConsecutive: uniques.uniqueConsecutive,
  histogram: counts.histogram,
  msort: sorting.msort,
};
