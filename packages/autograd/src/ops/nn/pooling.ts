import { isFloating, lowest } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { ownOfReduce, reduceAttributes, reducedDims } from "../../graph/attributes.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import type { View } from "../../graph/view.ts";
import { inOrder } from "../../results.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, recordGradient, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast, constant, refuseBool } from "../core/constant.ts";
import { detach, reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { add, mul, sub } from "../math/arithmetic.ts";
import { maximum, minimum } from "../math/binary.ts";
import { eq, where } from "../math/comparison.ts";
import { div, floorDivide, remainder } from "../math/division.ts";
import type { ValuesAndIndices } from "../math/reduction.ts";
import { expand, sum, unmoved } from "../shape/broadcast.ts";
import { type Margin, padded } from "./padding.ts";
import {
  asBatch,
  isApart,
  mirror,
  overlapAdd,
  perDim,
  type Windows,
  windows,
  windowView,
} from "./windows.ts";

/** The maximum of each window. The first element that attains it gets the gradient. */
const maxPoolOp: Op = registerOp({
  name: "maxPool",
  meaning: { kind: "reduce", combine: "max" },
  scalarTypes: [],
  saves: [0],
  gradient: (dy, [operand], { attrs }) => {
    const [rank, rest] = [reducedDims(attrs), ownOfReduce(attrs)];
    const part = (i: number) => rest.slice(i * rank, (i + 1) * rank);
    const over = { counts: part(0), kernel: part(1), stride: part(2), dilation: part(3) };
    const x = operand as Tensor;
    return [toPlaces(dy, placesOf(x, over), over, x.shape.slice(x.shape.length - rank))];
  },
});

const placeOp: Op = registerOp({
  name: "maxPoolPlaces",
  meaning: { kind: "reduce", combine: "argmax" },
  scalarTypes: [],
  saves: [],
});

function overWindows(op: Op, x: Tensor, over: Windows, dtype: Tensor["dtype"]): Tensor {
  const { counts, kernel, stride, dilation } = over;
  const shape = [...x.shape.slice(0, x.shape.length - kernel.length), ...counts];
  const own = [...counts, ...kernel, ...stride, ...dilation];
  const attrs = reduceAttributes(kernel.length, own);
  const read = (view: View): View => windowView(view, over);
  return record(op, [x], shape, dtype, attrs, [], x.node.stream, [read]);
}

/** The index over the kernel of each window's maximum. */
const placesOf = (x: Tensor, over: Windows): Tensor => overWindows(placeOp, x, over, "i32");

/** Adds dy of each window at the index in `places`, summed where windows overlap. */
function toPlaces(dy: Tensor, places: Tensor, over: Windows, sizes: Shape): Tensor {
  const { kernel } = over;
  const last = kernel.map((_, d) => d - kernel.length);
  const count = sizeOf(kernel);
  const numbers = reshape(counting(count, dy.node.stream), kernel);
  if (kernel.every((_, d) => isApart(over, d))) {
    const each = (x: Tensor) => reshape(x, [...x.shape, ...kernel.map(() => 1)]);
    return overlapAdd(where(eq(each(places), numbers), each(dy), 0), over, sizes);
  }
  // Indices count from 1, because elements between windows are 0.
  const where_ = mirror(add(places, 1), over, sizes);
  const what = mirror(dy, over, sizes);
  const meets = eq(windows(where_.spread, where_.over), sub(count, numbers));
  return sum(where(meets, windows(what.spread, what.over), 0), last);
}

/** The sum of each window. */
function sumWindows(x: Tensor, over: Windows): Tensor {
  const { kernel } = over;
  const last = kernel.map((_, d) => d - kernel.length);
  const sizes = x.shape.slice(x.shape.length - kernel.length);
  const out = sum(windows(detach(x), over), last);
  recordGradient("sumWindows", out, [x], (dy) => [sumMirrored(dy, over, sizes)]);
  return out;
}

function sumMirrored(dy: Tensor, over: Windows, sizes: Shape): Tensor {
  const { kernel } = over;
  if (kernel.every((_, d) => isApart(over, d))) {
    const each = reshape(dy, [...dy.shape, ...kernel.map(() => 1)]);
    return overlapAdd(expand(each, [...dy.shape, ...kernel]), over, sizes);
  }
  const seen = mirror(dy, over, sizes);
  return sumWindows(seen.spread, seen.over);
}

/** Options that all pools share. */
export interface PoolOptions {
  /** The step between windows (the kernel's size). */
  readonly stride?: number | readonly number[] | null;
  /** Elements around the input: −∞ for a maximum, 0 for a mean. */
  readonly padding?: number | readonly number[];
  /** If true, a last window that lies only partly in the input counts too. */
  readonly ceilMode?: boolean;
}

/** Options of `maxPool1d`, `maxPool2d` and `maxPool3d`. */
export interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: number | readonly number[];
  /** If true, also returns the indices of the maxima, as flat indices (i32) into each channel. */
  readonly returnIndices?: boolean;
}

