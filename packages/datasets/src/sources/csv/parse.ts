import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { type ColumnTypes, Table, type TableOptions } from "../../table/table.ts";
import { checkTypes } from "../../table/types.ts";
import { type CsvRecord, RecordReader } from "./records.ts";

/** Settings of the CSV reader. */
export interface CsvOptions {
  /** What a column holds; one not named holds numbers if every cell is one, else text. */
  readonly types?: ColumnTypes;
  /** What stands between cells; found out from the text if not given. */
  readonly delimiter?: string;
  /**
   * Texts that stand for a value that is not there ("", "NA"): NaN among numbers, else empty. None
   * by default.
   */
  readonly missing?: readonly string[];
  /** What messages call the text (default "CSV"; `readCsv` gives the file's name). */
  readonly name?: string;
}

/**
 * Reads a table from text: the first line names the columns, blank lines count for nothing. Texts
 * keep their spaces, as in pandas.
 *
 * Throws DataError for empty text, a name missing or used twice, and a row of the wrong length.
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
  if (records.length === 0) throw new DataError(`${name}: no rows below the header`);
  return tableOf(names, records, { name, types, missing });
}

/** The parser takes so many characters at a time. */
const PIECE = 2 ** 20;

/** The settings as `checkCall` takes them. */
export const csvSettings = "{ types, delimiter: string, missing, name: string }";

/** Throws ArgumentError for settings that are none. */
export function checkCsv(call: string, { types = {}, delimiter, missing = [] }: CsvOptions): void {
  checkTypes(call, types);
  if (!Array.isArray(missing) || !missing.every((text) => typeof text === "string")) {
    throw new ArgumentError(
      `${call}: missing is no list of texts\n  hint: { missing: ["", "NA"] }`,
    );
  }
  if (delimiter === undefined || (delimiter !== "" && !/["\r\n]/.test(delimiter))) return;
  throw new ArgumentError(
    `${call}: delimiter is ${JSON.stringify(delimiter)}\n  hint: "," or ";" or "\\t"; left out, it is found in the text`,
  );
}

/** Rows of cells become columns of text. */
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
