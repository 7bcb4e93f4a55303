import { ArgumentError, detail, IndexError, ShapeError } from "../../errors.ts";
import type { Origin } from "../../graph/handle.ts";
import { dropDim, sliceView } from "../../graph/view.ts";
import { normalizeDim, normalizeDims, type Shape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { cat } from "../core/assembly.ts";
import { copy } from "../core/constant.ts";
import { flatten, reshape, transpose, unsqueeze } from "../core/layout.ts";
import { placedStep } from "../core/strided.ts";
import { expand } from "./broadcast.ts";

/**
 * A view of `count` elements of a dimension from `start`, every `step`-th. The step may be
 * negative.
 */
export function sliceOf(
  x: Tensor,
  dim: number,
  start: number,
  count: number,
  step: number,
  origin?: Origin,
): Tensor {
  return recordView(
    x,
    placedStep("slice", (view) => sliceView(view, dim, start, count, step)),
    origin,
  );
}

/** `length` elements of dimension `dim` from `start` on (negative counts from the end). A view. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  if (arguments.length > 4) checkCall("narrow(x, dim: number, start: int, length: int)", arguments);
  checkTensor("narrow", x);
  const at = normalizeDim("narrow", dim, x.shape.length);
  const n = x.shape[at] ?? 1;
  const first = start < 0 ? start + n : start;
  const whole = Number.isInteger(start) && Number.isInteger(length);
  if (!(whole && first >= 0 && length >= 0 && first + length <= n)) {
    checkCall("narrow(x, dim: number, start: int, length: int)", arguments);
    throw new ArgumentError(
      `narrow: ${length} elements from ${start} exceed a dimension of size ${n}${detail("x", x.shape)}`,
    );
  }
  return sliceOf(x, at, first, length, 1);
}

/** The slice at `index` of dimension `dim`, without that dimension. A view. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  if (arguments.length > 3) checkCall("select(x, dim: number, index: number)", arguments);
  checkTensor("select", x);
  if (x.shape.length === 0)
    throw new ArgumentError("select: expected at least 1 dimension, got a 0-d tensor");
  const at = normalizeDim("select", dim, x.shape.length);
  return selected(x, at, checkIndex("select", index, x.shape, at));
}

function selected(x: Tensor, dim: number, index: number, origin?: Origin): Tensor {
  return recordView(
    x,
    placedStep("select", (view) => dropDim(sliceView(view, dim, index, 1, 1), dim)),
    origin,
  );
}

/** The index counted from the front. */
export function checkIndex(call: string, index: number, shape: Shape, dim: number): number {
  const n = shape[dim] as number;
  if (Number.isInteger(index) && index >= -n && index < n) return index < 0 ? index + n : index;
  throw noIndex(call, index, shape, dim);
}

/** The error for an index that is out of range. */
export const noIndex = (call: string, index: number, shape: Shape, dim: number): IndexError =>
  new IndexError(
    `${call}: index ${index} is out of range for dimension ${dim} of size ${shape[dim]}${detail("x", shape)}`,
  );

/** Reverses these dimensions. A copy, as in PyTorch. */
export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  checkCall("flip(x, dims: number | number[])", arguments);
  return copy(flipped(x, normalizeDims("flip", dims, x.shape.length, "none")));
}

/** Reverses dimensions, counted from the front. A view. */
export function flipped(x: Tensor, dims: readonly number[]): Tensor {
  return recordView(x, {
    name: "flip",
    apply: (view) =>
      dims.reduce((seen, d) => {
        const n = seen.shape[d] as number;
        return sliceView(seen, d, n - 1, n, -1);
      }, view),
    gradient: (dy) => flipped(dy, dims),
  });
}

/**
 * Splits along `dim` into pieces of size `splitSize` (the last may be smaller), or of the given
 * sizes.
 * Views.
 */
export function split(
  x: Tensor,
  size: number | readonly number[],
  dim: number | DimOption = 0,
): Tensor[] {
  checkCall("split(x, splitSize: number | list, dim?: number, { dim })", arguments);
  const at = normalizeDim(
    "split",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    x.shape.length,
  );
  const n = x.shape[at] ?? 1;
  const sizes = typeof size === "number" ? evenSizes(n, size) : size;
  if (sizes.reduce((sum, piece) => sum + piece, 0) !== n) {
    throw new ShapeError(
      `split: sizes [${sizes.join(", ")}] do not sum to ${n}, the size of dimension ${at}${detail("x", x.shape)}`,
    );
  }
  let start = 0;
  return sizes.map((length) => {
    const piece = sliceOf(x, at, start, length, 1, "several");
    start += length;
    return piece;
  });
}

function evenSizes(n: number, size: number): number[] {
  if (!(Number.isInteger(size) && size > 0))
    throw new ArgumentError(`split: a size must be 1 or more, got ${size}`);
  return Array.from({ length: Math.max(1, Math.ceil(n / size)) }, (_, i) =>
    Math.min(size, n - i * size),
  );
}

