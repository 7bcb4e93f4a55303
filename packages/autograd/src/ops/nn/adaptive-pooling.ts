import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { inOrder } from "../../results.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkFloating } from "../core/constant.ts";
import { permute, reshape } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { add, mul, sub } from "../math/arithmetic.ts";
import { minimum } from "../math/binary.ts";
import { floorDivide, remainder } from "../math/division.ts";
import { max, type ValuesAndIndices } from "../math/reduction.ts";
import { expand } from "../shape/broadcast.ts";
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from "./pooling.ts";
import { resample } from "./resampling.ts";
import { areaMap } from "./resizing.ts";
import { asBatch } from "./windows.ts";

/** The size of the result. Null keeps x's size. */
export type OutputSize = number | readonly (number | null)[];

/** Options of `adaptiveMaxPool1d`, `adaptiveMaxPool2d` and `adaptiveMaxPool3d`. */
export interface AdaptiveMaxPoolOptions {
  /** If true, also returns the indices of the maxima, as flat indices (i32) into each channel. */
  readonly returnIndices?: boolean;
}

/** The sizes of the result. Throws if dimensions of x from `first` on are empty. */
function outputOf(call: string, x: Tensor, rank: number, size: OutputSize, first: 1 | 2): number[] {
  const wanted = typeof size === "number" ? Array<number>(rank).fill(size) : size;
  const sizes = wanted.map((n, d) => n ?? (x.shape[2 + d] as number));
  if (sizes.length !== rank || !sizes.every((n) => Number.isInteger(n) && n > 0)) {
    throw new ArgumentError(
      `${call}: outputSize is ${JSON.stringify(size)}\n  hint: give a positive number, or ${rank} of them; null keeps the size`,
    );
  }
  if (x.shape.includes(0, first))
    throw new ShapeError(`${call}: the input is empty${detail("x", x.shape)}`);
  return sizes;
}

/** The kernel of equal windows that cover the input, or null if the windows are not equal. */
function equalWindows(x: Tensor, sizes: readonly number[]): number[] | null {
  const kernel = sizes.map((n, d) => (x.shape[2 + d] as number) / n);
  return kernel.every(Number.isInteger) ? kernel : null;
}

const avgPools = [avgPool1d, avgPool2d, avgPool3d] as const;
const maxPools = [maxPool1d, maxPool2d, maxPool3d] as const;

function adaptiveAvgPool(call: string, rank: 1 | 2 | 3, x: Tensor, outputSize: OutputSize): Tensor {
  checkTensor(call, x);
  checkFloating(call, x);
  const batch = asBatch(call, x, rank);
  const sizes = outputOf(call, batch, rank, outputSize, 2);
  const kernel = batch.shape[1] === 0 ? null : equalWindows(batch, sizes);
  const made = composite(() => {
    if (kernel !== null) return (avgPools[rank - 1] as typeof avgPool1d)(x, kernel);
    const y = sizes.reduce((seen, n, d) => {
      const map = areaMap(batch.shape[2 + d] as number, n);
      return map === null ? seen : resample(seen, 2 + d, map);
    }, batch);
    return batch === x ? y : reshape(y, y.shape.slice(1));
  });
  return watch(made, x);
}

function adaptiveMaxPool(
  call: string,
  rank: 1 | 2 | 3,
  x: Tensor,
  outputSize: OutputSize,
  { returnIndices = false }: AdaptiveMaxPoolOptions,
): Tensor | ValuesAndIndices {
  checkTensor(call, x);
  checkFloating(call, x);
  const batch = asBatch(call, x, rank);
  const sizes = outputOf(call, batch, rank, outputSize, 1);
  const kernel = equalWindows(batch, sizes);
  return composite(() => {
    if (kernel !== null) {
      const pool = maxPools[rank - 1] as (
        x: Tensor,
        kernelSize: readonly number[],
        options: AdaptiveMaxPoolOptions,
      ) => Tensor | ValuesAndIndices;
      return pool(x, kernel, { returnIndices });
    }
    const found = maxOfAreas(batch, sizes);
    const like = (y: Tensor) => (batch === x ? y : reshape(y, y.shape.slice(1)));
    const values = watch(like(found.values), x);
    return returnIndices ? inOrder({ values, indices: like(found.indices) }) : values;
  });
}

/**
 * All areas are gathered with the length of the longest. Shorter ones repeat their last element,
 * which
 * does not change the maximum.
 */