/** Options of `avgPool1d`, `avgPool2d` and `avgPool3d`. */
export interface AvgPoolOptions extends PoolOptions {
  /** If true, the divisor counts padding. */
  readonly countIncludePad?: boolean;
  /** Divides by this number instead of the number of elements. */
  readonly divisorOverride?: number | null;
}

interface Pool {
  readonly over: Windows;
  readonly padding: Shape;
  /** The padding before and after each dimension, so that every window lies in the padded input. */
  readonly margins: readonly Margin[];
}

function poolOf(
  call: string,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions,
  rank: number,
): Pool {
  const kernel = perDim(call, "kernelSize", kernelSize, rank, 1);
  const stride = perDim(call, "stride", options.stride ?? kernel, rank, 1);
  const padding = perDim(call, "padding", options.padding ?? 0, rank, 0);
  const dilation = perDim(call, "dilation", options.dilation ?? 1, rank, 1);
  if (x.shape[1] === 0) throw new ShapeError(`${call}: x has no channels${detail("x", x.shape)}`);
  const margins: Margin[] = [];
  const counts = kernel.map((n, d) => {
    const [size, around, step] = [x.shape[2 + d], padding[d], stride[d]] as [
      number,
      number,
      number,
    ];
    const reach = (dilation[d] as number) * (n - 1) + 1;
    if (around > reach / 2) {
      throw new ArgumentError(
        `${call}: padding ${around} is more than half of the kernel size ${reach}\n  hint: pad() adds any number of elements`,
      );
    }
    const steps = (size + 2 * around - reach) / step;
    let count = (options.ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // The last window must begin in the input or in the padding before it.
    if (options.ceilMode && (count - 1) * step >= size + around) count--;
    if (count < 1 || size === 0) {
      throw new ShapeError(
        `${call}: a window of ${reach} does not fit the padded input of ${size + 2 * around}${detail("x", x.shape)}`,
      );
    }
    margins.push([around, Math.max(0, (count - 1) * step + reach - size - around)]);
    return count;
  });
  return { over: { counts, kernel, stride, dilation }, padding, margins };
}

const around = (pool: Pool): Margin[] => [[0, 0], [0, 0], ...pool.margins];

/** Drops the batch dimension if it was added to a single example. */
const like = (x: Tensor, y: Tensor): Tensor =>
  x.shape.length === y.shape.length ? y : reshape(y, y.shape.slice(1));

function maxPool(
  call: string,
  rank: number,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions,
): Tensor | ValuesAndIndices {
  checkTensor(call, x);
  refuseBool(call, x, 'x.to("u8") first');
  const batch = asBatch(call, x, rank);
  const pool = poolOf(call, batch, kernelSize, options, rank);
  return composite(() => {
    if (sizeOf(batch.shape) === 0) {
      const values = nothing(batch, pool);
      return options.returnIndices ? inOrder({ values, indices: cast(values, "i32") }) : values;
    }
    const whole = padded(batch, around(pool), lowest(x.dtype));
    const values = like(x, overWindows(maxPoolOp, whole, pool.over, x.dtype));
    if (!options.returnIndices) return values;
    return inOrder({
      values,
      indices: like(x, planeIndices(placesOf(whole, pool.over), pool, batch.shape)),
    });
  });
}

/** The result for an empty batch. */
const nothing = (x: Tensor, { over }: Pool): Tensor =>
  unmoved(constant(0, x.dtype, [...x.shape.slice(0, 2), ...over.counts], x.node.stream), [x]);

/** Converts indices in windows to flat indices into the channel. */
function planeIndices(places: Tensor, { over, padding }: Pool, shape: Shape): Tensor {
  const rank = over.kernel.length;
  const strides = contiguousStrides(shape.slice(2));
  let rest = places;
  let flat: Tensor | null = null;
  for (let d = rank - 1; d >= 0; d--) {
    const [n, step, apart] = [over.kernel[d], over.stride[d], over.dilation[d]] as [
      number,
      number,
      number,
    ];
    const k = d === 0 ? rest : remainder(rest, n);
    rest = floorDivide(rest, n);
    const first = sub(mul(alongDim(over, d, places), step), padding[d] as number);
    const index = mul(add(first, mul(k, apart)), strides[d] as number);
    flat = flat === null ? index : add(flat, index);
  }
  return flat as Tensor;
}

/** The index of each window along one dimension, shaped to broadcast over all. */
const alongDim = ({ counts }: Windows, d: number, like: Tensor): Tensor =>
  reshape(
    counting(counts[d] as number, like.node.stream),
    counts.map((n, i) => (i === d ? n : 1)),
  );

function avgPool(
  call: string,
  rank: number,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions,
): Tensor {
  checkTensor(call, x);
  refuseBool(call, x, 'x.to("f32") first');
  if (options.divisorOverride === 0)
    throw new ArgumentError(`${call}: divisorOverride must not be 0`);
  const batch = asBatch(call, x, rank);
  const pool = poolOf(call, batch, kernelSize, options, rank);
  const made = composite(() => {
    if (sizeOf(batch.shape) === 0) return nothing(batch, pool);
    const total = sumWindows(padded(batch, around(pool), 0), pool.over);
    const roundingMode = isFloating(x.dtype) ? null : "trunc";
    const count = options.divisorOverride ?? divisor(pool, batch, options);
    return like(x, cast(div(total, count, { roundingMode }), x.dtype));
  });
  return watch(made, x);
}

/** The number of elements of each window: one number if it is the same for all. */
function divisor(
  pool: Pool,
  x: Tensor,
  { countIncludePad = true }: AvgPoolOptions,
): Tensor | number {
  const { over, padding, margins } = pool;
  const beyond = margins.some(([, after], d) => after > (padding[d] as number));
  const inside = padding.every((n) => n === 0) || countIncludePad;
  if (inside && !beyond) return sizeOf(over.kernel);
  const lengths = over.kernel.map((n, d) => {
    const [size, step] = [x.shape[2 + d] as number, over.stride[d] as number];
    const edge = padding[d] as number;
    const begins = sub(mul(alongDim(over, d, x), step), edge);
    const first = countIncludePad ? begins : maximum(begins, 0);
    const end = minimum(add(begins, n), countIncludePad ? size + edge : size);
    return sub(end, first);
  });
  return cast(
    lengths.reduce((a, b) => mul(a, b)),
    x.dtype,
  );
}

/** The maximum of each window, and its index with `returnIndices`. x: [N, C, L] or [C, L]. */
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices;
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions,
): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "maxPool1d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, dilation: number | list, ceilMode: boolean, returnIndices: boolean })",
    arguments,
  );
  return maxPool("maxPool1d", 1, x, kernelSize, options);
}

