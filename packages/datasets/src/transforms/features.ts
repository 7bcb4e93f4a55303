import { ArgumentError, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import type { Labels } from "../splits/stratify.ts";

/** Rows of numbers on the host. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  /** Values of one feature in f64, without missing ones (NaN). */
  column(index: number): Float64Array;
}

/**
 * Reads x: [rows, features]. Throws ShapeError for other shapes and for zero rows, ArgumentError
 * for infinite numbers.
 */
export async function readFeatures(call: string, x: Tensor): Promise<Features> {
  const [rows = 0, width = 0] = x.shape;
  if (x.shape.length !== 2 || rows === 0) {
    throw new ShapeError(
      `${call}: x has ${rows === 0 ? "no rows: " : "shape "}[${x.shape.join(", ")}]\n  hint: pass x: [rows, features]`,
    );
  }
  const data = await x.data();
  const infinite = data.findIndex((value) => Math.abs(value) === Infinity);
  if (infinite >= 0) {
    throw new ArgumentError(
      `${call}: row ${Math.floor(infinite / width)}, feature ${infinite % width} is ${data[infinite]}\n  hint: pass finite numbers, or NaN for missing values`,
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

/** Maps every feature's values. */
export const each = <T>(features: Features, of: (column: Float64Array, index: number) => T): T[] =>
  Array.from({ length: features.width }, (_, j) => of(features.column(j), j));

/** Throws ShapeError unless x has as many features as `fit` saw. */
export function checkWidth(call: string, x: Tensor, width: number): Tensor {
  if (x.shape.at(-1) === width) return x;
  throw new ShapeError(
    `${call}: x has shape [${x.shape.join(", ")}], but fit saw ${width} features\n  hint: pass the same columns in the same order`,
  );
}

/**
 * A row of numbers as a tensor [features], f32. JSON's null stands for NaN, which a feature without
 * values has.
 */
export const rowOf = (values: readonly (number | null)[]): Tensor =>
  tensor(Float32Array.from(values, (value) => value ?? Number.NaN));

/** Reads the labels; there must be one per row. */
export async function readLabels(
  call: string,
  y: Labels | Tensor | undefined,
  rows: number,
): Promise<Labels> {
  const labels = y === undefined || !("dtype" in y) ? y : await (y as Tensor).data();
  if (labels?.length === rows) return labels;
  throw new ShapeError(
    `${call}: ${labels === undefined ? "no" : labels.length} labels for ${rows} rows\n  hint: call fit(x, y) with one label per row`,
  );
}
