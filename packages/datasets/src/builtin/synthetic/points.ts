import {
  ArgumentError,
  defaultGenerator,
  type Generator,
  type Tensor,
  tensor,
} from "@wgrad/autograd";

/** Settings of all generators of points with classes, with scikit-learn's names and defaults. */
export interface PointOptions {
  /** Standard deviation of normal noise added to every coordinate (default 0). */
  readonly noise?: number;
  /** Shuffles the rows; otherwise they are in order of classes (default true). */
  readonly shuffle?: boolean;
  /** Random generator (default: the library's). */
  readonly generator?: Generator;
}

/** Points and their classes: x [n, features] f32, y [n] i32. */
export interface LabelledPoints {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Coordinates of rows under construction, and their classes. */
export interface Rows {
  readonly points: Float64Array;
  readonly width: number;
  readonly labels: Int32Array;
}

/** Makes `count` rows of `width` coordinates; `at` returns a row's coordinates and class. */
export function rowsOf(
  count: number,
  width: number,
  at: (row: number) => { readonly point: readonly number[]; readonly label: number },
): Rows {
  const points = new Float64Array(count * width);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const { point, label } = at(i);
    points.set(point, i * width);
    labels[i] = label;
  }
  return { points, width, labels };
}

/** Adds noise and shuffles the rows, as the settings say. */
export function finish(rows: Rows, options: PointOptions): LabelledPoints {
  const { noise = 0, shuffle = true, generator = defaultGenerator() } = options;
  const { points, width, labels } = rows;
  const count = labels.length;
  const order = shuffle ? generator.permutation(count) : labels.map((_, i) => i);
  const x = new Float32Array(points.length);
  if (noise > 0) generator.normal(x, 0, noise);
  order.forEach((row, i) => {
    for (let j = 0; j < width; j++) {
      x[i * width + j] = (x[i * width + j] as number) + (points[row * width + j] as number);
    }
  });
  return {
    x: tensor(x, { shape: [count, width] }),
    y: tensor(order.map((i) => labels[i] as number)),
  };
}

/** Splits `count` rows over `classes` as evenly as possible; the first classes get one more. */
export const share = (count: number, classes: number): number[] =>
  Array.from(
    { length: classes },
    (_, k) => Math.floor(count / classes) + (k < count % classes ? 1 : 0),
  );

/** Throws ArgumentError unless `count` is a whole number ≥ `least`. */
export function checkCount(maker: string, name: string, count: number, least = 1): void {
  if (Number.isInteger(count) && count >= least) return;
  throw new ArgumentError(`${maker}: ${name} is ${count}\n  hint: a whole number ≥ ${least}`);
}

/** Throws ArgumentError unless `value` is a number ≥ 0. */
export function checkSpread(maker: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new ArgumentError(`${maker}: ${name} is ${value}\n  hint: a number ≥ 0`);
}
