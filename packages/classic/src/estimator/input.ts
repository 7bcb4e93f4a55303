import { ArgumentError, noGrad, ShapeError, Tensor, tensor } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import { shown } from "./settings.ts";

/** Rows of features: a tensor [rows, features], or a table with numeric columns. */
export type Rows = Tensor | Table;
/** One number for each row. */
export type Numbers = Tensor | ArrayLike<number>;

/** Settings of `fit`. */
export interface FitOptions {
  /** Weight of each row (default 1 each). */
  readonly sampleWeight?: Numbers | undefined;
}

/** Features on the host. */
export interface Matrix {
  readonly rows: number;
  readonly width: number;
  /** Row-major, as f32. */
  readonly data: Float32Array | Float64Array;
  /** Column names of a table; null for a tensor. */
  readonly names: readonly string[] | null;
  /** Device of the results: that of the tensor. */
  readonly device: Tensor["device"] | undefined;
}

/** The features that an estimator was fitted on. */
export interface Seen {
  readonly width: number;
  readonly names: readonly string[] | null;
}

interface ReadOptions {
  /** Whether NaN means a missing value (default false: it is refused). */
  readonly missing?: boolean;
  /** The features that `fit` saw; predictions need the same. */
  readonly seen?: Seen;
}

/**
 * Reads rows of features to the host.
 *
 * Throws ShapeError unless x is [rows, features] with at least one row and one feature and, if
 * `seen` is given, has the same features. Throws ArgumentError for text, infinities and, unless
 * missing values are allowed, NaN.
 */
export async function readRows(call: string, x: Rows, options: ReadOptions = {}): Promise<Matrix> {
  const { missing = false, seen } = options;
  const names = x instanceof Table ? x.names : null;
  const features = givenTensor(call, x, missing);
  const [rows = 0, width = 0] = features.shape;
  if (features.ndim !== 2 || rows === 0 || width === 0) {
    const empty = rows === 0 ? "no rows in " : width === 0 ? "no features in " : "";
    throw new ShapeError(
      `${call}: ${features.ndim === 2 ? empty : ""}x: [${features.shape.join(", ")}]\n  hint: x is [rows, features]`,
    );
  }
  if (seen !== undefined) checkSeen(call, { width, names }, seen);
  const read = await features.data();
  const data = read instanceof Float64Array ? read : Float32Array.from(read);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (Number.isFinite(value) || (missing && Number.isNaN(value))) continue;
    const place = `x[${Math.floor(i / width)}, ${names === null ? i % width : shown(names[i % width])}]`;
    throw new ArgumentError(
      `${call}: ${place} is ${value}\n  hint: ${
        Number.isNaN(value)
          ? "SimpleImputer fills missing values; trees, forests and histogram boosting accept them"
          : "a finite number"
      }`,
    );
  }
  return { rows, width, data, names, device: x instanceof Table ? undefined : features.device };
}

/**
 * Features as an f32 tensor on their device, not read to the host. Throws ArgumentError for values
 * that cannot be features.
 */
export function tensorOf(call: string, x: Rows): Tensor {
  const features = givenTensor(call, x);
  return features.dtype === "f32" ? features : noGrad(() => features.to("f32"));
}

/** Features as a tensor on their device, in their own dtype. Throws like `tensorOf`. */
export function givenTensor(call: string, x: Rows, missing = false): Tensor {
  if (x instanceof Tensor) return x;
  if (!(x instanceof Table)) {
    throw new ArgumentError(
      `${call}: x is ${shown(x)}\n  hint: pass a tensor [rows, features] or a Table of numbers`,
    );
  }
  for (const name of x.names) {
    if (x.type(name) !== "string") continue;
    throw new ArgumentError(
      `${call}: column ${JSON.stringify(name)} is text; expected numbers\n  hint: apply OneHotEncoder or OrdinalEncoder first`,
    );
  }
  const out = new Float32Array(x.length * x.names.length);
  x.names.forEach((name, j) => {
    x.numbers(name).forEach((value, i) => {
      out[i * x.names.length + j] = value;
      if (missing || !Number.isNaN(value)) return;
      throw new ArgumentError(
        `${call}: ${x.place(i, name)} is missing\n  hint: apply SimpleImputer first`,
      );
    });
  });
  return tensor(out, { shape: [x.length, x.names.length] });
}

/**
 * Features as a tensor on their device. Throws ShapeError or ArgumentError unless `fit` saw the
 * same features.
 */
export function seenTensor(call: string, x: Rows, seen: Seen): Tensor {
  const features = tensorOf(call, x);
  if (features.ndim !== 2) {
    throw new ShapeError(
      `${call}: x: [${features.shape.join(", ")}]\n  hint: x is [rows, features]`,
    );
  }
  const names = x instanceof Table ? x.names : null;
  checkSeen(call, { width: features.shape[1] as number, names }, seen);
  return features;
}

