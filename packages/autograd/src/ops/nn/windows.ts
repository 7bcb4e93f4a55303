import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import type { View } from "../../graph/view.ts";
import { contiguousStrides, type Shape, sameShape } from "../../shape.ts";
import { recordGradient, recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { constant } from "../core/constant.ts";
import { detach, permute, reshape, unsqueeze } from "../core/layout.ts";
import { assemble } from "../core/strided.ts";
import { sum, unmoved } from "../shape/broadcast.ts";
import { sliceOf } from "../shape/movement.ts";

/**
 * Windows over the last dimensions of a tensor: their number along each, and the elements of each.
 */
export interface Windows {
  readonly counts: Shape;
  readonly kernel: Shape;
  /** The step between windows. */
  readonly stride: Shape;
  /** The step between elements of a window. */
  readonly dilation: Shape;
}

/**
 * The view of [..., n…] as [..., windows…, kernel…]: element k of window w is element w · stride +
 * k ·
 * dilation.
 */
export function windowView(view: View, { counts, kernel, stride, dilation }: Windows): View {
  const lead = view.shape.length - kernel.length;
  const along = view.strides.slice(lead);
  return {
    shape: [...view.shape.slice(0, lead), ...counts, ...kernel],
    strides: [
      ...view.strides.slice(0, lead),
      ...along.map((step, d) => step * (stride[d] as number)),
      ...along.map((step, d) => step * (dilation[d] as number)),
    ],
    offset: view.offset,
  };
}

/** The windows as a view: [..., n…] → [..., windows…, kernel…]. Its gradient is `overlapAdd`. */
export function windows(x: Tensor, over: Windows): Tensor {
  return recordView(x, {
    name: "windows",
    apply: (view) => windowView(view, over),
    gradient: (dy, from) => overlapAdd(dy, over, from.slice(from.length - over.kernel.length)),
  });
}

/**
 * Adds windows up at their positions: [..., windows…, kernel…] → [..., n…]. Its gradient is
 * `windows`.
 */
export function overlapAdd(y: Tensor, over: Windows, sizes: Shape): Tensor {
  if (y.shape.includes(0)) {
    const lead = y.shape.slice(0, y.shape.length - 2 * over.kernel.length);
    return constant(0, y.dtype, [...lead, ...sizes], y.node.stream);
  }
  const value = detach(y);
  const out = isTiling(over) ? tiled(value, over, sizes) : layered(value, over, sizes);
  recordGradient("overlapAdd", out, [y], (dy) => [windows(dy, over)]);
  return out;
}

/** Whether windows neither overlap nor leave gaps, so that each element is in one window. */
const isTiling = ({ kernel, stride, dilation }: Windows): boolean =>
  kernel.every((n, d) => n === stride[d] && (n === 1 || dilation[d] === 1));

/** Joins windows that do not overlap, followed by zeros. */
function tiled(y: Tensor, { counts, kernel }: Windows, sizes: Shape): Tensor {
  const lead = y.shape.length - 2 * kernel.length;
  const order = counts.flatMap((_, d) => [lead + d, lead + kernel.length + d]);
  const covered = counts.map((n, d) => n * (kernel[d] as number));
  const joined = reshape(permute(y, [...y.shape.slice(0, lead).keys(), ...order]), [
    ...y.shape.slice(0, lead),
    ...covered,
  ]);
  return spreadOut(
    joined,
    sizes,
    sizes.map(() => 0),
    sizes.map(() => 1),
  );
}

/**
 * Sums windows that overlap: each position of the kernel gets a layer of its own, and the layers
 * are
 * added.
 */
function layered(y: Tensor, over: Windows, sizes: Shape): Tensor {
  const { kernel, stride, dilation } = over;
  const lead = y.shape.slice(0, y.shape.length - 2 * kernel.length);
  const layers = kernel.map((n, d) => (isApart(over, d) ? 1 : n));
  const whole = [...lead, ...layers, ...sizes];
  const strides = contiguousStrides(whole);
  const ofLayer = strides.slice(lead.length, lead.length + kernel.length);
  const along = strides.slice(lead.length + kernel.length);
  const places = [
    ...strides.slice(0, lead.length),
    ...along.map((step, d) => step * (stride[d] as number)),
    ...along.map(
      (step, d) => step * (dilation[d] as number) + (layers[d] === 1 ? 0 : (ofLayer[d] as number)),
    ),
  ];
  const apart = assemble(whole, [{ value: y, strides: places, offset: 0 }]);
  const dims = kernel.map((_, d) => lead.length + d).filter((_, d) => layers[d] !== 1);
  return reshape(dims.length === 0 ? apart : sum(apart, dims), [...lead, ...sizes]);
}

/** Whether no two windows overlap along dimension `d`. */
export const isApart = ({ counts, kernel, stride, dilation }: Windows, d: number): boolean =>
  counts[d] === 1 ||
  kernel[d] === 1 ||
  (stride[d] as number) > (dilation[d] as number) * ((kernel[d] as number) - 1);

/**
 * For the gradient of windows with results `y`: windows over y, one for each element of the input.
 */
export interface Mirror {
  /** y with zeros between its elements, by the stride. */
  readonly spread: Tensor;
  /**
   * One window per input element. Its element k is the result that read the input element at
   * position kernel - 1 - k.
   */
  readonly over: Windows;
}

/** The mirror of windows, for `sizes` elements after the first `skipped`. */
export function mirror(
  y: Tensor,
  { kernel, stride, dilation }: Windows,
  sizes: Shape,
  skipped: Shape = sizes.map(() => 0),
): Mirror {
  const margin = kernel.map((n, d) => (dilation[d] as number) * (n - 1));
  const lengths = sizes.map((n, d) => n + (margin[d] as number));
  const starts = margin.map((n, d) => n - (skipped[d] as number));
  return {
    spread: spreadOut(y, lengths, starts, stride),
    over: { counts: sizes, kernel, stride: kernel.map(() => 1), dilation },
  };
}

/**
 * Places element i of y at start + i · step of zeros of the given sizes. Elements outside are
 * dropped.
 */
export function spreadOut(y: Tensor, lengths: Shape, starts: Shape, steps: Shape): Tensor {
  const lead = y.shape.length - lengths.length;
  const shape = [...y.shape.slice(0, lead), ...lengths];
  const strides = contiguousStrides(shape);
  let value = y;
  let offset = 0;
  for (const [d, length] of lengths.entries()) {
    const [start, step, n] = [starts[d], steps[d], value.shape[lead + d]] as [
      number,
      number,
      number,
    ];
    const first = Math.max(0, Math.ceil(-start / step));
    const count = Math.max(0, Math.min(n, Math.floor((length - 1 - start) / step) + 1) - first);
    if (count < n) value = sliceOf(value, lead + d, count === 0 ? 0 : first, count, 1);
    offset += (start + first * step) * (strides[lead + d] as number);
    strides[lead + d] = (strides[lead + d] as number) * step;
  }
  if (value === y && sameShape(y.shape, shape)) return y;
  if (value.shape.includes(0)) return unmoved(constant(0, y.dtype, shape, y.node.stream), [y]);
  return assemble(shape, [{ value, strides, offset }]);
}

/** The number of windows in `length` elements. */
export const windowCount = (
  length: number,
  kernel: number,
  stride: number,
  dilation: number,
): number => Math.floor((length - dilation * (kernel - 1) - 1) / stride) + 1;

/** A setting per dimension, from one number for all or a list. */
export function perDim(
  call: string,
  name: string,
  value: number | readonly number[],
  rank: number,
  least: number,
): number[] {
  const list = typeof value === "number" ? Array<number>(rank).fill(value) : [...value];
  if (list.length === 1 && rank > 1) list.push(...Array<number>(rank - 1).fill(list[0] as number));
  if (list.length === rank && list.every((n) => Number.isInteger(n) && n >= least)) return list;
  throw new ArgumentError(
    `${call}: ${name} is ${JSON.stringify(value)}\n  hint: give a whole number, ${least} or more, or a list of ${rank}`,
  );
}

/** Adds a batch dimension to a single example: [C, n…] → [1, C, n…]. */
export function asBatch(call: string, x: Tensor, rank: number): Tensor {
  if (x.shape.length === rank + 2) return x;
  if (x.shape.length === rank + 1) return unsqueeze(x, 0);
  throw new ShapeError(
    `${call}: takes ${rank + 1} or ${rank + 2} dimensions${detail("x", x.shape)}` +
      `\n  hint: [batch, channels, ${"size, ".repeat(rank).slice(0, -2)}], or one example without its batch`,
  );
}
