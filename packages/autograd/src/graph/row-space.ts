import { type Shape, sizeOf } from "../shape.ts";
import { isWhole, type View } from "./view.ts";

/** Rows of one length over which the reductions of a kernel run, in row-major order. */
export interface RowSpace {
  readonly rows: number;
  readonly length: number;
}

/** A value's level in a row space: one element for each row, or one for each element of a row. */
export type Level = "row" | "element";

/** The number of leading dimensions that together count the rows; -1 if there is none. */
export function rowRank(shape: Shape, rows: number): number {
  let product = 1;
  for (let d = 0; d <= shape.length; d++) {
    if (product === rows) return d;
    product *= shape[d] as number;
  }
  return -1;
}

/** Whether values of this shape fit the row space at this level. */
export const fitsRowSpace = (shape: Shape, level: Level, { rows, length }: RowSpace): boolean =>
  level === "row"
    ? sizeOf(shape) === rows
    : sizeOf(shape) === rows * length && rowRank(shape, rows) >= 0;

/**
 * The level of a value of `size` elements that a reader at `level` reads by a view; null if none.
 */
export function levelRead(
  view: View | null,
  size: number,
  level: Level,
  rowSpace: RowSpace,
): Level | null {
  if (view === null || isWhole(view, size)) return level;
  return level === "element" && size === rowSpace.rows && repeatsRows(view, rowSpace)
    ? "row"
    : null;
}

/** Whether the view repeats the one value of a row for each of its elements. */
function repeatsRows({ shape, strides }: View, { rows, length }: RowSpace): boolean {
  const rank = rowRank(shape, rows);
  if (rank < 0 || sizeOf(shape) !== rows * length) return false;
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d] as number;
    if (n === 1) continue;
    if (d >= rank) {
      if (strides[d] !== 0) return false;
    } else {
      if (strides[d] !== expected) return false;
      expected *= n;
    }
  }
  return true;
}
