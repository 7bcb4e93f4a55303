import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import type { DimOption } from "../core/arguments.ts";
import { split, tensorSplit } from "./movement.ts";

/** `tensorSplit` along dimension `dim`. A number of parts must divide the size. */
function splitAt(
  call: string,
  x: Tensor,
  pieces: number | readonly number[],
  rank: number,
  dim: number,
): Tensor[] {
  checkTensor(call, x);
  if (x.shape.length < rank) {
    throw new ShapeError(`${call}: expected at least ${rank} dimensions${detail("x", x.shape)}`);
  }
  const n = x.shape[dim] as number;
  if (typeof pieces === "number" && n % pieces !== 0) {
    throw new ShapeError(
      `${call}: ${n} elements cannot be split into ${pieces} equal parts${detail("x", x.shape)}\n  hint: tensorSplit makes nearly equal parts`,
    );
  }
  return tensorSplit(x, pieces, dim);
}

/** Splits along dimension 1 (dimension 0 of a vector) into equal parts, or at indices. Views. */
export function hsplit(x: Tensor, pieces: number | readonly number[]): Tensor[] {
  checkCall("hsplit(x, pieces: int | int[])", arguments);
  checkTensor("hsplit", x);
  return splitAt("hsplit", x, pieces, 1, x.shape.length === 1 ? 0 : 1);
}

/** Splits along dimension 0 into equal parts, or at indices. Views. */
export function vsplit(x: Tensor, pieces: number | readonly number[]): Tensor[] {
  checkCall("vsplit(x, pieces: int | int[])", arguments);
  return splitAt("vsplit", x, pieces, 2, 0);
}

/** Splits along dimension 2 into equal parts, or at indices. Views. */
export function dsplit(x: Tensor, pieces: number | readonly number[]): Tensor[] {
  checkCall("dsplit(x, pieces: int | int[])", arguments);
  return splitAt("dsplit", x, pieces, 3, 2);
}

/** Splits into pieces of the given sizes: `split` with a list. Views. */
export function splitWithSizes(
  x: Tensor,
  sizes: readonly number[],
  dim: number | DimOption = 0,
): Tensor[] {
  checkCall("splitWithSizes(x, sizes: list, dim?: number, { dim })", arguments);
  if (!Array.isArray(sizes)) {
    throw new ArgumentError(
      `splitWithSizes: expected a list of sizes, got ${sizes}\n  hint: split takes one size`,
    );
  }
  return split(x, sizes, dim);
}
