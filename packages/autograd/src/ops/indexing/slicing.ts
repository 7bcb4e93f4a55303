import { isFloating } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { dropDim, insertDim, sliceView, type View } from "../../graph/view.ts";
import { valuesNow } from "../../runtime/read.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast } from "../core/constant.ts";
import { hostTensor } from "../core/creation.ts";
import { alias, reshape } from "../core/layout.ts";
import { placedStep } from "../core/strided.ts";
import { checkIndex } from "../shape/movement.ts";

/** A slice of one dimension, as Python's start:stop:step. Null is the end of the dimension. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;

  constructor(start: number | null, stop: number | null, step: number | null) {
    this.start = start;
    this.stop = stop;
    this.step = step ?? 1;
    if (!(Number.isInteger(this.step) && this.step > 0)) {
      throw new ArgumentError(
        `slice: the step must be 1 or more, got ${this.step}\n  hint: use flip to reverse`,
      );
    }
  }
}

/**
 * Python's slice: slice(stop), slice(start, stop) or slice(start, stop, step). Negative indices
 * count
 * from the end; null (or nothing) is the start or the end. x.at(slice(1, null)) drops the first
 * row,
 * x.at(slice(null, null, 2)) takes every other.
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice {
  if (arguments.length > 0)
    checkCall("slice(start?: int | null, stop?: int | null, step?: int | null)", arguments);
  return stop === undefined
    ? new Slice(null, start ?? null, null)
    : new Slice(start ?? null, stop, step ?? null);
}

/** Python's `...` in an index: as many whole dimensions as are missing. */
export const ellipsis: unique symbol = Symbol("ellipsis");

/** Indices or booleans as JavaScript arrays: the rows [0, 2], nested for more dimensions. */
export type IndexList = readonly (number | IndexList)[] | readonly (boolean | IndexList)[];

/**
 * One item of an index. A number drops its dimension, a slice shortens it, null adds one of size 1.
 * A
 * tensor or list of integers picks elements. A mask (bool or u8) covers as many dimensions as it
 * has; true
 * and false cover none, as a mask of a new dimension.
 */
export type Index = number | null | Slice | typeof ellipsis | boolean | Tensor | IndexList;

/**
 * A tensor that picks elements, and the dimension of the view (the first one, for a mask) that it
 * indexes.
 */
export interface Chooser {
  readonly tensor: Tensor;
  readonly dim: number;
}

/**
 * The view at an index in which tensors and lists are whole dimensions, and the choosers that index
 * these.
 */
export function viewAt(
  call: string,
  x: Tensor,
  given: readonly Index[],
): { readonly view: Tensor; readonly choosers: readonly Chooser[] } {
  checkTensor(call, x);
  const items = given.map((item) => itemOf(call, item, x));
  const { moves, choosers } = movesOf(call, items, x);
  if (moves.length === 0) return { view: alias(x), choosers };
  const apply = (view: View): View => moves.reduce((seen, move) => move(seen), view);
  return { view: recordView(x, placedStep("at", apply)), choosers };
}

/** An item of an index whose lists are converted to tensors. */
type Item = Exclude<Index, IndexList>;

/** Converts lists to tensors, and u8 to a mask as in PyTorch. */
function itemOf(call: string, item: Index, x: Tensor): Item {
  if (Array.isArray(item)) return listed(call, item, x);
  return item instanceof Handle && item.dtype === "u8" ? cast(item, "bool") : (item as Item);
}

type Move = (view: View) => View;

