import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { type ColumnTypes, Table, type TableOptions } from "../../table/table.ts";
import { checkTypes } from "../../table/types.ts";
import { type CsvRecord, RecordReader } from "./records.ts";

/** Settings of the CSV reader. */
export interface CsvOptions {
  /** Types of columns. Other columns are numbers if every cell is one, otherwise text. */
  readonly types?: ColumnTypes;
  /** Delimiter of cells (default: detected). */
  readonly delimiter?: string;
  /**
   * Texts that mean a missing value, such as "" or "NA": NaN in numeric columns, empty in text
   * columns (default: none).
   */
  readonly missing?: readonly string[];
  /** Name of the text in error messages (default "CSV"; `readCsv` uses the file's name). */
  readonly name?: string;
}

/**
 * Reads a table from CSV text. The first line has the column names; blank lines are skipped. Text
 * cells keep their spaces, as in pandas.
 *
 * Throws DataError for empty text, a missing or repeated column name, and a row of the wrong
 * length.
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  checkCall(`parseCsv(text: string, ${csvSettings})`, arguments);
  const { name = "CSV", delimiter, types = {}, missing = [] } = options;
  checkCsv("parseCsv", options);
  const reader = new RecordReader(name, delimiter);
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += PIECE) {
    for (const record of reader.read(text.slice(at, at + PIECE), false)) records.push(record);
  }
  for (const record of reader.read("", true)) records.push(record);
  const { names } = reader;
  if (records.length === 0) throw new DataError(`${name}: there are no rows below the header`);
  return tableOf(names, records, { name, types, missing });
}

/** Number of characters per call of the parser. */
const PIECE = 2 ** 20;

/** The settings in the notation of `checkCall`. */
export const csvSettings = "{ types, delimiter: string, missing, name: string }";

/** Throws ArgumentError for invalid settings. */
export function checkCsv(call: string, { types = {}, delimiter, missing = [] }: CsvOptions): void {
  checkTypes(call, types);
  if (!Array.isArray(missing) || !missing.every((text) => typeof text === "string")) {
    throw new ArgumentError(
      `${call}: missing is not a list of texts\n  hint: pass { missing: ["", "NA"] }`,
    );
  }
  if (delimiter === undefined || (delimiter !== "" && !/["\r\n]/.test(delimiter))) return;
  throw new ArgumentError(
    `${call}: delimiter is ${JSON.stringify(delimiter)}\n  hint: "," or ";" or "\\t"; if left out, it is detected`,
  );
}

/** Turns rows of cells into text columns. */
export function tableOf(
  names: readonly string[],
  records: readonly CsvRecord[],
  { missing, ...options }: TableOptions & { readonly missing: readonly string[] },
): Table {
  const none = new Set(missing);
  const cellOf = (cell: string): string => (none.has(cell.trim()) ? "" : cell);
  const columns = names.map((name, j) => {
    const cells = records.map((record) => record.cells[j] as string);
    return [name, none.size > 0 ? cells.map(cellOf) : cells] as const;
  });
  const lines = Int32Array.from(records, ({ line }) => line);
  return new Table(new Map(columns), { ...options, lines, mayMiss: none.size > 0 });
}
