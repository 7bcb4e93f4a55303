import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { type RowValues, tableOfRows } from "../../table/records.ts";
import type { ColumnTypes, Table } from "../../table/table.ts";
import { checkTypes } from "../../table/types.ts";
import { checkCells, checkLimit } from "../limits.ts";

/** Settings of the reader of JSON Lines. */
export interface JsonlOptions {
  /** What columns hold; one not named holds text if its first value is text, else numbers. */
  readonly types?: ColumnTypes;
  /** What messages call the text (default "JSON Lines"; `readJsonl` gives the file's name). */
  readonly name?: string;
  /**
   * The most cells (rows times columns); by default 2²⁴, or 64 times the values there are if that
   * is more.
   */
  readonly maxCells?: number;
}

/** The settings as `checkCall` takes them. */
export const jsonlSettings = "{ types, name: string, maxCells: number }";

/**
 * Reads a table from JSON Lines: an object a line, empty lines count for nothing. A key that an
 * object has not is missing in its row.
 *
 * Throws DataError for empty text, a line that is no JSON object, and a value that does not fit its
 * column; LimitError for objects of so different keys that the table would be nearly empty.
 */
export function parseJsonl(text: string, options: JsonlOptions = {}): Table {
  checkCall(`parseJsonl(text: string, ${jsonlSettings})`, arguments);
  const { name = "JSON Lines", types = {} } = options;
  checkTypes("parseJsonl", types);
  const gathered = new RowGatherer(name, options.maxCells);
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .forEach((content, i) => {
      if (content.trim() !== "") gathered.add(content, i + 1);
    });
  const { rows, lines, names } = gathered;
  if (rows.length === 0) throw new DataError(`${name}: the file is empty`);
  return tableOfRows(rows, { name, types, lines, names });
}

/** Objects of lines, and the names of their keys as they come. */
export class RowGatherer {
  readonly rows: RowValues[] = [];
  readonly lines: number[] = [];
  readonly #names = new Set<string>();
  readonly #name: string;
  readonly #maxCells: number | undefined;
  #values = 0;

  constructor(name: string, maxCells: number | undefined) {
    checkLimit(name, "maxCells", maxCells);
    this.#name = name;
    this.#maxCells = maxCells;
  }

  get names(): string[] {
    return [...this.#names];
  }

  /** Throws DataError for a line that is no object, LimitError for one row or column too many. */
  add(content: string, line: number): void {
    const row = rowIn(content, line, this.#name);
    for (const key of Object.keys(row)) {
      this.#values++;
      this.#names.add(key);
    }
    this.rows.push(row);
    this.lines.push(line);
    const size = { rows: this.rows.length, columns: this.#names.size, values: this.#values };
    checkCells(this.#name, size, this.#maxCells);
  }
}

/** The object that a line is. Throws DataError if it is none. */
function rowIn(content: string, line: number, name: string): RowValues {
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
