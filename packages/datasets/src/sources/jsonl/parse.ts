import { DataError } from "../../table/error.ts";
import { type RowValues, tableOfRows } from "../../table/records.ts";
import type { ColumnTypes, Table } from "../../table/table.ts";

/** Settings of the reader of JSON Lines. */
export interface JsonlOptions {
  /** What columns hold; one not named holds text if its first value is text, else numbers. */
  readonly types?: ColumnTypes;
  /** What messages call the text (default "JSON Lines"; `readJsonl` gives the file's name). */
  readonly name?: string;
}

/**
 * Reads a table from JSON Lines: an object a line, empty lines count for nothing.
 *
 * Throws DataError for empty text, a line that is no JSON object, and a value that does not fit its column.
 */
export function parseJsonl(text: string, options: JsonlOptions = {}): Table {
  const { name = "JSON Lines", types = {} } = options;
  const rows: RowValues[] = [];
  const lines: number[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .forEach((content, i) => {
      if (content.trim() === "") return;
      rows.push(rowIn(content, i + 1, name));
      lines.push(i + 1);
    });
  if (rows.length === 0) throw new DataError(`${name}: the file is empty`);
  return tableOfRows(rows, { name, types, lines });
}

/** The object that a line is. Throws DataError if it is none. */
export function rowIn(content: string, line: number, name: string): RowValues {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new DataError(`${name}: line ${line}: is not JSON (${(error as Error).message})`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as RowValues;
  throw new DataError(`${name}: line ${line}: is no object, {"column": value, …}`);
}
