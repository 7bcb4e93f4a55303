import type { Operand } from "../ops/core/apply.ts";
import * as inplace from "../ops/core/inplace.ts";
import type { DrawOptions } from "../ops/core/random.ts";
import * as random from "../ops/core/random.ts";
import type { IndexAddOptions } from "../ops/indexing/index-vector.ts";
import type { PutOptions } from "../ops/indexing/indexing.ts";
import * as indexing from "../ops/indexing/indexing.ts";
import type { ScatterOptions } from "../ops/indexing/scatter-reduce.ts";
import type { Index } from "../ops/indexing/slicing.ts";
import * as writes from "../ops/indexing/write-by-index.ts";
import type { AddOptions } from "../ops/math/arithmetic.ts";
import type { ClampOptions } from "../ops/math/binary.ts";
import type { DivOptions } from "../ops/math/division.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/** Writes to the tensor. */
export interface InPlaceMethods {
  scatter_(
    dim: number,
    index: Tensor,
    src: Tensor | number | boolean,
    options?: ScatterOptions,
  ): Tensor;
  scatterAdd_(dim: number, index: Tensor, src: Tensor): Tensor;
  indexAdd_(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
  indexCopy_(dim: number, index: Tensor, source: Tensor): Tensor;
  indexFill_(dim: number, index: Tensor, value: Tensor | number): Tensor;
  maskedFill_(mask: Tensor, value: Operand): Tensor;
  add_(other: Operand, options?: AddOptions): Tensor;
  sub_(other: Operand, options?: AddOptions): Tensor;
  mul_(other: Operand): Tensor;
  div_(other: Operand, options?: DivOptions): Tensor;
  pow_(exponent: Operand): Tensor;
  clamp_(min?: Operand | null | ClampOptions, max?: Operand | null): Tensor;
  floorDivide_(other: Operand): Tensor;
  remainder_(other: Operand): Tensor;
  clampMin_(other: Operand): Tensor;
  clampMax_(other: Operand): Tensor;
  eq_(other: Operand): Tensor;
  ne_(other: Operand): Tensor;
  lt_(other: Operand): Tensor;
  le_(other: Operand): Tensor;
  gt_(other: Operand): Tensor;
  ge_(other: Operand): Tensor;
  copy_(source: Operand): Tensor;
  fill_(value: Operand): Tensor;
  uniform_(low?: number, high?: number, options?: DrawOptions): Tensor;
  normal_(mean?: number, std?: number, options?: DrawOptions): Tensor;
  put_(index: Index | readonly Index[], value: Operand, options?: PutOptions): Tensor;
  sin_(): Tensor;
  cos_(): Tensor;
  log_(): Tensor;
  zero_(): Tensor;
  logicalNot_(): Tensor;
  relu_(): Tensor;
  sigmoid_(): Tensor;
  tanh_(): Tensor;
  exp_(): Tensor;
  sqrt_(): Tensor;
  square_(): Tensor;
  neg_(): Tensor;
  abs_(): Tensor;
  round_(): Tensor;
}

export const inPlaceMethods: Table<InPlaceMethods> = {
  scatter_: writes.scatter_,
  scatterAdd_: writes.scatterAdd_,
  indexAdd_: writes.indexAdd_,
  indexCopy_: writes.indexCopy_,
  indexFill_: writes.indexFill_,
  maskedFill_: writes.maskedFill_,
  add_: inplace.add_,
  sub_: inplace.sub_,
  mul_: inplace.mul_,
  div_: inplace.div_,
  pow_: inplace.pow_,
  clamp_: inplace.clamp_,
  floorDivide_: inplace.floorDivide_,
  remainder_: inplace.remainder_,
  clampMin_: inplace.clampMin_,
  clampMax_: inplace.clampMax_,
  eq_: inplace.eq_,
  ne_: inplace.ne_,
  lt_: inplace.lt_,
  le_: inplace.le_,
  gt_: inplace.gt_,
  ge_: inplace.ge_,
  copy_: inplace.copy_,
  fill_: inplace.fill_,
  uniform_: random.uniform_,
  normal_: random.normal_,
  put_: indexing.put_,
  sin_: inplace.sin_,
  cos_: inplace.cos_,
  log_: inplace.log_,
  zero_: inplace.zero_,
  logicalNot_: inplace.logicalNot_,
  relu_: inplace.relu_,
  sigmoid_: inplace.sigmoid_,
  tanh_: inplace.tanh_,
  exp_: inplace.exp_,
  sqrt_: inplace.sqrt_,
  square_: inplace.square_,
  neg_: inplace.neg_,
  abs_: inplace.abs_,
  round_: inplace.round_,
};
