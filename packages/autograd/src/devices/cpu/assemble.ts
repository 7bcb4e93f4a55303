import type { TypedArray } from "../../dtype.ts";
import { type Attributes, isOnto, partStrides } from "../../graph/attributes.ts";
import type { Reading } from "../../graph/reading.ts";
import { contiguousStrides } from "../../shape.ts";
import { walkOver } from "./reading.ts";

/** Copies operand 0 or zeros, then writes each further operand at its strides and offset. */
export function assemble(
  attrs: Attributes,
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const onto = isOnto(attrs);
  const parts = onto ? operands.slice(1) : operands;
  const places = partStrides(
    attrs,
    parts.map(({ shape }) => shape),
  );
  const strides = onto ? [contiguousStrides((operands[0] as Reading).shape), ...places] : places;
  const writers = operands.map((operand, i) => writer(operand, strides[i] as readonly number[]));
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
