import { ArgumentError } from "../../errors.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { type CreateOptions, fromHost } from "../core/creation.ts";

/** Options of `trilIndices` and `triuIndices`. */
export interface TriangleOptions extends CreateOptions {
  /** The diagonal that bounds the triangle: 0 is the main one, positive ones are above it. */
  readonly offset?: number;
}

/**
 * Row and column indices (i32, [2, n]) of the elements on and below a diagonal of a rows × columns
 * matrix.
 */
export function trilIndices(
  rows: number,
  columns: number,
  offset: number | TriangleOptions = {},
): Tensor {
  checkCall(
    "trilIndices(rows: number, columns: number, offset?: int, { offset, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return triangle("trilIndices", rows, columns, offset, (distance) => distance <= 0);
}

/**
 * Row and column indices (i32, [2, n]) of the elements on and above a diagonal of a rows × columns
 * matrix.
 */
export function triuIndices(
  rows: number,
  columns: number,
  offset: number | TriangleOptions = {},
): Tensor {
  checkCall(
    "triuIndices(rows: number, columns: number, offset?: int, { offset, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return triangle("triuIndices", rows, columns, offset, (distance) => distance >= 0);
}

function triangle(
  call: string,
  rows: number,
  columns: number,
  place: number | TriangleOptions,
  holds: (distance: number) => boolean,
): Tensor {
  if (![rows, columns].every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ArgumentError(
      `${call}: rows and columns must be whole numbers, 0 or more, got ${rows} and ${columns}`,
    );
  }
  const options = typeof place === "number" ? { offset: place } : place;
  const { offset = 0 } = options;
  const cells: (readonly [number, number])[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) if (holds(j - i - offset)) cells.push([i, j]);
  }
  const values = Int32Array.from([...cells.map(([i]) => i), ...cells.map(([, j]) => j)]);
  return fromHost(values, [2, cells.length], "i32", options);
}
