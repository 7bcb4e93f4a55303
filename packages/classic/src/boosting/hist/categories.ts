import { ArgumentError } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import { checkSeen, type Matrix, type Rows, readRows, type Seen } from "../../estimator/input.ts";

/** The sorted categories of each feature; null for numeric features. */
export type Encoding = readonly (readonly (number | string)[] | null)[];

/** Features by index or, for a table, by name. */
export type FeatureNames = readonly (number | string)[];

/** Indices of features. Throws ArgumentError for an unknown feature. */
export function placesOf(
  call: string,
  setting: string,
  features: FeatureNames,
  seen: Seen,
): number[] {
  return features.map((feature) => {
    const place = typeof feature === "number" ? feature : (seen.names?.indexOf(feature) ?? -1);
    if (Number.isInteger(place) && place >= 0 && place < seen.width) return place;
    throw new ArgumentError(
      `${call}: ${setting} names ${JSON.stringify(feature)}\n  hint: ${
        seen.names?.join(", ") ?? `numbers of features from 0 to ${seen.width - 1}`
      }`,
    );
  });
}

/**
 * Reads rows and encodes categorical features as the codes 0, 1, … of their sorted categories. NaN
 * and empty text are missing values.
 */
export async function learnEncoding(
  call: string,
  x: Rows,
  categorical: FeatureNames,
): Promise<{ readonly matrix: Matrix; readonly encoding: Encoding }> {
  const columns = await cellsOf(call, x, null);
  const places = new Set(placesOf(call, "categoricalFeatures", categorical, columns.matrix));
  columns.text.forEach((cells, j) => {
    if (cells === null || places.has(j)) return;
    const name = columns.matrix.names?.[j];
    throw new ArgumentError(
      `${call}: column ${JSON.stringify(name)} is text; expected numbers\n  hint: set { categoricalFeatures: [${JSON.stringify(name)}] }, or apply OneHotEncoder first`,
    );
  });
  const { width } = columns.matrix;
  const encoding = Array.from({ length: width }, (_, j) => {
    if (!places.has(j)) return null;
    const text = columns.text[j];
    if (text != null) return [...new Set(text.filter((cell) => cell !== ""))].sort();
    const values = new Set(numbersOf(columns.matrix, j).filter((value) => !Number.isNaN(value)));
    return [...values].sort((a, b) => a - b);
  });
  return { matrix: encoded(columns, encoding), encoding };
}

/** Reads rows with the categories that `learnEncoding` found; a new category is missing. */
export async function encodeRows(
  call: string,
  x: Rows,
  encoding: Encoding,
  seen: Seen,
): Promise<Matrix> {
  return encoded(await cellsOf(call, x, seen), encoding);
}

/** Rows and, separately, their text columns, for which the matrix holds NaN. */
interface Cells {
  readonly matrix: Matrix;
  readonly text: readonly (readonly string[] | null)[];
}

async function cellsOf(call: string, x: Rows, seen: Seen | null): Promise<Cells> {
  const isText = (name: string): boolean => x instanceof Table && x.type(name) === "string";
  if (!(x instanceof Table) || !x.names.some(isText)) {
    const matrix = await readRows(call, x, { missing: true, ...(seen && { seen }) });
    return { matrix, text: new Array<null>(matrix.width).fill(null) };
  }
  if (seen !== null) checkSeen(call, { width: x.names.length, names: x.names }, seen);
  const numbers = new Float64Array(x.length).fill(Number.NaN);
  const filled = new Table(
    new Map(x.names.map((name) => [name, isText(name) ? numbers : x.numbers(name)])),
    { name: x.source },
  );
  const matrix = await readRows(call, filled, { missing: true });
  return { matrix, text: x.names.map((name) => (isText(name) ? x.strings(name) : null)) };
}

const numbersOf = ({ data, rows, width }: Matrix, j: number): number[] =>
  Array.from({ length: rows }, (_, i) => data[i * width + j] as number);

function encoded({ matrix, text }: Cells, encoding: Encoding): Matrix {
  if (encoding.every((categories) => categories === null)) return matrix;
  const { rows, width } = matrix;
  const data = Float32Array.from(matrix.data);
  encoding.forEach((categories, j) => {
    if (categories === null) return;
    const codes = new Map(categories.map((category, code) => [category, code]));
    const cells = text[j] ?? numbersOf(matrix, j);
    for (let i = 0; i < rows; i++) {
      data[i * width + j] = codes.get(cells[i] as number | string) ?? Number.NaN;
    }
  });
  return { ...matrix, data };
}
