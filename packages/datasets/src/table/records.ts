import { shown } from "./cells.ts";
import { DataError } from "./error.ts";
import { type Column, type ColumnType, type ColumnTypes, Table } from "./table.ts";

/** A row of values by column, as JSON, Parquet and databases have them. */
export type RowValues = Readonly<Record<string, unknown>>;

/** Settings of `tableOfRows`. */
export interface RowsOptions {
  /** Name of the table in error messages. */
  readonly name: string;
  /** Types of columns. Other columns are text if their first value is text, otherwise numbers. */
  readonly types?: ColumnTypes;
  /** The line of each row, if rows come from a text file. */
  readonly lines?: ArrayLike<number>;
  /** The columns in order (default: in order of appearance in the rows). */
  readonly names?: readonly string[];
  /** Number of rows before these, for error messages. */
  readonly before?: number;
}

/**
 * Makes a table of rows. Numbers, booleans (1 and 0), 64-bit integers and dates (milliseconds since
 * 1970) become numbers. Null and absent values are missing: NaN in numeric columns, empty in text
 * columns.
 *
 * Throws DataError with row and column of the first value that does not fit its column.
 */
export function tableOfRows(rows: readonly RowValues[], options: RowsOptions): Table {
  const { name, types = {}, lines, before = 0 } = options;
  const names = options.names ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((column) => {
    const values = rows.map((row) => row[column]);
    return [column, columnOf(values, column, types[column], options)] as const;
  });
  return new Table(new Map(columns), {
    name,
    before,
    mayMiss: true,
    types: Object.fromEntries(columns.map(([column, cells]) => [column, typeOf(cells)])),
    ...(lines && { lines }),
  });
}

/** Makes one column of such a table. Throws the errors of `tableOfRows`. */
export function columnOf(
  values: ArrayLike<unknown>,
  column: string,
  declared: ColumnType | undefined,
  { name, lines, before = 0 }: Pick<RowsOptions, "name" | "lines" | "before">,
): Column {
  const type = declared ?? typeOfValues(values);
  const misfit = (i: number, wanted: string): DataError => {
    const line = lines?.[i];
    const at = line === undefined ? "" : ` (line ${line})`;
    const place = `${name}: row ${before + i + 1}${at}, column ${JSON.stringify(column)}`;
    return new DataError(`${place}: ${described(values[i])}; expected ${wanted}`);
  };
  if (type === "string") {
    return Array.from(values, (value, i) => {
      const text = textOf(value);
      if (text === null) throw misfit(i, "text");
      return text;
    });
  }
  const out = new (type === "integer" ? Int32Array : Float64Array)(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = numberOf(values[i]);
    if (value === null) throw misfit(i, type === "integer" ? "a whole number" : "a number");
    if (type === "integer" && value !== (value | 0)) throw misfit(i, "a whole number");
    out[i] = value;
  }
  return out;
}

const typeOf = (column: Column): ColumnType =>
  Array.isArray(column) ? "string" : column instanceof Int32Array ? "integer" : "number";

/** Text if the first value that is not missing is text, otherwise numbers. */
function typeOfValues(values: ArrayLike<unknown>): ColumnType {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined)
      return typeof value === "string" ? "string" : "number";
  }
  return "number";
}

/** Converts a value to a number: NaN if missing, null if impossible. */
function numberOf(value: unknown): number | null {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  const number = typeof value === "bigint" ? Number(value) : null;
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

/** Converts a value to text: empty if missing, null if it is neither text nor a number. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" || typeof value === "function" ? null : String(value);
}

function described(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string") return shown(value);
  if (typeof value === "bigint") return `${value}, which is too large for an exact number`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return String(value);
}
