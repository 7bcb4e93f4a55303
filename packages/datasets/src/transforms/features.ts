import { ArgumentError, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import type { Labels } from "../splits/stratify.ts";

/** Rows of numbers read to the host. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  /** One feature's values, in f64; without those that are missing (NaN). */
  column(index: number): Float64Array;
}

/**
 * Reads x: [rows, features]. Throws ShapeError for other shapes and for no rows, ArgumentError for
 * infinite numbers.
 */
export async function readFeatures(call: string, x: Tensor): Promise<Features> {
  const [rows = 0, width = 0] = x.shape;
  if (x.shape.length !== 2 || rows === 0) {
    throw new ShapeError(
      `${call}: ${rows === 0 ? "no rows in " : ""}x: [${x.shape.join(", ")}]\n  hint: x is [rows, features]`,
    );
  }
  const data = await x.data();
  const infinite = data.findIndex((value) => Math.abs(value) === Infinity);
  if (infinite >= 0) {
    throw new ArgumentError(
      `${call}: row ${Math.floor(infinite / width)}, feature ${infinite % width} is ${data[infinite]}\n  hint: finite numbers, NaN for missing ones`,
    );
  }
  return {
    rows,
    width,
    column: (j) =>
      Float64Array.from({ length: rows }, (_, i) => data[i * width + j] as number).filter(
        (value) => !Number.isNaN(value),
      ),
  };
}

/** Something of every feature. */
export const each = <T>(features: Features, of: (column: Float64Array, index: number) => T): T[] =>
  Array.from({ length: features.width }, (_, j) => of(features.column(j), j));

/** Throws ShapeError unless x has the features that `fit` saw. */
export function checkWidth(call: string, x: Tensor, width: number): Tensor {
  if (x.shape.at(-1) === width) return x;
  throw new ShapeError(
    `${call}: x: [${x.shape.join(", ")}], but fit saw ${width} features\n  hint: the same columns in the same order`,
  );
}

/**
 * A row of numbers to calculate with: [features], f32. JSON has null for NaN, which is of a feature
 * without values.
 */
export const rowOf = (values: readonly (number | null)[]): Tensor =>
  tensor(Float32Array.from(values, (value) => value ?? Number.NaN));

/** Labels on the host, as many as there are rows. */
export async function readLabels(
  call: string,
  y: Labels | Tensor | undefined,
  rows: number,
): Promise<Labels> {
  const labels = y === undefined || !("dtype" in y) ? y : await (y as Tensor).data();
  if (labels?.length === rows) return labels;
  throw new ShapeError(
    `${call}: ${labels === undefined ? "no" : labels.length} labels for ${rows} rows\n  hint: fit(x, y), one label a row`,
  );
}