/** Converts a list to a tensor of indices or a mask. */
function listed(call: string, list: IndexList, { node }: Tensor): Tensor {
  const shape: number[] = [];
  let level: unknown = list;
  for (; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values = (list as readonly unknown[]).flat(Number.POSITIVE_INFINITY);
  const isMask = values.length > 0 && values.every((value) => typeof value === "boolean");
  if (!isMask && !values.every(Number.isInteger)) throw notAnIndex(call, list);
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${call}: the lists in an index have unequal lengths: ${JSON.stringify(list)}`,
    );
  }
  return isMask
    ? hostTensor(Uint8Array.from(values, Number), shape, "bool", node.stream)
    : hostTensor(Int32Array.from(values as number[]), shape, "i32", node.stream);
}

/** The number of dimensions that an item covers. */
function span(item: Item): number {
  if (item === null || item === ellipsis || typeof item === "boolean") return 0;
  return item instanceof Handle && item.dtype === "bool" ? item.shape.length : 1;
}

/** What an index does to a view, one step after the other. */
function movesOf(
  call: string,
  items: readonly Item[],
  x: Tensor,
): { readonly moves: readonly Move[]; readonly choosers: readonly Chooser[] } {
  const { shape } = x;
  const consumed = items.reduce<number>((sum, item) => sum + span(item), 0);
  if (consumed > shape.length) {
    throw new ArgumentError(
      `${call}: ${consumed} indices for a tensor of ${shape.length} dimension${shape.length === 1 ? "" : "s"}${detail("x", shape)}`,
    );
  }
  if (items.filter((item) => item === ellipsis).length > 1) {
    throw new ArgumentError(`${call}: an index has at most one ellipsis`);
  }
  const moves: Move[] = [];
  const choosers: Chooser[] = [];
  let from = 0;
  let to = 0;
  const insert = (): void => {
    const place = to++;
    moves.push((view) => insertDim(view, place));
  };
  for (const item of items) {
    const place = to;
    if (item === ellipsis) {
      from += shape.length - consumed;
      to += shape.length - consumed;
    } else if (item === null) insert();
    else if (typeof item === "number") {
      const first = checkIndex(call, item, shape, from++);
      moves.push((view) => dropDim(sliceView(view, place, first, 1, 1), place));
    } else if (item instanceof Slice) {
      const { start, count } = bounds(item, shape[from++] as number);
      moves.push((view) => sliceView(view, place, start, count, item.step));
      to++;
    } else if (typeof item === "boolean") {
      choosers.push({ tensor: listed(call, item ? [0] : [], x), dim: to });
      insert();
    } else if (item instanceof Handle && item.dtype === "bool" && item.shape.length === 0) {
      choosers.push({ tensor: reshape(item, [1]), dim: to });
      insert();
    } else if (item instanceof Handle) {
      choosers.push({ tensor: item, dim: to });
      checkMaskFits(call, item, shape, from);
      checkKnown(call, item, shape, from);
      from += span(item);
      to += span(item);
    } else throw notAnIndex(call, item);
  }
  return { moves, choosers };
}

/** Indices on the host are checked at once. */
function checkKnown(call: string, index: Tensor, shape: Shape, dim: number): void {
  if (index.dtype === "bool" || isFloating(index.dtype)) return;
  for (const value of valuesNow(index) ?? []) checkIndex(call, value, shape, dim);
}

/** Python's bounds: they are clamped to the dimension, and negative ones count from its end. */
function bounds({ start, stop, step }: Slice, n: number): { start: number; count: number } {
  const place = (end: number | null, otherwise: number): number =>
    end === null ? otherwise : Math.min(n, Math.max(0, end < 0 ? end + n : end));
  const first = place(start, 0);
  const count = Math.max(0, Math.ceil((place(stop, n) - first) / step));
  return { start: first, count };
}

function checkMaskFits(call: string, mask: Tensor, shape: Shape, from: number): void {
  if (mask.dtype !== "bool") return;
  const covered = shape.slice(from, from + mask.shape.length);
  if (sameShape(mask.shape, covered)) return;
  throw new ShapeError(
    `${call}: the mask does not have the sizes of the dimensions that it covers` +
      `${detail("mask", mask.shape)}${detail("dimensions", covered)}`,
  );
}

function notAnIndex(call: string, item: unknown): ArgumentError {
  return new ArgumentError(
    `${call}: not an index: ${typeof item === "string" || Array.isArray(item) ? JSON.stringify(item) : String(item)}` +
      "\n  hint: use integers, slice(start, stop, step), null, ellipsis, and tensors or lists of integers or booleans",
  );
}
