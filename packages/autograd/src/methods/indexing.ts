import type { Operand } from "../ops/core/apply.ts";
import type { DimOption } from "../ops/core/arguments.ts";
import * as gathering from "../ops/indexing/gathering.ts";
import type { IndexAddOptions } from "../ops/indexing/index-vector.ts";
import * as indexVector from "../ops/indexing/index-vector.ts";
import type { PutOptions } from "../ops/indexing/indexing.ts";
import type { NonzeroOptions } from "../ops/indexing/masking.ts";
import * as masking from "../ops/indexing/masking.ts";
import * as placing from "../ops/indexing/placing.ts";
import type { ScatterOptions, ScatterReduceOptions } from "../ops/indexing/scatter-reduce.ts";
import * as scatters from "../ops/indexing/scatter-reduce.ts";
import type { Index } from "../ops/indexing/slicing.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Methods that select elements by an index. */
export interface IndexingMethods {
  gather(dim: number, index: Tensor): Tensor;
  scatter(
    dim: number,
    index: Tensor,
    src: Tensor | number | boolean,
    options?: ScatterOptions,
  ): Tensor;
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor;
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: "sum" | "mean" | "prod" | "amax" | "amin",
    options?: ScatterReduceOptions,
  ): Tensor;
  take(index: Tensor): Tensor;
  takeAlongDim(index: Tensor, dim?: number | null | DimOption<number | null>): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  indexFill(dim: number, index: Tensor, value: Operand): Tensor;
  maskedFill(mask: Tensor, value: Operand): Tensor;
  /** The elements where the mask is true, as a vector. Reads the mask from the device. */
  maskedSelect(mask: Tensor): Promise<Tensor>;
  /** Coordinates of the elements that are not 0. Reads the values from the device. */
  nonzero(options: NonzeroOptions & { asTuple: true }): Promise<Tensor[]>;
  nonzero(options?: NonzeroOptions & { asTuple?: false }): Promise<Tensor>;
  /** Whether the other tensor has the same shape and equal elements. Reads the result. */
  equal(other: Tensor): Promise<boolean>;
  indexPut(indices: Index | readonly Index[], values: Operand, options?: PutOptions): Tensor;
  put(index: Tensor, source: Tensor, accumulate?: boolean | PutOptions): Tensor;
  maskedScatter(mask: Tensor, source: Tensor): Tensor;
  indexReduce(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: "prod" | "mean" | "amax" | "amin",
    options?: ScatterReduceOptions,
  ): Tensor;
  /** Coordinates of the elements that are not 0, one row each. Reads the values from the device. */
  argwhere(): Promise<Tensor>;
}

export const indexingMethods: Table<IndexingMethods> = {
  gather: gathering.gather,
  scatter: scatters.scatter,
  scatterAdd: gathering.scatterAdd,
  scatterReduce: scatters.scatterReduce,
  take: gathering.take,
  takeAlongDim: gathering.takeAlongDim,
  indexSelect: indexVector.indexSelect,
  indexAdd: indexVector.indexAdd,
  indexCopy: indexVector.indexCopy,
  indexFill: indexVector.indexFill,
  maskedFill: masking.maskedFill,
  maskedSelect: masking.maskedSelect,
  nonzero: masking.nonzero,
  equal: masking.equal,
  indexPut: placing.indexPut,
  put: placing.put,
  maskedScatter: placing.maskedScatter,
  indexReduce: placing.indexReduce,
  argwhere: masking.argwhere,
};
