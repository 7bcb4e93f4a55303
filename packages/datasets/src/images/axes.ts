import { type Tensor, tensor } from "@wgrad/autograd";

/** Weights along an axis: a matrix [out, in] per image, or one for all. */
export interface AxisWeights {
  readonly weights: Float32Array;
  /** Length of the axis in output and input. */
  readonly size: readonly [out: number, from: number];
}

/** Applies weights to rows and columns of each image, to resize, crop or blur it. */
export function mapAxes(batch: Tensor, rows: AxisWeights, columns: AxisWeights): Tensor {
  const matrix = ({ weights, size: [out, from] }: AxisWeights): Tensor =>
    tensor(weights, { shape: [weights.length / (out * from), 1, out, from] });
  return matrix(rows).matmul(batch).matmul(matrix(columns).transpose(2, 3));
}

/** A section of an axis: start and length. */
export type Part = readonly [start: number, length: number];

/**
 * Weights that resample sections of an axis of `from` pixels to `out` pixels. "bilinear" uses
 * triangles as wide as the input of an output pixel (PyTorch's antialias); "nearest" uses the
 * nearest pixel.
 */
export function resizing(
  parts: readonly Part[],
  out: number,
  from: number,
  mode: "bilinear" | "nearest",
): AxisWeights {
  const weights = new Float32Array(parts.length * out * from);
  for (const [p, part] of parts.entries()) {
    for (let i = 0; i < out; i++) {
      const row = weights.subarray((p * out + i) * from, (p * out + i + 1) * from);
      if (mode === "bilinear") triangle(row, part, out, i);
      else row[part[0] + Math.min(Math.floor((i * part[1]) / out), part[1] - 1)] = 1;
    }
  }
  return { weights, size: [out, from] };
}

function triangle(row: Float32Array, [start, length]: Part, out: number, i: number): void {
  const scale = length / out;
  const reach = Math.max(scale, 1);
  const centre = scale * (i + 0.5);
  const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
  const end = Math.min(Math.trunc(centre + reach + 0.5), length);
  const heights = Array.from({ length: end - first }, (_, k) =>
    Math.max(0, 1 - Math.abs((first + k - centre + 0.5) / reach)),
  );
  const sum = heights.reduce((total, height) => total + height, 0);
  for (const [k, height] of heights.entries()) row[start + first + k] = height / sum;
}

/** Gaussian weights of `size` pixels for each sigma, with reflected edges. */
export function gaussian(sigmas: readonly number[], size: number, length: number): AxisWeights {
  const weights = new Float32Array(sigmas.length * length * length);
  const half = (size - 1) / 2;
  for (const [p, sigma] of sigmas.entries()) {
    const bell = Float64Array.from({ length: size }, (_, k) =>
      Math.exp(-0.5 * ((k - half) / sigma) ** 2),
    );
    const sum = bell.reduce((total, height) => total + height, 0);
    for (let i = 0; i < length; i++) {
      const row = (p * length + i) * length;
      for (let k = 0; k < size; k++) {
        const at = row + mirrored(i + k - half, length);
        weights[at] = (weights[at] as number) + (bell[k] as number) / sum;
      }
    }
  }
  return { weights, size: [length, length] };
}

/** Reflects an index at the ends of an axis. */
function mirrored(place: number, length: number): number {
  const inside = Math.abs(place);
  return inside < length ? inside : 2 * (length - 1) - inside;
}
