import type { Matrix } from "../estimator/input.ts";

/** x′ = (x − shift) / scale of each feature. */
export interface Standard {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Shifts and scales that make curvatures of a loss similar in all directions, whatever the sizes of
 * the features. `least` bounds the squared scales; without `centred` nothing is shifted.
 */
export function standardOf(
  { data, rows, width }: Matrix,
  weightOf: (row: number) => number,
  least: number,
  centred: boolean,
): Standard {
  const shift = new Float64Array(width);
  const squares = new Float64Array(width);
  let total = 0;
  for (let i = 0; i < rows; i++) total += weightOf(i);
  const sum = (out: Float64Array, of: (value: number, j: number) => number): void => {
    for (let i = 0; i < rows; i++) {
      const part = weightOf(i) / total;
      for (let j = 0; j < width; j++) {
        out[j] = (out[j] as number) + part * of(data[i * width + j] as number, j);
      }
    }
  };
  if (centred) sum(shift, (value) => value);
  sum(squares, (value, j) => (value - (shift[j] as number)) ** 2);
  return { shift, scale: squares.map((square) => Math.sqrt(square + least)) };
}
