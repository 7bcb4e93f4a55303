import type { Tensor } from "@wgrad/autograd";
import type { Recorded, RecordedNode } from "@wgrad/autograd/plugin";
import { type ElementType, INT64, typeOf } from "../types.ts";
import { type Pair, pairs } from "./dims.ts";
import type { ViewPair, Written } from "./views.ts";
import type { Writer } from "./writer.ts";

/** A node in both recordings. */
export type NodePair = readonly [RecordedNode, RecordedNode];

/** The element type in the file: integers have 64 bits, as in PyTorch. */
export const writtenType = (dtype: Tensor["dtype"]): ElementType =>
  dtype === "i32" ? INT64 : typeOf(dtype);

/** The sizes of a node. */
export const dimsOf = ([a, b]: NodePair): Pair[] => pairs(a.shape, b.shape);

type View = Recorded["view"];

/** The views of both recordings; null if both read the whole node. */
export function viewsOf(a: View, b: View, [first, second]: NodePair): ViewPair {
  if (a === null && b === null) return null;
  return [a ?? whole(first), b ?? whole(second)];
}

/** The view of a whole node. */
export function whole({ shape }: RecordedNode): NonNullable<View> {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((x, y) => x * y, 1));
  return { shape, strides, offset: 0 };
}

/** The memory that a view reads: its dimensions in the order of their strides. */
export function inMemory(writer: Writer, x: Written, views: ViewPair): Written {
  if (views === null) return x;
  const { strides, shape } = views[0];
  const large = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const ordered = large.toSorted((i, j) => (strides[j] as number) - (strides[i] as number));
  if (String(ordered) === String(large)) return x;
  const rest = [...ordered];
  const perm = shape.map((size, i) => (size === 1 ? i : (rest.shift() as number)));
  const dims = perm.map((from) => x.dims[from] as Pair);
  return { name: writer.add("Transpose", [x.name], { perm }), dims };
}

/** Whether a view reads only the `size` elements from `start` on. */
export function isWithin(
  { shape, strides, offset }: NonNullable<View>,
  start: number,
  size: number,
): boolean {
  const reach = (sign: 1 | -1): number =>
    strides.reduce((sum, stride, i) => {
      const far = stride * ((shape[i] as number) - 1);
      return Math.sign(far) === sign ? sum + far : sum;
    }, offset);
  return reach(-1) >= start && reach(1) < start + size;
}
