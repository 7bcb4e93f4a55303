import { ArgumentError } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import { checkSeen, type Matrix, type Rows, readRows, type Seen } from "../../estimator/input.ts";

/** The categories of each feature, sorted; null of numbers. */
export type Encoding = readonly (readonly (number | string)[] | null)[];

/** Features by number or, of a table, by name. */
export type FeatureNames = readonly (number | string)[];

/** Numbers of features. Throws ArgumentError for one there is not. */
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
 * Reads rows whose categorical features become the codes 0, 1, … of their sorted categories; NaN
 * and empty text are missing.
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
      `${call}: column ${JSON.stringify(name)} is text; expected numbers\n  hint: { categoricalFeatures: [${JSON.stringify(name)}] }, or OneHotEncoder first`,
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

/** Reads rows as `learnEncoding` did; a category that was not there then is missing. */
export async function encodeRows(
  call: string,
  x: Rows,
  encoding: Encoding,
  seen: Seen,
): Promise<Matrix> {
  return encoded(await cellsOf(call, x, seen), encoding);
}

/** Rows with the columns that are text beside them, for which the matrix holds NaN. */
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
