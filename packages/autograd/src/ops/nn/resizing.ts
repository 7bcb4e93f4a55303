import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { apart, checkFloating } from "../core/constant.ts";
import { permute, reshape } from "../core/layout.ts";
import { type Rows, resample, type Tap } from "./resampling.ts";

/** How `interpolate` computes elements between those of x. */
export type InterpolateMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "trilinear"
  | "bicubic"
  | "area";

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** The new size: one number, or one per dimension. */
  readonly size?: number | readonly number[] | null;
  /** The factor by which sizes grow, given instead of `size`. */
  readonly scaleFactor?: number | readonly number[] | null;
  readonly mode?: InterpolateMode;
  /**
   * If true, the centers of the corner elements stay where they are; else their outer edges do.
   * Only for
   * the linear and cubic modes.
   */
  readonly alignCorners?: boolean | null;
  /**
   * If true, a result that is smaller than x averages over all elements that it skips (bilinear,
   * and
   * bicubic with a = -0.5).
   */
  readonly antialias?: boolean;
  /** If true, uses the ratio of the rounded sizes instead of `scaleFactor`. */
  readonly recomputeScaleFactor?: boolean | null;
}

/** The numbers of spatial dimensions that each mode takes. */
const ranks: Readonly<Record<InterpolateMode, readonly number[]>> = {
  nearest: [1, 2, 3],
  "nearest-exact": [1, 2, 3],
  linear: [1],
  bilinear: [2],
  trilinear: [3],
  bicubic: [2],
  area: [1, 2, 3],
};

/**
 * Resizes x by the nearest element, by linear or cubic interpolation (a = -0.75), or by the mean of
 * areas. x: [N, C, n…] → [N, C, size…], where size = ⌊n · factor⌋ if `scaleFactor` is given.
 */
export function interpolate(
  x: Tensor,
  sizeOrOptions: number | readonly number[] | InterpolateOptions,
  more?: InterpolateOptions,
): Tensor {
  checkCall(
    'interpolate(x, size?: int | int[] | null, { size, scaleFactor: number | list | null, mode: "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area", alignCorners: boolean | null, antialias: boolean, recomputeScaleFactor: boolean | null })',
    arguments,
  );
  checkTensor("interpolate", x);
  const named = !Array.isArray(sizeOrOptions ?? []) && typeof sizeOrOptions === "object";
  const options = (named ? sizeOrOptions : { ...more, size: sizeOrOptions }) as InterpolateOptions;
  const { mode = "nearest", alignCorners, antialias = false } = options;
  // Only nearest copies elements; the others need floating point.
  if (!mode.startsWith("nearest") || x.dtype !== "u8") checkFloating("interpolate", x);
  const rank = x.shape.length - 2;
  const takes = ranks[mode];
  if (takes === undefined) {
    const known = Object.keys(ranks).join(", ");
    throw new ArgumentError(`interpolate: unknown mode "${mode as string}"\n  hint: ${known}`);
  }
  if (!takes.includes(rank)) {
    throw new ShapeError(
      `interpolate: mode "${mode}" takes ${takes.map((n) => n + 2).join(", ")} dimensions${detail("x", x.shape)}` +
        "\n  hint: [batch, channels, sizes…]",
    );
  }
  if (alignCorners != null && !/linear|cubic/.test(mode)) {
    throw new ArgumentError(
      `interpolate: alignCorners works with the linear and cubic modes, not "${mode}"`,
    );
  }
  if (antialias && mode !== "bilinear" && mode !== "bicubic") {
    throw new ArgumentError(
      `interpolate: antialias works with "bilinear" and "bicubic", not "${mode}"`,
    );
  }
  const { sizes, factors } = sizesOf(x.shape.slice(2), options);
  const sampling = { mode, alignCorners: alignCorners ?? false, antialias };
  return composite(() => {
    const made = sizes.reduce((y, size, d) => {
      const map = mapOf(sampling, x.shape[2 + d] as number, size, factors[d] as number | null);
      return map === null ? y : resample(y, 2 + d, map);
    }, x);
    return apart(made, x);
  });
}

function sizesOf(
  from: Shape,
  { size, scaleFactor, recomputeScaleFactor }: InterpolateOptions,
): { sizes: number[]; factors: (number | null)[] } {
  if ((size == null) === (scaleFactor == null)) {
    throw new ArgumentError("interpolate: needs either size or scaleFactor");
  }
  const each = (value: number | readonly number[]): number[] => {
    const list = typeof value === "number" ? from.map(() => value) : [...value];
    if (list.length === from.length && list.every((n) => n > 0 && n < Infinity)) return list;
    throw new ArgumentError(
      `interpolate: ${JSON.stringify(value)} does not fit ${from.length} dimensions\n  hint: give one positive number, or one per dimension`,
    );
  };
  if (size != null) return { sizes: each(size), factors: from.map(() => null) };
  const given = each(scaleFactor as number | readonly number[]);
  const sizes = given.map((factor, d) => Math.floor((from[d] as number) * factor));
  if (sizes.includes(0)) {
    throw new ShapeError(
      `interpolate: scaleFactor ${JSON.stringify(scaleFactor)} gives an empty result${detail("sizes", from)}`,
    );
  }
  return { sizes, factors: recomputeScaleFactor ? from.map(() => null) : given };
}

interface Sampling {
  readonly mode: InterpolateMode;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
}