function maxOfAreas(x: Tensor, sizes: readonly number[]): ValuesAndIndices {
  const { stream } = x.node;
  const rank = sizes.length;
  const lead = x.shape.slice(0, 2);
  const starts: Tensor[] = [];
  const lengths: number[] = [];
  let seen = x;
  for (const [d, n] of sizes.entries()) {
    const size = x.shape[2 + d] as number;
    const number = counting(n, stream);
    const start = floorDivide(mul(number, size), n);
    const end = floorDivide(add(mul(number, size), size + n - 1), n);
    const longest = longestArea(size, n);
    const place = add(reshape(start, [n, 1]), counting(longest, stream));
    const index = reshape(minimum(place, reshape(sub(end, 1), [n, 1])), [n * longest]);
    const along = reshape(index, [n * longest, ...Array<number>(rank - 1 - d).fill(1)]);
    seen = gatherAlong(seen, 2 + d, expand(along, seen.shape.with(2 + d, n * longest)));
    starts.push(start);
    lengths.push(longest);
  }
  const apart = reshape(seen, [...lead, ...sizes.flatMap((n, d) => [n, lengths[d] as number])]);
  const order = [0, 1, ...sizes.map((_, d) => 2 + 2 * d), ...sizes.map((_, d) => 3 + 2 * d)];
  const areas = reshape(permute(apart, order), [...lead, ...sizes, sizeOf(lengths)]);
  const { values, indices } = max(areas, -1);
  let rest = indices;
  let flat: Tensor | null = null;
  let stride = 1;
  for (let d = rank - 1; d >= 0; d--) {
    const k = remainder(rest, lengths[d] as number);
    rest = floorDivide(rest, lengths[d] as number);
    const first = reshape(
      starts[d] as Tensor,
      sizes.map((n, i) => (i === d ? n : 1)),
    );
    const index = mul(add(first, k), stride);
    flat = flat === null ? index : add(flat, index);
    stride *= x.shape[2 + d] as number;
  }
  return inOrder({ values, indices: flat as Tensor });
}

function longestArea(size: number, count: number): number {
  let longest = 0;
  for (let o = 0; o < count; o++) {
    const length = Math.ceil(((o + 1) * size) / count) - Math.floor((o * size) / count);
    longest = Math.max(longest, length);
  }
  return longest;
}

/** The mean of each of `outputSize` areas that cover the input. x: [N, C, L] or [C, L]. */
export function adaptiveAvgPool1d(x: Tensor, outputSize: OutputSize): Tensor {
  checkCall("adaptiveAvgPool1d(x, outputSize: number | array)", arguments);
  return adaptiveAvgPool("adaptiveAvgPool1d", 1, x, outputSize);
}

/** The mean of each of `outputSize` areas that cover the input. x: [N, C, H, W] or [C, H, W]. */
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  checkCall("adaptiveAvgPool2d(x, outputSize: number | array)", arguments);
  return adaptiveAvgPool("adaptiveAvgPool2d", 2, x, outputSize);
}

/**
 * The mean of each of `outputSize` areas that cover the input. x: [N, C, D, H, W] or [C, D, H, W].
 */
export function adaptiveAvgPool3d(x: Tensor, outputSize: OutputSize): Tensor {
  checkCall("adaptiveAvgPool3d(x, outputSize: number | array)", arguments);
  return adaptiveAvgPool("adaptiveAvgPool3d", 3, x, outputSize);
}

/**
 * The maximum of each of `outputSize` areas that cover the input, and its index with
 * `returnIndices`.
 * x: [N, C, L] or [C, L].
 */
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: OutputSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: OutputSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "adaptiveMaxPool1d(x, outputSize: number | array, { returnIndices: boolean })",
    arguments,
  );
  return adaptiveMaxPool("adaptiveMaxPool1d", 1, x, outputSize, options);
}

/**
 * The maximum of each of `outputSize` areas that cover the input, and its index with
 * `returnIndices`.
 * x: [N, C, H, W] or [C, H, W].
 */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: OutputSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: OutputSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "adaptiveMaxPool2d(x, outputSize: number | array, { returnIndices: boolean })",
    arguments,
  );
  return adaptiveMaxPool("adaptiveMaxPool2d", 2, x, outputSize, options);
}

/**
 * The maximum of each of `outputSize` areas that cover the input, and its index with
 * `returnIndices`.
 * x: [N, C, D, H, W] or [C, D, H, W].
 */
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: OutputSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices;
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: OutputSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor;
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: OutputSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  checkCall(
    "adaptiveMaxPool3d(x, outputSize: number | array, { returnIndices: boolean })",
    arguments,
  );
  return adaptiveMaxPool("adaptiveMaxPool3d", 3, x, outputSize, options);
}
