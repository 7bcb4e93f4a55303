import type { Dims } from "../ops/core/arguments.ts";
import type { CovOptions, Extremes } from "../ops/math/moments.ts";
import * as moments from "../ops/math/moments.ts";
import type { QuantileOptions } from "../ops/math/quantile.ts";
import * as quantiles from "../ops/math/quantile.ts";
import type { OneDimOptions, ValuesAndIndices } from "../ops/math/reduction.ts";
import * as reductions from "../ops/math/reduction.ts";
import type { NormOptions, VarianceOptions } from "../ops/math/statistics.ts";
import * as statistics from "../ops/math/statistics.ts";
import type { SoftmaxOptions } from "../ops/nn/softmax.ts";
import * as softmaxes from "../ops/nn/softmax.ts";
import type { ReduceOptions, SumOptions } from "../ops/shape/broadcast.ts";
import * as broadcast from "../ops/shape/broadcast.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Reductions. */
export interface ReductionMethods {
  sum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  mean(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  prod(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  nansum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  amax(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  amin(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  all(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  any(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  countNonzero(dim?: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  var(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
  std(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
  argmax(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor;
  argmin(dim?: number | null | OneDimOptions, options?: OneDimOptions): Tensor;
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  norm(p?: number | "fro" | null | NormOptions, dim?: Dims, options?: NormOptions): Tensor;
  logsumexp(dim: Dims | ReduceOptions, options?: ReduceOptions): Tensor;
  softmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor;
  logSoftmax(dim: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor;
  nanmean(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  quantile(
    q: Tensor | number,
    dim?: number | null | QuantileOptions,
    options?: QuantileOptions,
  ): Tensor;
  nanquantile(
    q: Tensor | number,
    dim?: number | null | QuantileOptions,
    options?: QuantileOptions,
  ): Tensor;
  aminmax(options?: OneDimOptions): Extremes;
  mode(dim?: number | OneDimOptions, options?: OneDimOptions): ValuesAndIndices;
  dist(other: Tensor, p?: number): Tensor;
  renorm(p: number, dim: number, maxnorm: number): Tensor;
  cov(options?: CovOptions): Tensor;
  corrcoef(): Tensor;
}

export const reductionMethods: Table<ReductionMethods> = {
  sum: broadcast.sum,
  mean: reductions.mean,
  prod: reductions.prod,
  nansum: statistics.nansum,
  amax: reductions.amax,
  amin: reductions.amin,
  all: reductions.all,
  any: reductions.any,
  countNonzero: statistics.countNonzero,
  var: statistics.variance,
  std: statistics.std,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  max: reductions.max,
  min: reductions.min,
  norm: statistics.norm,
  logsumexp: softmaxes.logsumexp,
  softmax: softmaxes.softmax,
  logSoftmax: softmaxes.logSoftmax,
  nanmean: moments.nanmean,
  quantile: quantiles.quantile,
  nanquantile: quantiles.nanquantile,
  aminmax: moments.aminmax,
  mode: moments.mode,
  dist: moments.dist,
  renorm: moments.renorm,
  cov: moments.cov,
  corrcoef: moments.corrcoef,
};
