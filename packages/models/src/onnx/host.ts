import { OnnxError } from "./error.ts";
import { type HostArray, sizeOf } from "./value.ts";

/** Arithmetic on small arrays on the host, which computes shapes. */

const stridesOf = (shape: readonly number[]): number[] => {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--)
    strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
};

/** The array of `shape` with the element `at(index)` at each index. */
export function filled(
  shape: readonly number[],
  at: (index: readonly number[], flat: number) => number,
): HostArray {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let flat = 0; flat < data.length; flat++) {
    data[flat] = at(index, flat);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      index[dim] = (index[dim] as number) + 1;
      if ((index[dim] as number) < (shape[dim] as number)) break;
      index[dim] = 0;
    }
  }
  return { shape, data };
}

/** The element of an array at an index of the same rank. */
export function element({ shape, data }: HostArray, index: readonly number[]): number {
  const flat = stridesOf(shape).reduce((sum, stride, i) => sum + stride * (index[i] as number), 0);
  return data[flat] as number;
}

/** The shape that shapes broadcast to. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[i - rank + shape.length] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.some((one) => one !== 1 && one !== size)) {
      throw new OnnxError(
        `shapes ${shapes.map((s) => `[${s}]`).join(" and ")} cannot be broadcast`,
      );
    }
    return size;
  });
}

/** Applies f to arrays elementwise, with broadcasting. */
export function elementwise(
  arrays: readonly HostArray[],
  f: (...x: number[]) => number,
): HostArray {
  const shape = broadcastShape(arrays.map((array) => array.shape));
  return filled(shape, (index) =>
    f(
      ...arrays.map((array) => {
        const own = index.slice(shape.length - array.shape.length);
        return element(
          array,
          own.map((at, dim) => (array.shape[dim] === 1 ? 0 : at)),
        );
      }),
    ),
  );
}

/** A non-negative axis. Throws OnnxError if it is out of range. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (from >= 0 && (from < rank || (rank === 0 && from === 0))) return from;
  throw new OnnxError(`axis ${axis} is out of range for ${rank} dimensions`);
}