/**
 * Splits along `dim` into at most `chunks` pieces of equal size (the last may be smaller). Views.
 */
export function chunk(x: Tensor, chunks: number, dim: number | DimOption = 0): Tensor[] {
  if (arguments.length > 2) checkCall("chunk(x, chunks: number, dim?: number, { dim })", arguments);
  checkTensor("chunk", x);
  if (!(Number.isInteger(chunks) && chunks > 0))
    throw new ArgumentError(`chunk: the number of chunks must be 1 or more, got ${chunks}`);
  const at = normalizeDim(
    "chunk",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    x.shape.length,
  );
  // An empty dimension gives as many empty pieces as were asked for.
  if (x.shape[at] === 0) return split(x, new Array<number>(chunks).fill(0), at);
  return split(x, Math.ceil((x.shape[at] ?? 1) / chunks), at);
}

/**
 * Splits along `dim` into `pieces` nearly equal parts, larger ones first, or at the indices of a
 * list.
 * Views.
 */
export function tensorSplit(
  x: Tensor,
  pieces: number | readonly number[],
  dim: number | DimOption = 0,
): Tensor[] {
  checkCall("tensorSplit(x, pieces: int | int[], dim?: number, { dim })", arguments);
  const at = normalizeDim(
    "tensorSplit",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    x.shape.length,
  );
  const n = x.shape[at];
  if (n === undefined)
    throw new ArgumentError("tensorSplit: expected at least 1 dimension, got a 0-d tensor");
  const places = typeof pieces === "number" ? evenPlaces(n, pieces) : [...pieces];
  const place = (end: number): number => Math.min(n, Math.max(0, end < 0 ? end + n : end));
  return [...places, n].map((end, i) => {
    const from = i === 0 ? 0 : place(places[i - 1] as number);
    return sliceOf(x, at, from, Math.max(0, place(end) - from), 1);
  });
}

/** The ends of `count` nearly equal parts of n elements, without the last. */
function evenPlaces(n: number, count: number): number[] {
  if (!(Number.isInteger(count) && count > 0))
    throw new ArgumentError(`tensorSplit: the number of parts must be 1 or more, got ${count}`);
  const larger = n % count;
  return Array.from(
    { length: count - 1 },
    (_, i) => Math.floor(n / count) * (i + 1) + Math.min(i + 1, larger),
  );
}

/** One slice of `unbind` along the first dimension. */
export const part = (x: Tensor, i: number): Tensor => selected(x, 0, i, "several");

/** The slices along `dim`, without that dimension. Views. */
export function unbind(x: Tensor, dim: number | DimOption = 0): Tensor[] {
  if (arguments.length > 1) checkCall("unbind(x, dim?: number, { dim })", arguments);
  checkTensor("unbind", x);
  const at = normalizeDim(
    "unbind",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    x.shape.length,
  );
  if (x.shape.length === 0)
    throw new ArgumentError("unbind: expected at least 1 dimension, got a 0-d tensor");
  return Array.from({ length: x.shape[at] as number }, (_, i) => selected(x, at, i, "several"));
}

/**
 * Repeats the tensor `repeats[i]` times along dimension i. Extra repeats add leading dimensions.
 */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  if (arguments.length > 2 || !Array.isArray(repeats))
    checkCall("repeat(x, repeats: number[])", arguments);
  checkTensor("repeat", x);
  if (repeats.length < x.shape.length) {
    throw new ArgumentError(
      `repeat: ${repeats.length} counts for a tensor of ${x.shape.length} dimensions${detail("x", x.shape)}` +
        "\n  hint: tile accepts fewer",
    );
  }
  const sizes = [...new Array<number>(repeats.length - x.shape.length).fill(1), ...x.shape];
  return composite(() => {
    const split = reshape(
      x,
      sizes.flatMap((n) => [1, n]),
    );
    const spread = expand(
      split,
      sizes.flatMap((n, d) => [repeats[d] as number, n]),
    );
    return reshape(
      copy(spread),
      sizes.map((n, d) => n * (repeats[d] as number)),
    );
  });
}

/** `repeat` that takes missing leading counts as 1. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  if (arguments.length > 2 || !Array.isArray(repeats))
    checkCall("tile(x, repeats: number[])", arguments);
  checkTensor("tile", x);
  const missing = Math.max(0, x.shape.length - repeats.length);
  return repeat(x, [...new Array<number>(missing).fill(1), ...repeats]);
}

/**
 * Repeats each element (each slice along `dim`) `repeats` times in a row; without `dim` it flattens
 * x. A
 * tensor of repeats has one count per slice. The host must know its values, because they give the
 * shape.
 */
