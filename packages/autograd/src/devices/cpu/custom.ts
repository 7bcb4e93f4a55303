import type { TypedArray } from "../../dtype.ts";
import { DeviceError } from "../../errors.ts";
import type { Custom } from "../../graph/op.ts";
import type { Reading } from "./reading.ts";

/** The author's own host kernel, on the parts of the result that are its outputs. */
export function custom(
  meaning: Custom,
  name: string,
  attrs: readonly number[],
  operands: readonly Reading[],
): (out: TypedArray, scalars: readonly number[]) => void {
  const { host, outputs, sizes } = meaning;
  if (host === null) throw new DeviceError(`${name}: has no kernel for the cpu device`);
  const numbers: Record<string, number> = {};
  for (const [i, size] of sizes.entries()) numbers[size] = attrs[1 + i] as number;
  const places = outputs.map((_, i) => 1 + sizes.length + 2 * i);
  const inputs = operands.map(({ data }) => data);
  return (out, scalars) => {
    for (const [i, scalar] of meaning.scalars.entries()) numbers[scalar] = scalars[i] as number;
    const parts = places.map((at) => {
      const start = attrs[at] as number;
      return out.subarray(start, start + (attrs[at + 1] as number));
    });
    host(parts, inputs, numbers);
  };
}
