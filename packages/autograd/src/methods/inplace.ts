import { WgradError } from "../errors.ts";
import type { Operand } from "../ops/core/apply.ts";
import * as draws from "../ops/core/draws.ts";
import * as inplace from "../ops/core/inplace.ts";
import type { DrawOptions } from "../ops/core/random.ts";
import * as random from "../ops/core/random.ts";
import * as turning from "../ops/core/turning.ts";
import type { PutOptions } from "../ops/indexing/indexing.ts";
import * as indexing from "../ops/indexing/indexing.ts";
import type { FillDiagonalOptions } from "../ops/indexing/placing.ts";
import * as placing from "../ops/indexing/placing.ts";
import type { Index } from "../ops/indexing/slicing.ts";
import type { Tensor } from "../tensor.ts";
import type { Method, Table } from "./table.ts";

/** In-place methods without an out-of-place counterpart; methods/written.ts has the others. */
export interface InPlaceMethods {
  copy_(source: Operand): Tensor;
  fill_(value: Operand): Tensor;
  zero_(): Tensor;
  fillDiagonal_(value: number, options?: FillDiagonalOptions): Tensor;
  put_(index: Index | readonly Index[], value: Operand, options?: PutOptions): Tensor;
  indexPut_(indices: Index | readonly Index[], values: Operand, options?: PutOptions): Tensor;
  squeeze_(dim?: number | readonly number[] | null): Tensor;
  unsqueeze_(dim: number): Tensor;
  transpose_(dim0: number, dim1: number): Tensor;
  t_(): Tensor;
  uniform_(low?: number, high?: number, options?: DrawOptions): Tensor;
  normal_(mean?: number, std?: number, options?: DrawOptions): Tensor;
  logNormal_(mean?: number, std?: number, options?: DrawOptions): Tensor;
  exponential_(lambd?: number, options?: DrawOptions): Tensor;
  geometric_(p: number, options?: DrawOptions): Tensor;
  cauchy_(median?: number, sigma?: number, options?: DrawOptions): Tensor;
  random_(
    from?: number | null | DrawOptions,
    to?: number | null | DrawOptions,
    options?: DrawOptions,
  ): Tensor;
  bernoulli_(p?: number | Tensor, options?: DrawOptions): Tensor;
}

export const inPlaceMethods: Table<InPlaceMethods> = {
  copy_: inplace.copy_,
  fill_: inplace.fill_,
  zero_: inplace.zero_,
  fillDiagonal_: placing.fillDiagonal_,
  put_: indexing.put_,
  indexPut_: placing.indexPut_,
  squeeze_: turning.squeeze_,
  unsqueeze_: turning.unsqueeze_,
  transpose_: turning.transpose_,
  t_: turning.t_,
  uniform_: random.uniform_,
  normal_: random.normal_,
  logNormal_: draws.logNormal_,
  exponential_: draws.exponential_,
  geometric_: draws.geometric_,
  cauchy_: draws.cauchy_,
  random_: draws.random_,
  bernoulli_: draws.bernoulli_,
};

/** x ← fn(x, …). Errors name the called method. */
export function writing(name: string, fn: Method): Method {
  const own = `${name}_`;
  return (x, ...given) => {
    try {
      return inplace.writeInPlace(own, x, (value) => fn(value, ...given) as Tensor, ...given);
    } catch (error) {
      if (error instanceof WgradError) {
        error.message = error.message.replace(new RegExp(`\\b${name}(?=[:(])`, "g"), own);
      }
      throw error;
    }
  };
}
