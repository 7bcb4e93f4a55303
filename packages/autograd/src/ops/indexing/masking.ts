import type { TypedArray } from "../../dtype.ts";
import { DTypeError, detail, ShapeError } from "../../errors.ts";
import { read } from "../../runtime/read.ts";
import { broadcastShapes, type Shape, sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { asTensor, checkTensor } from "../core/apply.ts";
import { held } from "../core/constant.ts";
import { hostTensor } from "../core/creation.ts";
import { reshape } from "../core/layout.ts";
import { eq, ne, where } from "../math/comparison.ts";
import { all } from "../math/reduction.ts";
import { expand } from "../shape/broadcast.ts";
import { gatherAlong } from "./gathering.ts";

/** Throws unless it is a mask. */
function checkMask(call: string, mask: Tensor): void {
  checkTensor(call, mask);
  if (mask.dtype === "bool") return;
  throw new DTypeError(
    `${call}: the mask must be bool, got ${mask.dtype}${detail("mask", mask.shape)}\n  hint: compare first: mask.ne(0)`,
  );
}

/** x with one number (or 0-d tensor) where the mask is true. The mask broadcasts to x. */
export function maskedFill(x: Tensor, mask: Tensor, value: Tensor | number | boolean): Tensor {
  checkCall("maskedFill(x, mask, value: operand | NaN)", arguments);
  checkTensor("maskedFill", x);
  checkMask("maskedFill", mask);
  if (typeof value === "object" && value.shape.length > 0) {
    throw new ShapeError(
      `maskedFill: expected a number or a 0-d tensor${detail("value", value.shape)}\n  hint: where takes any tensor`,
    );
  }
  const filling = typeof value === "object" ? value : held("maskedFill", Number(value), x.dtype);
  return composite(() => where(mask, asTensor(filling, x.dtype, x.node.stream), x));
}

/**
 * The elements where the mask is true, in row-major order. x and mask broadcast. Reads the mask
 * from the
 * device.
 */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  if (arguments.length > 2) checkCall("maskedSelect(x, mask)", arguments);
  checkTensor("maskedSelect", x);
  checkMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
  const chosen = placesIn(await read(expand(mask, shape)));
  const places = hostTensor(chosen, [chosen.length], "i32", x.node.stream);
  return composite(() => gatherAlong(reshape(expand(x, shape), [-1]), 0, places));
}

/** Flat indices of the elements that are not 0. */
export function placesIn(values: TypedArray): Int32Array<ArrayBuffer> {
  let count = 0;
  for (const value of values) if (value !== 0) count++;
  const places = new Int32Array(count);
  let next = 0;
  values.forEach((value, i) => {
    if (value !== 0) places[next++] = i;
  });
  return places;
}

/** Converts flat indices to coordinates in `shape`, one list per dimension. */
export function coordinatesOf(places: Int32Array, shape: Shape): Int32Array<ArrayBuffer>[] {
  const rest = Int32Array.from(places);
  return shape
    .toReversed()
    .map((n) => {
      const column = new Int32Array(rest.length);
      for (let i = 0; i < rest.length; i++) {
        const place = rest[i] as number;
        column[i] = place % n;
        rest[i] = Math.floor(place / n);
      }
      return column;
    })
    .toReversed();
}

/** Options of `nonzero`. */
export interface NonzeroOptions {
  /**
   * If true, returns one vector of coordinates per dimension, as an index takes them, instead of
   * one
   * matrix.
   */
  readonly asTuple?: boolean;
}

/** Coordinates (i32) of the elements that are not 0, in row-major order: [count, rank]. Reads x. */
export async function nonzero(
  x: Tensor,
  options: NonzeroOptions & { asTuple: true },
): Promise<Tensor[]>;
export async function nonzero(
  x: Tensor,
  options?: NonzeroOptions & { asTuple?: false },
): Promise<Tensor>;
export async function nonzero(x: Tensor, options: NonzeroOptions = {}): Promise<Tensor | Tensor[]> {
  if (arguments.length > 1) checkCall("nonzero(x, { asTuple: boolean })", arguments);
  const { asTuple = false } = options;
  checkTensor("nonzero", x);
  const { shape } = x;
  const { stream } = x.node;
  const places = placesIn(await read(x.dtype === "bool" ? x : ne(x, 0)));
  const columns = coordinatesOf(places, shape);
  if (asTuple) {
    return columns.map((column) => hostTensor(column, [column.length], "i32", stream));
  }
  const rank = shape.length;
  const rows = new Int32Array(places.length * rank);
  for (const [d, column] of columns.entries()) {
    for (const [i, at] of column.entries()) rows[i * rank + d] = at;
  }
  return hostTensor(rows, [places.length, rank], "i32", stream);
}

/** Coordinates (i32) of the elements that are not 0, in row-major order: `nonzero`. Reads x. */
export async function argwhere(x: Tensor): Promise<Tensor> {
  if (arguments.length > 1) checkCall("argwhere(x)", arguments);
  return nonzero(x);
}

/** Whether both have the same shape and equal elements. Reads the result from the device. */
export async function equal(a: Tensor, b: Tensor): Promise<boolean> {
  if (arguments.length > 2) checkCall("equal(a, b)", arguments);
  checkTensor("equal", a);
  checkTensor("equal", b);
  if (!sameShape(a.shape, b.shape)) return false;
  const [same] = await read(composite(() => all(eq(a, b))));
  return same !== 0;
}
