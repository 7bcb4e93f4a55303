import Papa from "papaparse";
import { DataError } from "../../table/error.ts";
import { type ColumnTypes, Table, type TableOptions } from "../../table/table.ts";

/** Settings of the CSV reader. */
export interface CsvOptions {
  /** What a column holds; one not named holds numbers if every cell is one, else text. */
  readonly types?: ColumnTypes;
  /** What stands between cells; found out from the text if not given. */
  readonly delimiter?: string;
  /** Texts that stand for a value that is not there ("", "NA"): NaN among numbers, else empty. None by default. */
  readonly missing?: readonly string[];
  /** What messages call the text (default "CSV"; `readCsv` gives the file's name). */
  readonly name?: string;
}

/**
 * Reads a table from text: the first line names the columns, empty lines count for nothing.
 *
 * Throws DataError for empty text, a name missing or used twice, and a row of the wrong length.
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  const { name = "CSV", types = {} } = options;
  const content = text.replace(/^\uFEFF/, "");
  const delimiter = options.delimiter ?? commonest(content);
  const { data, errors } = Papa.parse<string[]>(content, { delimiter });
  const records = withLines(data);
  const [header, ...rows] = records;
  if (header === undefined) throw new DataError(`${name}: the file is empty`);
  const unclosed = errors.find((error) => error.type === "Quotes");
  if (unclosed !== undefined) {
    const line = data.slice(0, unclosed.row ?? 0).reduce(addLines, 1);
    throw new DataError(`${name}: line ${line}: a quotation mark is not closed`);
  }
  const names = header.cells.map((cell) => cell.trim());
  checkNames(name, names);
  if (rows.length === 0) throw new DataError(`${name}: no rows below the header`);
  rows.forEach(({ cells, line }, i) => {
    if (cells.length === names.length) return;
    throw new DataError(
      `${name}: row ${i + 1} (line ${line}) has ${cells.length} values, the header has ${names.length} names`,
    );
  });
  const lines = Int32Array.from(rows, ({ line }) => line);
  return tableOf(names, rows, { name, types, lines, missing: options.missing ?? [] });
}

/** Cells by row become columns. */
function tableOf(
  names: readonly string[],
  rows: readonly { readonly cells: readonly string[] }[],
  { missing, ...options }: TableOptions & { readonly missing: readonly string[] },
): Table {
  const none = new Set(missing);
  const cellOf = (cell = ""): string => (none.has(cell.trim()) ? "" : cell);
  const columns = names.map(
    (name, j) => [name, rows.map(({ cells }) => cellOf(cells[j]))] as const,
  );
  return new Table(new Map(columns), { ...options, mayMiss: none.size > 0 });
}

/** The delimiter that the first line with text has most of, quoted cells apart. */
function commonest(text: string): string {
  const header = (/[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? "").replace(/"[^"]*"/g, "");
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: header.split(mark).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** The records that are not empty lines, with the line each starts on. */
function withLines(data: readonly string[][]): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = [];
  let line = 1;
  for (const cells of data) {
    if (cells.some((cell) => cell.trim() !== "")) records.push({ cells, line });
    line = addLines(line, cells);
  }
  return records;
}

/** A record ends its line; a quoted cell may span several. */
const addLines = (line: number, cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), line + 1);

function checkNames(name: string, names: readonly string[]): void {
  names.forEach((column, i) => {
    if (column === "") throw new DataError(`${name}: column ${i + 1} of the header has no name`);
    if (names.indexOf(column) !== i) {
      throw new DataError(`${name}: two columns are called ${JSON.stringify(column)}`);
    }
  });
}
