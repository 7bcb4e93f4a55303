import { contiguousStrides, type Shape, sizeOf } from "../shape.ts";
import { type Attributes, isOnto, partStrides } from "./attributes.ts";
import type { Op } from "./op.ts";
import type { View } from "./view.ts";

/** One dimension of an assembled tensor, and how much of it a part covers. */
export interface BoxAxis {
  /** The dimension's size and stride. */
  readonly size: number;
  readonly stride: number;
  /** The elements of it that the part covers, and the part's dimension; -1 if it covers one. */
  readonly count: number;
  readonly dim: number;
}

/** The box that a part with these strides covers in a contiguous tensor; null if it is no box. */
export function boxOf(shape: Shape, part: Shape, strides: readonly number[]): BoxAxis[] | null {
  const whole = contiguousStrides(shape);
  const dims = shape.map(() => -1);
  for (let p = 0; p < part.length; p++) {
    const n = part[p] as number;
    if (n === 1) continue;
    const d = whole.findIndex(
      (stride, k) =>
        stride === strides[p] &&
        (shape[k] as number) >= n &&
        dims[k] === -1 &&
        (shape[k] as number) > 1,
    );
    if (d < 0) return null;
    dims[d] = p;
  }
  return shape.map((size, d) => {
    const dim = dims[d] as number;
    return { size, stride: whole[d] as number, count: dim < 0 ? 1 : (part[dim] as number), dim };
  });
}

/** Whether an assemble over zeros has so few boxes that readers can evaluate its elements. */
export function isReadByPlace(shape: Shape, attrs: Attributes, parts: readonly Shape[]): boolean {
  if (isOnto(attrs) || parts.length > 4) return false;
  const strides = partStrides(attrs, parts);
  const covered = parts.reduce((sum, part) => sum + sizeOf(part), 0);
  if (4 * covered < sizeOf(shape)) return false; // mostly zeros: cheaper to store
  return parts.every(
    (part, i) => sizeOf(part) > 0 && boxOf(shape, part, strides[i] as number[]) !== null,
  );
}

/**
 * How far each dimension of a view moves along each axis of the value that it reads; null if a
 * dimension does not follow one axis, as after a reshape.
 */
export function alongAxes(
  { shape, strides, offset }: View,
  value: Shape,
): readonly (readonly number[])[] | null {
  const whole = contiguousStrides(value);
  const moves = value.map(() => shape.map(() => 0));
  const least = value.map((size, a) => Math.floor(offset / (whole[a] as number)) % size);
  const most = [...least];
  for (const [d, n] of shape.entries()) {
    const stride = strides[d] as number;
    if (n === 1 || stride === 0) continue;
    const axis = value.findIndex((size, a) => {
      const by = stride / (whole[a] as number);
      return size > 1 && Number.isInteger(by) && Math.abs(by) * (n - 1) < size;
    });
    if (axis < 0) return null;
    const by = stride / (whole[axis] as number);
    (moves[axis] as number[])[d] = by;
    const end = by < 0 ? least : most;
    end[axis] = (end[axis] as number) + by * (n - 1);
  }
  const within = value.every((size, a) => (least[a] as number) >= 0 && (most[a] as number) < size);
  return within ? moves : null;
}

/** How a view that covers whole axes of a contiguous value moves along them. */
export interface Moves {
  /** Dimensions of the view. */
  readonly rank: number;
  /** How far each dimension of the view moves along each axis of the value. */
  readonly along: readonly (readonly number[])[];
  /** Its first coordinate on each axis. */
  readonly start: readonly number[];
}

/**
 * The moves of a view whose dimensions follow the value's axes and cover them whole, such as a
 * permutation; null for other views. The offset follows from the strides.
 */
export function movesOf(view: View, value: Shape): Moves | null {
  const along = alongAxes(view, value);
  if (along === null) return null;
  const start: number[] = [];
  for (const [a, size] of value.entries()) {
    let [least, most] = [0, 0];
    for (const [d, by] of (along[a] as readonly number[]).entries()) {
      const end = by * ((view.shape[d] as number) - 1);
      if (end < 0) least += end;
      else most += end;
    }
    if (most - least !== size - 1) return null;
    start.push(-least);
  }
  return { rank: view.shape.length, along, start };
}

/** Whether a value is padding: one box in zeros. The gradient of a slice is padding, too. */
export const isPadding = (op: Op, attrs: Attributes, operands: number): boolean =>
  op.meaning.kind === "assemble" && !isOnto(attrs) && operands === 1;

/** Whether an index of this shape covers every line of a value along a dimension. */
export const coversLines = (value: Shape, index: Shape, dim: number): boolean =>
  value.every((size, d) => d === dim || index[d] === size);
