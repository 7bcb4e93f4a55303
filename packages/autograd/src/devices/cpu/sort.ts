import type { TypedArray } from "../../dtype.ts";
import type { Reading } from "../../graph/reading.ts";
import { walkOver } from "./reading.ts";

/** The permutation that sorts the last dimension, stable, NaN greatest. */
export function sort(descending: boolean, operand: Reading): (out: TypedArray) => void {
  const { data, shape, strides } = operand;
  const length = shape.at(-1) as number;
  const step = strides.at(-1) as number;
  const walk = walkOver(shape.slice(0, -1), [strides.slice(0, -1)]);
  const sign = descending ? -1 : 1;
  return (out) => {
    const order = Array.from({ length }, (_, i) => i);
    let place = 0;
    walk([operand.offset], ([first]) => {
      const key = (i: number): number => data[(first as number) + i * step] as number;
      const sorted = order.toSorted((i, j) => sign * compare(key(i), key(j)));
      for (const i of sorted) out[place++] = i;
    });
  };
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
