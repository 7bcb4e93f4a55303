import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { DataError } from "../table/error.ts";
import type { Table } from "../table/table.ts";
import type { NamedColumn } from "./transform.ts";

/** A cell's value. */
export type Value = number | string;

export const isMissing = (value: Value): boolean => value === "" || Number.isNaN(value);

/** The columns of a table. */
export const columnsOf = (table: Table, names: readonly string[] = table.names): NamedColumn[] =>
  names.map((name) => ({ name, values: table.column(name) }));

/** Throws ArgumentError unless these are the columns that `fit` saw. */
export function checkColumns(
  call: string,
  columns: readonly NamedColumn[],
  names: readonly string[],
): void {
  const here = columns.map(({ name }) => name);
  if (here.length === names.length && here.every((name, j) => name === names[j])) return;
  throw new ArgumentError(
    `${call}: columns are ${here.join(", ") || "none"}, but fit saw ${names.join(", ")}\n  hint: pass the same columns in the same order`,
  );
}

/**
 * Numeric columns as a tensor [rows, columns], f32. Throws DataError for text and missing values.
 */
export function tensorOf(columns: readonly NamedColumn[]): Tensor {
  const rows = columns[0]?.values.length ?? 0;
  const width = columns.length;
  const out = new Float32Array(rows * width);
  columns.forEach(({ name, values }, j) => {
    if (Array.isArray(values)) {
      throw new DataError(
        `column ${JSON.stringify(name)} is text; expected numbers\n  hint: apply OneHotEncoder or OrdinalEncoder first`,
      );
    }
    const missing = values.filter(Number.isNaN).length;
    if (missing > 0) {
      throw new DataError(
        `column ${JSON.stringify(name)} lacks ${missing} of ${rows} values\n  hint: apply SimpleImputer first`,
      );
    }
    for (let i = 0; i < rows; i++) out[i * width + j] = values[i] as number;
  });
  return tensor(out, { shape: [rows, width] });
}
