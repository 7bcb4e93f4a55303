import { ArgumentError, detail, ShapeError } from "../errors.ts";
import { Handle } from "../graph/handle.ts";
import { dropDim, insertDim, sliceView, type View } from "../graph/view.ts";
import { type Shape, sameShape } from "../shape.ts";
import { recordView } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { checkTensor } from "./apply.ts";
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

/**
 * One place of an index: a number drops its dimension, a slice shortens it, null makes a new one of size 1. A tensor of integers chooses
 * anew, one of truth values (a mask) stands for as many dimensions as it has.
 */
export type Index = number | null | Slice | typeof ellipsis | Tensor;

/** A tensor in an index, and the dimension of the view (for a mask the first) that it chooses from. */
export interface Chooser {
  readonly tensor: Tensor;
  readonly dim: number;
}

/** The view at an index in which tensors stand for whole dimensions; and these tensors. */
export function viewAt(
  call: string,
  x: Tensor,
  items: readonly Index[],
): { readonly view: Tensor; readonly choosers: readonly Chooser[] } {
  checkTensor(call, x);
  const { moves, choosers } = movesOf(call, items, x.shape);
  if (moves.length === 0) return { view: x, choosers };
  const apply = (view: View): View => moves.reduce((seen, move) => move(seen), view);
  return { view: recordView(x, placedStep("at", apply)), choosers };
}

type Move = (view: View) => View;

/** How many dimensions an item stands for. */
function span(item: Index): number {
  if (item === null || item === ellipsis) return 0;
  return item instanceof Handle && item.dtype === "bool" ? item.shape.length : 1;
}

/** What an index does to a view, one move after the other. */
function movesOf(
  call: string,
  items: readonly Index[],
  shape: Shape,
): { readonly moves: readonly Move[]; readonly choosers: readonly Chooser[] } {
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
  for (const item of items) {
    const place = to;
    if (item === ellipsis) {
      from += shape.length - consumed;
      to += shape.length - consumed;
    } else if (item === null) {
      moves.push((view) => insertDim(view, place));
      to++;
    } else if (typeof item === "number") {
      const first = checkIndex(call, item, shape, from++);
      moves.push((view) => dropDim(sliceView(view, place, first, 1, 1), place));
    } else if (item instanceof Slice) {
      const { start, count } = bounds(item, shape[from++] as number);
      moves.push((view) => sliceView(view, place, start, count, item.step));
      to++;
    } else if (item instanceof Handle) {
      choosers.push({ tensor: item, dim: to });
      checkMaskFits(call, item, shape, from);
      from += span(item);
      to += span(item);
    } else throw notAnIndex(call, item);
  }
  return { moves, choosers };
}

/** Python's bounds: ends past the dimension are cut off, negative ones counted from its end. */
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
  if (mask.shape.length > 0 && sameShape(mask.shape, covered)) return;
  throw new ShapeError(
    `${call}: the mask does not have the sizes of the dimensions it stands for` +
      `${detail("mask", mask.shape)}${detail("dimensions", covered)}`,
  );
}

function notAnIndex(call: string, item: unknown): ArgumentError {
  return new ArgumentError(
    `${call}: not an index: ${typeof item === "string" ? JSON.stringify(item) : String(item)}` +
      "\n  hint: integers, slice(start, stop, step), null, ellipsis and tensors of integers or truth values",
  );
}
