import { ArgumentError, detail, ShapeError } from "./errors.ts";
import { describe } from "./signature.ts";

/** The sizes of all dimensions. */
export type Shape = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number;
  return size;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * The shape that two operands broadcast to, aligned at the right. Throws a ShapeError that shows
 * both.
 */
export function broadcastShapes(call: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const p = a[a.length - i] ?? 1;
    const q = b[b.length - i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new ShapeError(
        `${call}: sizes ${p} and ${q} do not broadcast at dimension -${i}` +
          `${detail("a", a)}${detail("b", b)}\n  hint: dimensions must be equal, or one of them 1`,
      );
    }
    out[rank - i] = p === 1 ? q : p;
  }
  return out;
}

/**
 * `dim` counted from the front; a negative one counts from the end. A 0-d tensor accepts 0 and -1,
 * as in
 * PyTorch.
 */
export function normalizeDim(call: string, dim: number, rank: number): number {
  const range = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -range || dim >= range) {
    throw new ArgumentError(
      `${call}: dimension ${describe(dim)} is out of range for a tensor of ${rank} dimension${rank === 1 ? "" : "s"}` +
        `\n  hint: ${-range} to ${range - 1}`,
    );
  }
  return dim < 0 ? dim + range : dim;
}

/**
 * Dimensions counted from the front, each at most once. None given means all; `empty` says what an
 * empty
 * list means.
 */
export function normalizeDims(
  call: string,
  dims: number | readonly number[] | null | undefined,
  rank: number,
  empty: "all" | "none" = "all",
): number[] {
  const list = typeof dims === "number" ? [dims] : (dims ?? null);
  if (list === null || (list.length === 0 && empty === "all")) {
    return Array.from({ length: rank }, (_, i) => i);
  }
  if (!Array.isArray(list)) {
    throw new ArgumentError(
      `${call}: dim is ${describe(list)}, not a number or an array of numbers`,
    );
  }
  const out = list.map((dim) => normalizeDim(call, dim, rank));
  if (new Set(out).size !== out.length) {
    throw new ArgumentError(`${call}: a dimension appears twice in [${list.join(", ")}]`);
  }
  return rank === 0 ? [] : out;
}

/** A copy of the sizes, which later changes by the caller do not affect. */
export function checkShape(call: string, shape: Shape): Shape {
  if (typeof shape !== "object" || shape === null || !("length" in shape)) {
    const meant = typeof shape === "number" ? `[${shape}]` : "an array, [2, 3]";
    throw new ShapeError(`${call}: the shape is ${describe(shape)}\n  hint: ${meant}`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new ShapeError(
        `${call}: a size must be a whole number, 0 or more, got [${shape.join(", ")}]`,
      );
    }
  }
  return [...shape];
}