/** The maximum of each window, and its index with `returnIndices`. x: [N, C, H, W] or [C, H, W]. */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices;
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions,
): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "maxPool2d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, dilation: number | list, ceilMode: boolean, returnIndices: boolean })",
    arguments,
  );
  return maxPool("maxPool2d", 2, x, kernelSize, options);
}

/**
 * The maximum of each window, and its index with `returnIndices`. x: [N, C, D, H, W] or
 * [C, D, H, W].
 */
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices;
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options?: MaxPoolOptions,
): Tensor;
export function maxPool3d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "maxPool3d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, dilation: number | list, ceilMode: boolean, returnIndices: boolean })",
    arguments,
  );
  return maxPool("maxPool3d", 3, x, kernelSize, options);
}

/** The mean of each window, truncated for integers. x: [N, C, L] or [C, L]. */
export function avgPool1d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  checkCall(
    "avgPool1d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, ceilMode: boolean, countIncludePad: boolean, divisorOverride: int | null })",
    arguments,
  );
  return avgPool("avgPool1d", 1, x, kernelSize, options);
}

/** The mean of each window, truncated for integers. x: [N, C, H, W] or [C, H, W]. */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  checkCall(
    "avgPool2d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, ceilMode: boolean, countIncludePad: boolean, divisorOverride: int | null })",
    arguments,
  );
  return avgPool("avgPool2d", 2, x, kernelSize, options);
}

/** The mean of each window, truncated for integers. x: [N, C, D, H, W] or [C, D, H, W]. */
export function avgPool3d(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  checkCall(
    "avgPool3d(x, kernelSize: number | list, { stride: number | list | null, padding: number | list, ceilMode: boolean, countIncludePad: boolean, divisorOverride: int | null })",
    arguments,
  );
  return avgPool("avgPool3d", 3, x, kernelSize, options);
}
