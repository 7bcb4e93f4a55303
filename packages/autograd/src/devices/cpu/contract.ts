import type { TypedArray } from "../../dtype.ts";
import type { Shape } from "../../shape.ts";
import { type Reading, walkOver } from "./reading.ts";

/** c[…, m, n] = Σₖ a[…, m, k] · b[…, k, n], summed in f64; row by row, so that b is read along its rows. */
export function contract(shape: Shape, a: Reading, b: Reading): (out: TypedArray) => void {
  const rank = shape.length;
  const batch = shape.slice(0, rank - 2);
  const [rows, columns] = [shape[rank - 2] as number, shape[rank - 1] as number];
  const depth = a.shape[rank - 1] as number;
  const [aRow, aDepth] = [a.strides[rank - 2] as number, a.strides[rank - 1] as number];
  const [bDepth, bColumn] = [b.strides[rank - 2] as number, b.strides[rank - 1] as number];
  const strides = [a.strides.slice(0, rank - 2), b.strides.slice(0, rank - 2)];
  const walk = walkOver(batch, strides);
  const sums = new Float64Array(columns);
  return (out) => {
    let place = 0;
    walk([a.offset, b.offset], ([aStart, bStart]) => {
      for (let m = 0; m < rows; m++) {
        sums.fill(0);
        for (let k = 0; k < depth; k++) {
          const x = a.data[(aStart as number) + m * aRow + k * aDepth] as number;
          const from = (bStart as number) + k * bDepth;
          for (let n = 0; n < columns; n++) {
            sums[n] = (sums[n] as number) + x * (b.data[from + n * bColumn] as number);
          }
        }
        for (let n = 0; n < columns; n++) out[place++] = sums[n] as number;
      }
    });
  };
}