export function repeatInterleave(
  x: Tensor,
  repeats: number | Tensor,
  dim?: number | null | DimOption<number | null>,
): Tensor {
  if (arguments.length > 2)
    checkCall(
      "repeatInterleave(x, repeats: number | tensor, dim?: number | null, { dim })",
      arguments,
    );
  checkTensor("repeatInterleave", x);
  const { dim: along } = withDim<number | null, DimOption<number | null>>(dim, undefined);
  if (typeof along !== "number") return repeatInterleave(flatten(x), repeats, 0);
  const at = normalizeDim("repeatInterleave", along, x.shape.length);
  if (typeof repeats === "object") return repeatEach(x, repeats, at);
  checkRepeats([repeats]);
  const apart = unsqueeze(x, at + 1);
  const spread = expand(apart, apart.shape.with(at + 1, repeats));
  return composite(() =>
    reshape(copy(spread), x.shape.with(at, (x.shape[at] as number) * repeats)),
  );
}

function repeatEach(x: Tensor, repeats: Tensor, dim: number): Tensor {
  const counts = repeats.window === null ? repeats.node.storage?.host : null;
  if (counts == null) {
    throw new ArgumentError(
      "repeatInterleave: the host must know the repeats, because they give the shape" +
        "\n  hint: repeatInterleave(x, tensor(await repeats.data()))",
    );
  }
  if (counts.length !== x.shape[dim]) {
    throw new ShapeError(
      `repeatInterleave: got ${counts.length} counts for a dimension of size ${x.shape[dim]}${detail("x", x.shape)}`,
    );
  }
  checkRepeats(counts);
  const slices = Array.from(counts, (count, i) => {
    const slice = sliceOf(x, dim, i, 1, 1);
    return expand(slice, slice.shape.with(dim, count));
  });
  return composite(() => cat(slices, dim));
}

function checkRepeats(repeats: ArrayLike<number>): void {
  const wrong = Array.from(repeats).find((count) => !Number.isInteger(count) || count < 0);
  if (wrong === undefined) return;
  throw new ArgumentError(
    `repeatInterleave: repeats must be whole numbers, 0 or more, got ${wrong}`,
  );
}

/** Options of `roll`. */
export interface RollOptions {
  readonly dims?: number | readonly number[];
}

/**
 * Shifts elements cyclically by `shifts` along `dims`; without `dims` it shifts the flattened
 * tensor.
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  options: number | readonly number[] | RollOptions = {},
): Tensor {
  checkCall("roll(x, shifts: int | int[], dims?: number | number[], { dims })", arguments);
  const named = typeof options === "object" && "dims" in options ? options.dims : options;
  const given =
    typeof named === "number" || Array.isArray(named)
      ? (named as number | readonly number[])
      : null;
  const all = given === null || (Array.isArray(given) && given.length === 0);
  if (all && x.shape.length !== 1) {
    return composite(() => reshape(roll(flatten(x), shifts, 0), x.shape));
  }
  const by = typeof shifts === "number" ? [shifts] : shifts;
  // a dimension may appear twice: it is rolled twice
  const dims = [given ?? 0].flat().map((dim) => normalizeDim("roll", dim, x.shape.length));
  if (by.length !== dims.length) {
    throw new ArgumentError(`roll: got ${by.length} shifts for ${dims.length} dimensions`);
  }
  return composite(() => {
    const moved = dims.reduce((seen, dim, i) => rollOne(seen, by[i] as number, dim), x);
    return moved === x ? copy(x) : moved;
  });
}

function rollOne(x: Tensor, shift: number, dim: number): Tensor {
  const n = x.shape[dim] as number;
  const start = n === 0 ? 0 : ((-shift % n) + n) % n;
  if (start === 0) return x;
  return cat([sliceOf(x, dim, start, n - start, 1), sliceOf(x, dim, 0, start, 1)], dim);
}

/** Options of `rot90`. */
export interface Rot90Options {
  readonly k?: number;
  readonly dims?: readonly [number, number];
}

/** Rotates by k quarter turns from the first of `dims` towards the second. A copy. */
export function rot90(x: Tensor, options: Rot90Options = {}): Tensor {
  if (arguments.length > 1) checkCall("rot90(x, { k: int, dims: number[] })", arguments);
  const { k = 1, dims = [0, 1] } = options;
  checkTensor("rot90", x);
  const [a, b] = normalizeDims("rot90", dims, x.shape.length, "none") as [number, number];
  if (dims.length !== 2) {
    throw new ArgumentError(`rot90: dims must be 2 different dimensions, got [${dims}]`);
  }
  const turns = ((k % 4) + 4) % 4;
  if (turns === 1) return copy(transpose(flipped(x, [b]), a, b));
  if (turns === 2) return copy(flipped(x, [a, b]));
  return copy(turns === 3 ? flipped(transpose(x, a, b), [b]) : x);
}
