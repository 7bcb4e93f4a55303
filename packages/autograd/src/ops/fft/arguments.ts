import { floatOf } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { normalizeDims, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast } from "../core/constant.ts";
import { padded } from "../nn/padding.ts";
import { narrow } from "../shape/movement.ts";
import { checkComplex } from "./complex.ts";
import type { Direction } from "./tables.ts";

/**
 * Which of the two transforms is divided by N: the inverse ("backward"), the forward ("forward"),
 * or both
 * by √N ("ortho").
 */
export type FftNorm = "backward" | "ortho" | "forward";

/** Options of transforms over one dimension. */
export interface FftOptions {
  /**
   * The length of the transform. A shorter dimension is padded with zeros, a longer one is cut (its
   * own
   * size).
   */
  readonly n?: number | null;
  /** The dimension to transform (the last). The axis of real and imaginary parts is not counted. */
  readonly dim?: number;
  readonly norm?: FftNorm | null;
}

/** Options of transforms over several dimensions. */
export interface FftnOptions {
  /** The length of each dimension, as `n`. */
  readonly s?: readonly number[] | null;
  /**
   * The dimensions to transform: all, or the last ones if `s` is given. The axis of real and
   * imaginary
   * parts is not counted.
   */
  readonly dim?: number | readonly number[] | null;
  readonly norm?: FftNorm | null;
}

/** Merges positional options: fft(x, n, dim, { norm }) is fft(x, { n, dim, norm }). */
export function settled<O extends FftOptions | FftnOptions>(
  name: "n" | "s",
  count: unknown,
  dim: unknown,
  options: O | undefined,
): O {
  const isBag = (value: unknown): boolean =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isBag(count)) return count as O;
  const bag = isBag(dim) ? (dim as O) : options;
  return {
    ...(count !== undefined && { [name]: count }),
    ...(dim !== undefined && !isBag(dim) && { dim }),
    ...bag,
  } as unknown as O;
}

/** Converts x to a floating-point dtype that transforms support. */
export function fractions(call: string, x: Tensor, parts: 1 | 2): Tensor {
  checkTensor(call, x);
  const made = parts === 2 ? checkComplex(call, x) : cast(x, floatOf(x.dtype));
  if (made.dtype !== "f16") return made;
  throw new DTypeError(`${call}: does not support f16 (nor does PyTorch)\n  hint: x.to("f32")`);
}

/** The factor of a transform of n elements. */
export function scaleOf(
  call: string,
  norm: FftNorm | null | undefined,
  n: number,
  sign: Direction,
): number {
  switch (norm ?? "backward") {
    case "ortho":
      return 1 / Math.sqrt(n);
    case "backward":
      return sign === 1 ? 1 / n : 1;
    case "forward":
      return sign === -1 ? 1 / n : 1;
  }
  throw new ArgumentError(
    `${call}: unknown norm ${JSON.stringify(norm)}\n  hint: "backward", "ortho" or "forward"`,
  );
}

/** Throws if n is not a valid transform length. */
export function checkCount(call: string, n: number, x: Tensor): void {
  if (Number.isInteger(n) && n > 0) return;
  throw new ShapeError(`${call}: cannot transform ${n} elements${detail("x", x.shape)}`);
}

/** x with n elements along `dim`, padded with zeros or cut. */
export function resized(x: Tensor, dim: number, n: number): Tensor {
  const size = x.shape[dim] as number;
  if (size === n) return x;
  if (size > n) return narrow(x, dim, 0, n);
  return padded(
    x,
    x.shape.map((_, d) => [0, d === dim ? n - size : 0] as const),
    0,
  );
}

/** The dimensions of a transform, and the length of each; null keeps its size. */
export function axesOf(
  call: string,
  rank: number,
  { s = null, dim = null }: FftnOptions,
): { dims: readonly number[]; sizes: readonly (number | null)[] } {
  if (s !== null && dim === null && s.length > rank) {
    throw new ArgumentError(`${call}: s has ${s.length} sizes, x ${rank} dimensions`);
  }
  const given = dim ?? (s === null ? null : Array.from(s, (_, i) => rank - s.length + i));
  const dims = normalizeDims(call, given, rank, "none");
  if (s !== null && s.length !== dims.length) {
    throw new ArgumentError(`${call}: s has ${s.length} sizes for ${dims.length} dimensions`);
  }
  return { dims, sizes: dims.map((_, i) => (s?.[i] === -1 ? null : (s?.[i] ?? null))) };
}

/** The number of dimensions of x without that of the parts. */
export const rankOf = (shape: Shape, parts: 1 | 2): number => shape.length - (parts - 1);
