import type { TypedArray } from "../../dtype.ts";
import { contiguousStrides } from "../../shape.ts";
import { type Reading, walk } from "./reading.ts";

/** Starts from operand 0 or from zeros, then writes each further operand at its strides (`attrs`) and offset (`scalars`). */
export function assemble(
  attrs: readonly number[],
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const onto = attrs[0] === 1;
  let next = 1;
  const parts = operands.slice(onto ? 1 : 0).map((operand) => {
    const strides = attrs.slice(next, next + operand.shape.length);
    next += operand.shape.length;
    return { operand, strides };
  });
  return (out, scalars) => {
    if (onto) {
      const base = operands[0] as Reading;
      place(out, base, contiguousStrides(base.shape), 0);
    } else out.fill(0);
    for (const [i, { operand, strides }] of parts.entries()) {
      place(out, operand, strides, scalars[i] as number);
    }
  };
}

function place(
  out: TypedArray,
  { data, shape, strides, offset }: Reading,
  to: readonly number[],
  start: number,
): void {
  walk(shape, [strides, to], [offset, start], ([from, at]) => {
    out[at as number] = data[from as number] as number;
  });
}
