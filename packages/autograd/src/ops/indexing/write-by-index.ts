import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../core/apply.ts";
import { writeInPlace } from "../core/inplace.ts";
import { scatterAdd } from "./gathering.ts";
import { type IndexAddOptions, indexAdd, indexCopy, indexFill } from "./index-vector.ts";
import { maskedFill } from "./masking.ts";
import { type ScatterOptions, scatter } from "./scatter-reduce.ts";

/** x ← x with src at these indices along `dim`. */
export function scatter_(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number | boolean,
  options?: ScatterOptions,
): Tensor {
  if (arguments.length > 4)
    checkCall('scatter_(x, dim: number, index, src, { reduce: "add" | "multiply" })', arguments);
  return writeInPlace("scatter_", x, (v) => scatter(v, dim, index, src, options));
}
/** x ← x with src added at these indices along `dim`. */
export function scatterAdd_(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  if (arguments.length > 4) checkCall("scatterAdd_(x, dim: number, index, src)", arguments);
  return writeInPlace("scatterAdd_", x, (v) => scatterAdd(v, dim, index, src));
}
/** x ← x with α·source added at a vector of indices along `dim`. */
export function indexAdd_(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options?: IndexAddOptions,
): Tensor {
  if (arguments.length > 4)
    checkCall("indexAdd_(x, dim: number, index, source, { alpha: number })", arguments);
  return writeInPlace("indexAdd_", x, (v) => indexAdd(v, dim, index, source, options));
}
/** x ← x with the parts of source at a vector of indices along `dim`. */
export function indexCopy_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  if (arguments.length > 4) checkCall("indexCopy_(x, dim: number, index, source)", arguments);
  return writeInPlace("indexCopy_", x, (v) => indexCopy(v, dim, index, source));
}
/** x ← x with one number at a vector of indices along `dim`. */
export function indexFill_(x: Tensor, dim: number, index: Tensor, value: Tensor | number): Tensor {
  if (arguments.length > 4) checkCall("indexFill_(x, dim: number, index, value)", arguments);
  return writeInPlace("indexFill_", x, (v) => indexFill(v, dim, index, value));
}
/** x ← x with one number wherever the mask is true. */
export function maskedFill_(x: Tensor, mask: Tensor, value: Operand): Tensor {
  if (arguments.length > 3) checkCall("maskedFill_(x, mask, value)", arguments);
  return writeInPlace("maskedFill_", x, (v) => maskedFill(v, mask, value));
}
