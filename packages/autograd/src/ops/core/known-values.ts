import { arrayType, type TypedArray } from "../../dtype.ts";
import { everything, hasLanes } from "../../graph/lanes.ts";
import type { Node } from "../../graph/node.ts";
import type { View } from "../../graph/view.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { isCast } from "./constant.ts";

/**
 * The values of x in row-major order if the host knows them: they were given as numbers or read
 * before,
 * and not written since. Looks through views and casts. Else null. For checks of arguments.
 */
export const knownValues = (x: Tensor): TypedArray | null =>
  hasLanes(x) ? null : known(x.node, x.window);

/** The same for all elements of the batch that `vmap` hides. */
export const knownEverywhere = (x: Tensor): TypedArray | null => known(x.node, everything(x));

function known(node: Node, view: View | null): TypedArray | null {
  const host = node.storage?.host ?? ofCast(node);
  return host === null || view === null ? host : seenThrough(view, host);
}

/** The values of a cast, if the new dtype represents them exactly. */
function ofCast({ op, dtype, inputs, views }: Node): TypedArray | null {
  const [from] = inputs;
  const values = from !== undefined && isCast(op) ? known(from, views[0] ?? null) : null;
  if (values === null) return null;
  const out = new (arrayType(dtype))(values.length);
  out.set(values);
  return out.every((value, i) => value === values[i]) ? out : null;
}

function seenThrough({ shape, strides, offset }: View, host: TypedArray): TypedArray {
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
