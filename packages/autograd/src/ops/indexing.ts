import { ArgumentError, detail } from "../errors.ts";
import { Handle } from "../graph/handle.ts";
import { dropDim, insertDim, sliceView, type View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";
import { recordView } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { copy_ } from "./inplace.ts";
import { checkIndex } from "./movement.ts";
import { placedStep } from "./strided.ts";

/** A stretch of one dimension, as Python's start:stop:step; null is the end of the dimension. */
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
        `slice: the step must be 1 or more, got ${this.step}\n  hint: flip walks backwards`,
      );
    }
  }
}

/**
 * Python's slice: slice(stop), slice(start, stop) or slice(start, stop, step). Negative places count from the end, null (or nothing)
 * is as far as it goes: x.at(slice(1, null)) drops the first, x.at(slice(null, null, 2)) takes every other.
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice {
  return stop === undefined
    ? new Slice(null, start ?? null, null)
    : new Slice(start ?? null, stop, step ?? null);
}

/** Python's `...` in an index: as many whole dimensions as are missing. */
export const ellipsis: unique symbol = Symbol("ellipsis");

/** One place of an index: a number drops its dimension, a slice shortens it, null makes a new one of size 1. */
export type Index = number | null | Slice | typeof ellipsis;

/**
 * The part of x at an index: x.at(0), x.at(slice(1, 5, 2), null, ellipsis). Missing places are whole dimensions. A view: writing to it
 * writes x. Its gradient is dy among zeros.
 */
export function at(x: Tensor, ...index: readonly Index[] | readonly [readonly Index[]]): Tensor {
  checkTensor("at", x);
  const items = (
    index.length === 1 && Array.isArray(index[0]) ? index[0] : index
  ) as readonly Index[];
  const moves = movesOf(items, x.shape);
  if (moves.length === 0) return x;
  const apply = (view: View): View => moves.reduce((seen, move) => move(seen), view);
  return recordView(x, placedStep("at", apply));
}

type Move = (view: View) => View;

/** What an index does to a view, one move after the other. */
function movesOf(items: readonly Index[], shape: Shape): Move[] {
  const consumed = items.filter((item) => item !== null && item !== ellipsis).length;
  if (consumed > shape.length) {
    throw new ArgumentError(
      `at: ${consumed} indices for a tensor of ${shape.length} dimension${shape.length === 1 ? "" : "s"}${detail("x", shape)}`,
    );
  }
  if (items.filter((item) => item === ellipsis).length > 1) {
    throw new ArgumentError("at: an index has at most one ellipsis");
  }
  const moves: Move[] = [];
  let from = 0;
  let to = 0;
  for (const item of items) {
    const place = to;
    if (item === ellipsis) {
      from += shape.length - consumed;
      to += shape.length - consumed;
    } else if (item === null) {
      moves.push((view) => insertDim(view, place));
      to++;
    } else if (typeof item === "number") {
      const first = checkIndex("at", item, shape, from++);
      moves.push((view) => dropDim(sliceView(view, place, first, 1, 1), place));
    } else if (item instanceof Slice) {
      const { start, count } = bounds(item, shape[from++] as number);
      moves.push((view) => sliceView(view, place, start, count, item.step));
      to++;
    } else throw notAnIndex(item);
  }
  return moves;
}

/** Python's bounds: ends past the dimension are cut off, negative ones counted from its end. */
function bounds({ start, stop, step }: Slice, n: number): { start: number; count: number } {
  const place = (end: number | null, otherwise: number): number =>
    end === null ? otherwise : Math.min(n, Math.max(0, end < 0 ? end + n : end));
  const first = place(start, 0);
  const count = Math.max(0, Math.ceil((place(stop, n) - first) / step));
  return { start: first, count };
}

function notAnIndex(item: unknown): ArgumentError {
  if (item instanceof Handle) {
    return new ArgumentError(
      "at: indexing by a tensor is not built yet\n  hint: integers, slices, null and ellipsis are",
    );
  }
  return new ArgumentError(
    `at: not an index: ${typeof item === "string" ? JSON.stringify(item) : String(item)}\n  hint: integers, slice(start, stop, step), null and ellipsis`,
  );
}

/** Writes a number or tensor (broadcast) to the part of x at an index: x.put_([slice(1, 3), 0], value). Returns x. */
export function put_(x: Tensor, index: Index | readonly Index[], value: Operand): Tensor {
  checkTensor("put_", x);
  copy_(at(x, ...(Array.isArray(index) ? (index as readonly Index[]) : [index as Index])), value);
  return x;
}
