import type { DType, TypedArray } from "../../dtype.ts";
import type { Scatter } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import { roundToHalf } from "../../half.ts";
import { contiguousStrides } from "../../shape.ts";
import { walkOver } from "./reading.ts";

const combinations: Record<Scatter["combine"], (sofar: number, x: number) => number> = {
  assign: (_, x) => x,
  sum: (sofar, x) => sofar + x,
  prod: (sofar, x) => sofar * x,
  max: Math.max,
  min: Math.min,
};

/**
 * y = x, then y[…, index[…, j, …], …] ⊕= source[…, j, …] along `dim`, in row-major order. Indices
 * out of range are skipped.
 */
export function scatter(
  { combine }: Scatter,
  dtype: DType,
  dim: number,
  x: Reading,
  index: Reading,
  source: Reading,
): (out: TypedArray) => void {
  const n = x.shape[dim] as number;
  const strides = contiguousStrides(x.shape);
  const stride = strides[dim] as number;
  const copy = walkOver(x.shape, [x.strides]);
  const walk = walkOver(index.shape, [strides.with(dim, 0), index.strides, source.strides]);
  return (out) => {
    const { data } = source;
    // row-major order visits the sources of one element in the order of j
    const whole = out instanceof Int32Array || out instanceof Uint32Array;
    const join = combine === "prod" && whole ? Math.imul : combinations[combine];
    // f16 is rounded after every step, as if the sum were stored
    const fold =
      dtype === "f16" ? (a: number, x: number) => roundToHalf(Math.fround(join(a, x))) : join;
    let place = 0;
    copy([x.offset], ([from]) => {
      out[place++] = x.data[from as number] as number;
    });
    walk([0, index.offset, source.offset], ([line, at, from]) => {
      const chosen = index.data[at as number] as number;
      const i = chosen < 0 ? chosen + n : chosen;
      if (!(i >= 0 && i < n)) return;
      const to = (line as number) + i * stride;
      out[to] = fold(out[to] as number, data[from as number] as number);
    });
  };
}
