import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { type RowValues, tableOfRows } from "../../table/records.ts";
import type { ColumnTypes, Table } from "../../table/table.ts";
import { checkTypes } from "../../table/types.ts";
import { checkCells, checkLimit } from "../limits.ts";

/** Settings of the reader of JSON Lines. */
export interface JsonlOptions {
  /** Types of columns. Other columns are text if their first value is text, otherwise numbers. */
  readonly types?: ColumnTypes;
  /**
   * Name of the text in error messages (default "JSON Lines"; `readJsonl` uses the file's name).
   */
  readonly name?: string;
  /**
   * Maximum number of cells (rows times columns) (default: 2²⁴, or 64 times the number of values if
   * that is more).
   */
  readonly maxCells?: number;
}

/** The settings in the notation of `checkCall`. */
export const jsonlSettings = "{ types, name: string, maxCells: number }";

/**
 * Reads a table from JSON Lines, one object per line; empty lines are skipped. Keys that an object
 * lacks are missing values.
 *
 * Throws DataError for empty text, a line that is not a JSON object, and a value that does not fit
 * its column. Throws LimitError if the objects' keys differ so much that the table would be nearly
 * empty.
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

/** Collects the objects of lines, and their keys in order of appearance. */
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

  /**
   * Adds a line. Throws DataError if it is not an object, and LimitError for too many rows or
   * columns.
   */
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

/** Parses a line as an object. Throws DataError if it is not one. */
function rowIn(content: string, line: number, name: string): RowValues {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new DataError(`${name}: line ${line}: not valid JSON (${(error as Error).message})`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as RowValues;
  throw new DataError(`${name}: line ${line}: not an object {"column": value, …}`);
}
