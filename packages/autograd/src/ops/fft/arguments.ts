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

/** Which transform of the two is divided by N: the inverse one, the forward one, or both by √N. */
export type FftNorm = "backward" | "ortho" | "forward";

export interface FftOptions {
  /**
   * How many numbers along `dim` are transformed: zeros follow, or the rest is cut off. All there
   * are unless given.
   */
  readonly n?: number | null;
  /** The last one unless given. The axis of the parts of complex numbers is not counted. */
  readonly dim?: number;
  readonly norm?: FftNorm | null;
}

export interface FftnOptions {
  /** `n` of each dimension. */
  readonly s?: readonly number[] | null;
  /**
   * All unless given, or the last ones where `s` is. The axis of the parts of complex numbers is
   * not counted.
   */
  readonly dim?: number | readonly number[] | null;
  readonly norm?: FftNorm | null;
}

/** Options of which some stand by place: fft(x, n, dim, { norm }) is fft(x, { n, dim, norm }). */
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

/** Fractions of a dtype that transforms take. */
export function fractions(call: string, x: Tensor, parts: 1 | 2): Tensor {
  checkTensor(call, x);
  const made = parts === 2 ? checkComplex(call, x) : cast(x, floatOf(x.dtype));
  if (made.dtype !== "f16") return made;
  throw new DTypeError(`${call}: does not support f16 (nor does PyTorch)\n  hint: x.to("f32")`);
}

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

export function checkCount(call: string, n: number, x: Tensor): void {
  if (Number.isInteger(n) && n > 0) return;
  throw new ShapeError(`${call}: cannot transform ${n} numbers${detail("x", x.shape)}`);
}

/** x with n numbers along `dim`: zeros follow, or the rest is cut off. */
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

/**
 * The dimensions of a transform of several, and how many numbers each has; null where it takes what
 * there is.
 */
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

/** The numbers of dimensions of x, without that of the parts. */
export const rankOf = (shape: Shape, parts: 1 | 2): number => shape.length - (parts - 1);
