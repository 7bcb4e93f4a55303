import type { TypedArray } from "../../dtype.ts";
import { DeviceError } from "../../errors.ts";
import { type Attributes, customSizes } from "../../graph/attributes.ts";
import type { Custom } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import { factorAlgorithms } from "./factors.ts";
import { matrixAlgorithms, type SerialHost } from "./matrices.ts";

const algorithms: Readonly<Record<string, SerialHost>> = {
  ...matrixAlgorithms,
  ...factorAlgorithms,
};

/** Runs a custom op on the host: its `onHost`, or the algorithm that it names, thread by thread. */
export function custom(
  meaning: Custom,
  name: string,
  attrs: Attributes,
  operands: readonly Reading[],
): (out: TypedArray) => void {
  const { algorithm, onHost } = meaning;
  if (onHost !== undefined) {
    // buffers may be longer than their contents
    const size = customSizes(attrs, meaning).outputs[0]?.size ?? 0;
    return (out) => {
      const y = new Float64Array(size);
      onHost(
        operands.map(({ data }) => Float64Array.from(data.subarray(0, size))),
        y,
      );
      out.set(y);
    };
  }
  const run = algorithm === null ? undefined : algorithms[algorithm];
  if (run === undefined)
    throw new DeviceError(`${name}: this custom kernel cannot run on the cpu device`);
  const { sizes } = customSizes(attrs, meaning);
  const numbers = Object.fromEntries(meaning.sizes.map((name, i) => [name, sizes[i] as number]));
  const count = numbers.count as number;
  return (out) => {
    const inputs = operands.map(({ data }) => Float64Array.from(data));
    const y = Float64Array.from(out);
    for (let thread = 0; thread < count; thread++) run(y, inputs, numbers, thread);
    out.set(y);
  };
}
