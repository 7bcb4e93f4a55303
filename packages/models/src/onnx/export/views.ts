import { OnnxError } from "../error.ts";
import {
  constant,
  type Dims,
  fixed,
  isFixed,
  type Pair,
  pairs,
  product,
  sameDims,
} from "./dims.ts";
import type { Writer } from "./writer.ts";

/** A view in one recording. */
interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A value of the file: all elements of a node in order, in some shape. */
export interface Written {
  readonly name: string;
  readonly dims: Dims;
}

/** A view in both recordings; null is the whole node. */
export type ViewPair = readonly [StridedView, StridedView] | null;

/** Writes a reshape. */
export function reshaped(writer: Writer, x: Written, dims: Dims): Written {
  if (sameDims(x.dims, dims)) return x;
  return { name: writer.add("Reshape", [x.name, writer.shape(dims, true)]), dims };
}

/** Writes a value as a view reads it. With `broadcasts`, repeated dimensions have size 1. */
export function writeView(
  writer: Writer,
  x: Written,
  views: ViewPair,
  broadcasts: boolean,
): Written {
  if (views === null) return x;
  const [a, b] = views;
  const whole = product(x.dims);
  const dims = pairs(a.shape, b.shape);
  const parts = asSlicedView(a, whole[0]);
  const others = asSlicedView(b, whole[1]);
  const isAlike = parts !== null && others !== null && String(parts.order) === String(others.order);
  const read = isAlike ? sliced(writer, x, parts, others) : gatherView(writer, x, views);
  const repeats = (i: number): boolean => a.strides[i] === 0 && a.shape[i] !== 1;
  const narrow = isAlike ? dims.map((dim, i): Pair => (repeats(i) ? [1, 1] : dim)) : dims;
  const plain = reshaped(writer, read, narrow);
  if (broadcasts || sameDims(narrow, dims)) return plain;
  return { name: writer.add("Expand", [plain.name, writer.shape(dims, false)]), dims };
}

/** A view as a reshape to `blocks`, a slice of `counts` from `starts`, and a permutation. */
interface SlicedView {
  readonly blocks: readonly number[];
  readonly starts: readonly number[];
  readonly counts: readonly number[];
  /**
   * Dimensions of the view that are larger than 1 and not repeated, in descending order of stride.
   */
  readonly order: readonly number[];
}

/** Null if strides do not divide one another, as with overlapping windows. */
function asSlicedView({ shape, strides, offset }: StridedView, size: number): SlicedView | null {
  const order = shape
    .map((_, i) => i)
    .filter((i) => shape[i] !== 1 && strides[i] !== 0)
    .sort((i, j) => (strides[j] as number) - (strides[i] as number));
  const blocks: number[] = [];
  const starts: number[] = [];
  let outer = size;
  let rest = offset;
  for (const i of order) {
    const stride = strides[i] as number;
    const block = outer / stride;
    if (stride <= 0 || !Number.isInteger(block)) return null;
    const start = Math.floor(rest / stride);
    if (start + (shape[i] as number) > block) return null;
    blocks.push(block);
    starts.push(start);
    rest -= start * stride;
    outer = stride;
  }
  const counts = order.map((i) => shape[i] as number);
  return { blocks: [...blocks, outer], starts: [...starts, rest], counts: [...counts, 1], order };
}

function sliced(writer: Writer, x: Written, a: SlicedView, b: SlicedView): Written {
  let y = reshaped(writer, x, pairs(a.blocks, b.blocks));
  const counts = pairs(a.counts, b.counts);
  const starts = pairs(a.starts, b.starts);
  for (const [axis, [block, other]] of y.dims.entries()) {
    const count = counts[axis] as Pair;
    if (count[0] !== block || count[1] !== other)
      y = writeSlice(writer, y, axis, starts[axis] as Pair, count);
  }
  const kept = reshaped(writer, y, counts.slice(0, -1));
  // the dimensions of the view in their original order
  const perm = a.order.map((_, i) =>
    a.order.indexOf([...a.order].sort((p, q) => p - q)[i] as number),
  );
  if (perm.every((from, i) => from === i)) return kept;
  const dims = perm.map((from) => kept.dims[from] as Pair);
  return { name: writer.add("Transpose", [kept.name], { perm }), dims };
}

/**
 * A slice of `count` from `start` along an axis. If both depend on the batch, the axis is a
 * multiple of the slice.
 */
function writeSlice(writer: Writer, x: Written, axis: number, start: Pair, count: Pair): Written {
  const block = x.dims[axis] as Pair;
  const dims = x.dims.map((dim, i) => (i === axis ? count : dim));
  const slice = (y: Written, at: number, from: number, length: number): string =>
    writer.add("Slice", [
      y.name,
      ...[[from], [from + length], [at]].map((list) => writer.ints(list)),
    ]);
  const [times, at] = [quotient(block, count), quotient(start, count)];
  if (isFixed(start) && isFixed(count)) return { name: slice(x, axis, start[0], count[0]), dims };
  if (times === null || at === null) {
    constant(start, "the start of a slice");
    constant(count, "the length of a slice");
  }
  const split = [...x.dims.slice(0, axis), fixedPair(times as number), ...dims.slice(axis)];
  const parts = reshaped(writer, x, split);
  const one = {
    name: slice(parts, axis, at as number, 1),
    dims: split.map((dim, i) => (i === axis ? fixedPair(1) : dim)),
  };
  return reshaped(writer, one, dims);
}

const fixedPair = (x: number): Pair => [x, x];

/** The quotient of two numbers; null if it is not an integer or depends on the batch. */
function quotient([a, b]: Pair, [c, d]: Pair): number | null {
  const times = a / c;
  return Number.isInteger(times) && times === b / d ? times : null;
}

/** Largest number of indices that are written to the file. */
const MANY = 1 << 20;

/** Writes a view by the indices of its elements; its size must not depend on the batch. */
function gatherView(writer: Writer, x: Written, [a, b]: NonNullable<ViewPair>): Written {
  const dims = pairs(a.shape, b.shape);
  const whole = product(x.dims);
  const count = constant(product(dims), "a view that is read element by element");
  constant(whole, "a view that is read element by element");
  if (count > MANY) throw new OnnxError(`exportOnnx: a view of ${count} elements is not supported`);
  const places = new Array<number>(count);
  const index = a.shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    places[i] = a.strides.reduce((sum, stride, d) => sum + stride * (index[d] as number), a.offset);
    for (let d = index.length - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      if ((index[d] as number) < (a.shape[d] as number)) break;
      index[d] = 0;
    }
  }
  const flat = reshaped(writer, x, fixed([whole[0]]));
  const taken = writer.add("Gather", [flat.name, writer.ints(places)], { axis: 0 });
  return reshaped(writer, { name: taken, dims: fixed([count]) }, dims);
}