/** The interpolation along one dimension; null if it changes nothing. */
function mapOf(
  { mode, alignCorners, antialias }: Sampling,
  size: number,
  count: number,
  factor: number | null,
): Rows | null {
  if (mode === "area") return areaMap(size, count);
  if (size === count && (factor === null || factor === 1)) return null;
  const row = (taps: (o: number) => readonly Tap[]): Rows => ({
    size,
    rows: Array.from({ length: count }, (_, o) => taps(o)),
  });
  const ratio = factor === null ? size / count : 1 / factor;
  if (mode === "nearest" || mode === "nearest-exact") {
    // PyTorch rounds these in f32.
    const step = Math.fround(ratio);
    const shift = mode === "nearest" ? 0 : 0.5;
    return row((o) => [[Math.min(size - 1, Math.floor(Math.fround((o + shift) * step))), 1]]);
  }
  const step = alignCorners ? (count > 1 ? (size - 1) / (count - 1) : 0) : ratio;
  const middle = (o: number): number => (o + 0.5) * step - 0.5;
  if (antialias) {
    // As in PyTorch, the centers count here even if corners are aligned.
    const [reach, weight] = mode === "bicubic" ? ([2, catmullRom] as const) : ([1, tent] as const);
    return row((o) => wideTaps(middle(o), size, Math.max(step, 1), reach, weight));
  }
  const place = (o: number): number => (alignCorners ? o * step : middle(o));
  if (mode === "bicubic") return row((o) => cubicTaps(place(o), size));
  return row((o) => {
    const at = Math.max(0, place(o));
    const first = Math.min(Math.floor(at), size - 1);
    const part = Math.min(1, at - first);
    return [
      [first, 1 - part],
      [Math.min(first + 1, size - 1), part],
    ];
  });
}

/** The weight of Keys' cubic convolution (1981) at a distance below 2. */
function cubic(a: number, distance: number): number {
  const t = Math.abs(distance);
  return t < 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

/**
 * The four elements around a position, with a = -0.75. Beyond an edge, the edge element repeats.
 */
function cubicTaps(at: number, size: number): Tap[] {
  const first = Math.floor(at) - 1;
  return [0, 1, 2, 3].map((i): Tap => {
    const weight = cubic(-0.75, at - (first + i));
    return [Math.min(size - 1, Math.max(0, first + i)), weight];
  });
}

const tent = (distance: number): number => 1 - Math.abs(distance);
const catmullRom = (distance: number): number => cubic(-0.5, distance);

/**
 * All elements within `reach` steps of a position, with a weight by their distance in steps. The
 * weights sum to 1, as in Pillow.
 */
function wideTaps(
  at: number,
  size: number,
  step: number,
  reach: number,
  weight: (distance: number) => number,
): Tap[] {
  const first = Math.max(0, Math.ceil(at - reach * step));
  const last = Math.min(size - 1, Math.floor(at + reach * step));
  const taps = Array.from({ length: last - first + 1 }, (_, i): Tap => {
    const distance = (first + i - at) / step;
    return [first + i, Math.abs(distance) < reach ? weight(distance) : 0];
  });
  const total = taps.reduce((sum, [, share]) => sum + share, 0);
  return taps.map(([place, share]): Tap => [place, share / total]);
}

/**
 * The means of `count` areas that cover a dimension, ⌊o·n/count⌋ to ⌈(o+1)·n/count⌉. Null if each
 * area is one element.
 */
export function areaMap(size: number, count: number): Rows | null {
  if (size === count) return null;
  const rows = Array.from({ length: count }, (_, o) => {
    const first = Math.floor((o * size) / count);
    const length = Math.ceil(((o + 1) * size) / count) - first;
    return Array.from({ length }, (_, i): Tap => [first + i, 1 / length]);
  });
  return { size, rows };
}

/** Rearranges blocks of r² channels into r × r pixels: [..., C·r², H, W] → [..., C, H·r, W·r]. */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  checkCall("pixelShuffle(x, upscaleFactor: number)", arguments);
  const { lead, sizes, r } = imageOf("pixelShuffle", x, upscaleFactor);
  const [channels, h, w] = sizes;
  if (channels % (r * r) !== 0) {
    throw new ShapeError(
      `pixelShuffle: ${channels} channels are not divisible by ${r * r}${detail("x", x.shape)}`,
    );
  }
  const out = channels / (r * r);
  return composite(() => {
    const n = lead.length;
    const blocks = reshape(x, [...lead, out, r, r, h, w]);
    const order = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
    return apart(reshape(permute(blocks, order), [...lead, out, h * r, w * r]), x);
  });
}

/** The inverse of `pixelShuffle`: [..., C, H·r, W·r] → [..., C·r², H, W]. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  checkCall("pixelUnshuffle(x, downscaleFactor: number)", arguments);
  const { lead, sizes, r } = imageOf("pixelUnshuffle", x, downscaleFactor);
  const [channels, h, w] = sizes;
  if (h % r !== 0 || w % r !== 0) {
    throw new ShapeError(
      `pixelUnshuffle: height ${h} and width ${w} must be divisible by ${r}${detail("x", x.shape)}`,
    );
  }
  return composite(() => {
    const n = lead.length;
    const blocks = reshape(x, [...lead, channels, h / r, r, w / r, r]);
    const order = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
    return apart(reshape(permute(blocks, order), [...lead, channels * r * r, h / r, w / r]), x);
  });
}

function imageOf(
  call: string,
  x: Tensor,
  r: number,
): { lead: Shape; sizes: readonly [number, number, number]; r: number } {
  checkTensor(call, x);
  if (x.shape.length < 3) {
    throw new ShapeError(`${call}: takes [..., channels, height, width]${detail("x", x.shape)}`);
  }
  if (!Number.isInteger(r) || r < 1)
    throw new ArgumentError(`${call}: the factor must be 1 or more, got ${r}`);
  return {
    lead: x.shape.slice(0, -3),
    sizes: x.shape.slice(-3) as unknown as [number, number, number],
    r,
  };
}
