import type { TypedArray } from "../../dtype.ts";
import type { Reading } from "../../graph/reading.ts";
import { contiguousStrides } from "../../shape.ts";
import { walkOver } from "./reading.ts";

/**
 * Starts from operand 0 or from zeros, then writes each further operand at its strides (`attrs`)
 * and offset (`scalars`).
 */
export function assemble(
  attrs: readonly number[],
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const onto = attrs[0] === 1;
  let next = 1;
  const writers = operands.map((operand, i) => {
    if (onto && i === 0) return writer(operand, contiguousStrides(operand.shape));
    const strides = attrs.slice(next, next + operand.shape.length);
    next += operand.shape.length;
    return writer(operand, strides);
  });
  return (out, scalars) => {
    if (!onto) out.fill(0);
    for (const [i, write] of writers.entries()) {
      write(out, onto ? (i === 0 ? 0 : (scalars[i - 1] as number)) : (scalars[i] as number));
    }
  };
}

/** Writes the operand's elements at these strides from `start` on. */
function writer(operand: Reading, to: readonly number[]): (out: TypedArray, start: number) => void {
  const { data, shape, strides } = operand;
  const walk = walkOver(shape, [strides, to]);
  return (out, start) => {
    walk([operand.offset, start], ([from, at]) => {
      out[at as number] = data[from as number] as number;
    });
  };
}
