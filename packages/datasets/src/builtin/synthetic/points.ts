import {
  ArgumentError,
  defaultGenerator,
  type Generator,
  type Tensor,
  tensor,
} from "@wgrad/autograd";

/**
 * Settings that every maker of points with classes takes, with scikit-learn's names and defaults.
 */
export interface PointOptions {
  /** Standard deviation of a normal added to every coordinate (default 0). */
  readonly noise?: number;
  /** Rows in random order, not class by class (default true). */
  readonly shuffle?: boolean;
  /** What is drawn from; the library's default generator if not given. */
  readonly generator?: Generator;
}

/** Points and the class of each: x [n, features] f32, y [n] i32. */
export interface LabelledPoints {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Rows of coordinates under construction, and the class of each. */
export interface Rows {
  readonly points: Float64Array;
  readonly width: number;
  readonly labels: Int32Array;
}

/** `count` rows of `width` coordinates; `at` gives a row's coordinates and class. */
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

/** The rows in random order and with noise, as the settings say. */
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

/** How many rows each of `classes` gets: as equal as can be, the first ones one more. */
export const share = (count: number, classes: number): number[] =>
  Array.from(
    { length: classes },
    (_, k) => Math.floor(count / classes) + (k < count % classes ? 1 : 0),
  );

/** Throws ArgumentError unless `count` is a whole number from `least`. */
export function checkCount(maker: string, name: string, count: number, least = 1): void {
  if (Number.isInteger(count) && count >= least) return;
  throw new ArgumentError(
    `${maker}: ${name} is ${count}\n  hint: a whole number, ${least} or more`,
  );
}

/** Throws ArgumentError unless `value` is a number from 0. */
export function checkSpread(maker: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new ArgumentError(`${maker}: ${name} is ${value}\n  hint: a number, 0 or more`);
}
