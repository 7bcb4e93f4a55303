import { shown } from "./cells.ts";
import { DataError } from "./error.ts";
import { type Column, type ColumnType, type ColumnTypes, Table } from "./table.ts";

/** A row of values by column, as JSON, Parquet and databases give them. */
export type RowValues = Readonly<Record<string, unknown>>;

/** Settings of `tableOfRows`. */
export interface RowsOptions {
  /** What messages call the table. */
  readonly name: string;
  /** What columns hold; one not named holds text if its first value is text, else numbers. */
  readonly types?: ColumnTypes;
  /** The line each row stands on, where rows come from a file of lines. */
  readonly lines?: ArrayLike<number>;
  /** The columns, in order; those of the rows, as they come, if not given. */
  readonly names?: readonly string[];
  /** How many rows came before these, for messages. */
  readonly before?: number;
}

/**
 * A table of rows of values. Numbers, true and false (1 and 0), whole numbers of 64 bits and dates
 * (milliseconds since 1970) are numbers; null and what is not there is missing: NaN among numbers,
 * empty among text.
 *
 * Throws DataError naming row and column of the first value that does not fit its column.
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

/** One column of such a table. Throws DataError as `tableOfRows`. */
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

/** Text if the first value that is not missing is text. */
function typeOfValues(values: ArrayLike<unknown>): ColumnType {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined)
      return typeof value === "string" ? "string" : "number";
  }
  return "number";
}

/** The number a value is, NaN for one that is missing, null for one that is none. */
function numberOf(value: unknown): number | null {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  const number = typeof value === "bigint" ? Number(value) : null;
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

/** Text of a value, empty for one that is missing, null for what is neither text nor number. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" || typeof value === "function" ? null : String(value);
}

function described(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "string") return shown(value);
  if (typeof value === "bigint") return `${value}, past what a number holds exactly`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return String(value);
}
