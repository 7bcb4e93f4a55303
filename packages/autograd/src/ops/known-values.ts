import type { TypedArray } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The values of x in row-major order where the host knows them: they were given as numbers, or read before, and nothing has been
 * written since; also through views. null where they would have to be read. For checks of arguments.
 */
export function knownValues({ node, window }: Tensor): TypedArray | null {
  const host = node.storage?.host ?? null;
  if (host === null || window === null) return host;
  const { shape, strides, offset } = window;
  const values = new (host.constructor as new (length: number) => TypedArray)(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    let place = offset;
    let rest = i;
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d] as number;
      place += (rest % size) * (strides[d] as number);
      rest = Math.floor(rest / size);
    }
    values[i] = host[place] as number;
  }
  return values;
}
