import { type DType, isFloating, type TypedArray } from "../../dtype.ts";
import type { Reading } from "../../graph/reading.ts";
import { walkOver } from "./reading.ts";

/** The index counted from the front, or -1 if it is out of range. */
const placeOf = (index: number, n: number): number => {
  const place = index < 0 ? index + n : index;
  return place >= 0 && place < n ? place : -1;
};

/** y[…, j, …] = x[…, index[…, j, …], …] along `dim`; NaN (0 for integers) if out of range. */
export function gather(
  dtype: DType,
  dim: number,
  x: Reading,
  index: Reading,
): (out: TypedArray) => void {
  const n = x.shape[dim] as number;
  const stride = x.strides[dim] as number;
  const missing = isFloating(dtype) ? Number.NaN : 0;
  // the walk does not move along `dim`, where the index gives the position
  const walk = walkOver(index.shape, [x.strides.with(dim, 0), index.strides]);
  return (out) => {
    let place = 0;
    walk([x.offset, index.offset], ([from, at]) => {
      const row = placeOf(index.data[at as number] as number, n);
      out[place++] = row < 0 ? missing : (x.data[(from as number) + row * stride] as number);
    });
  };
}
