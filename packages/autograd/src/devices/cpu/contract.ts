import { type DType, isFloating, type TypedArray } from "../../dtype.ts";
import { type Attributes, ranksOf } from "../../graph/attributes.ts";
import type { Reading } from "../../graph/reading.ts";
import { sizeOf } from "../../shape.ts";
import { loopsOver, walkOver } from "./reading.ts";

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…], in f64, or modulo 2³² for integers.
 * The loop over k is outside of the loop over n, so that b is read along its rows.
 */
export function contract(
  dtype: DType,
  attrs: Attributes,
  a: Reading,
  b: Reading,
): (out: TypedArray) => void {
  const [nb, nm, , nk] = ranksOf(attrs);
  const batch = nb as number;
  const rows = batch + (nm as number);
  const depth = batch + (nk as number);
  const columns = loopsOver(b.shape.slice(depth), [b.strides.slice(depth)]);
  const width = sizeOf(b.shape.slice(depth));
  const step = columns.steps[0] as number;

  const eachBatch = walkOver(a.shape.slice(0, batch), [
    a.strides.slice(0, batch),
    b.strides.slice(0, batch),
  ]);
  const eachRow = walkOver(a.shape.slice(batch, rows), [a.strides.slice(batch, rows)]);
  const eachDepth = walkOver(a.shape.slice(rows), [
    a.strides.slice(rows),
    b.strides.slice(batch, depth),
  ]);
  const eachColumns = walkOver(columns.outer, columns.outerStrides);
  const fractions = isFloating(dtype);
  const sums = fractions ? new Float64Array(width) : new Int32Array(width);

  const addRow = (x: number, start: number): void => {
    let place = 0;
    eachColumns([start], ([from]) => {
      for (let n = 0; n < columns.count; n++, place++) {
        const y = b.data[(from as number) + n * step] as number;
        const product = fractions ? x * y : Math.imul(x, y);
        sums[place] = (sums[place] as number) + product;
      }
    });
  };
  return (out) => {
    if (width === 0) return;
    let place = 0;
    eachBatch([a.offset, b.offset], ([aBatch, bBatch]) => {
      eachRow([aBatch as number], ([aRow]) => {
        sums.fill(0);
        eachDepth([aRow as number, bBatch as number], ([aFrom, bFrom]) => {
          addRow(a.data[aFrom as number] as number, bFrom as number);
        });
        for (let n = 0; n < width; n++) out[place++] = sums[n] as number;
      });
    });
  };
}