/**
 * Features of rows to predict, likewise. Throws like `readRows` if there are no rows, or if a value
 * is NaN or infinite.
 */
export async function predictionInput(call: string, x: Rows, seen: Seen): Promise<Tensor> {
  const features = seenTensor(call, x, seen);
  const isSound = (features.shape[0] as number) > 0 && (await finite(features));
  if (!isSound) await readRows(call, x, { seen });
  return features;
}

const finite = async (x: Tensor): Promise<boolean> =>
  (await noGrad(() => x.isfinite().all()).item()) !== 0;

/** Throws ShapeError or ArgumentError unless the features are those that `fit` saw. */
export function checkSeen(call: string, now: Seen, seen: Seen): void {
  if (now.width !== seen.width) {
    throw new ShapeError(
      `${call}: x has ${now.width} features, but fit saw ${seen.width}\n  hint: use the same columns in the same order`,
    );
  }
  if (now.names === null || seen.names === null) return;
  if (now.names.every((name, j) => name === seen.names?.[j])) return;
  throw new ArgumentError(
    `${call}: the columns are ${now.names.join(", ")}, but fit saw ${seen.names.join(", ")}\n  hint: use the same columns in the same order`,
  );
}

/**
 * Numbers on the host, one for each row. Throws ShapeError for another count and ArgumentError for
 * values that are not finite numbers.
 */
export async function readNumbers(
  call: string,
  what: string,
  y: Numbers | undefined,
  rows: number,
): Promise<Float64Array> {
  if (y === undefined || y === null) {
    throw new ArgumentError(`${call}: ${what} are missing\n  hint: pass one number for each row`);
  }
  if (y instanceof Tensor) {
    const column = y.ndim === 1 || (y.ndim === 2 && y.shape[1] === 1);
    if (!column) {
      throw new ShapeError(
        `${call}: ${what}: [${y.shape.join(", ")}]\n  hint: [rows], or [rows, 1]`,
      );
    }
  }
  const values: ArrayLike<unknown> = y instanceof Tensor ? await y.data() : y;
  if (values.length !== rows) {
    throw new ShapeError(
      `${call}: got ${values.length} ${what} for ${rows} rows\n  hint: pass one for each row`,
    );
  }
  return Float64Array.from({ length: rows }, (_, i) => {
    const value = values[i];
    if (typeof value === "boolean") return Number(value);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    const hint =
      typeof value === "string" ? "LabelEncoder converts names to numbers" : "finite numbers";
    throw new ArgumentError(`${call}: ${what}[${i}] is ${shown(value)}\n  hint: ${hint}`);
  });
}

/**
 * Weights on the host, one for each row; null if none are given. Throws ArgumentError if a weight
 * is negative or all are 0.
 */
export async function readWeights(
  call: string,
  { sampleWeight }: FitOptions,
  rows: number,
): Promise<Float64Array | null> {
  if (sampleWeight === undefined) return null;
  const weights = await readNumbers(call, "sampleWeight", sampleWeight, rows);
  const negative = weights.findIndex((weight) => weight < 0);
  if (negative >= 0) {
    throw new ArgumentError(
      `${call}: sampleWeight[${negative}] is ${weights[negative]}\n  hint: 0 or more`,
    );
  }
  if (weights.every((weight) => weight === 0)) {
    throw new ArgumentError(`${call}: all weights in sampleWeight are 0`);
  }
  return weights;
}

/** Classes on the host: the sorted classes, and the class index of each row. */
export interface Labelled {
  readonly classes: Int32Array;
  readonly codes: Int32Array;
}

/**
 * Reads class labels. Throws ArgumentError for labels that are not integers, and for fewer than
 * `least` classes.
 */
export async function readClasses(
  call: string,
  y: Numbers | undefined,
  rows: number,
  least = 2,
): Promise<Labelled> {
  const labels = await readNumbers(call, "labels", y, rows);
  const odd = labels.findIndex((label) => label !== (label | 0));
  if (odd >= 0) {
    throw new ArgumentError(
      `${call}: labels[${odd}] is ${labels[odd]}, which is not a class\n  hint: labels must be integers; use a regressor to predict quantities`,
    );
  }
  const classes = Int32Array.from(new Set(labels)).sort();
  if (classes.length < least) {
    throw new ArgumentError(
      `${call}: all labels are of class ${classes[0]}\n  hint: at least two classes are needed`,
    );
  }
  const codeOf = new Map(Array.from(classes, (label, code) => [label, code]));
  return { classes, codes: Int32Array.from(labels, (label) => codeOf.get(label) as number) };
}

/** The columns of rows of features, one array each. */
export function columnsOf({ rows, width, data }: Matrix): Float32Array[] {
  return Array.from({ length: width }, (_, j) => {
    const column = new Float32Array(rows);
    for (let i = 0; i < rows; i++) column[i] = data[i * width + j] as number;
    return column;
  });
}
