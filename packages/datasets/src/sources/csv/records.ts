import Papa from "papaparse";
import { DataError } from "../../table/error.ts";

/** A row's cells, and the line it starts on. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** A row that does not end within so many characters is a quotation mark that was not closed. */
const LONGEST_ROW = 2 ** 24;

/** Cuts text that comes in pieces into rows; the first names the columns, empty lines count for nothing. */
export class RecordReader {
  readonly #name: string;
  #delimiter: string | null;
  #newline: "\n" | "\r" | "\r\n" | null = null;
  #names: readonly string[] | null = null;
  /** What is left of the text so far: the start of a row. */
  #rest = "";
  #line = 1;
  #rows = 0;
  #started = false;

  constructor(name: string, delimiter: string | undefined) {
    this.#name = name;
    this.#delimiter = delimiter ?? null;
  }

  /** The names of the columns. Throws DataError before the first row was read. */
  get names(): readonly string[] {
    if (this.#names === null) throw new DataError(`${this.#name}: the file is empty`);
    return this.#names;
  }

  /**
   * The rows that end in this piece; all that are left if it is the `last`.
   *
   * Throws DataError for a name missing or used twice, a row of the wrong length and a quotation mark not closed.
   */
  read(piece: string, last: boolean): CsvRecord[] {
    this.#rest += this.#started ? piece : piece.replace(/^\uFEFF/, "");
    this.#started ||= piece !== "";
    if (this.#newline === null && !this.#look(last)) return [];
    const { data, errors, cursor } = parse(this.#rest, this.#newline, this.#delimiter, !last);
    const records: CsvRecord[] = [];
    for (const [i, cells] of data.entries()) {
      if (errors.some((error) => error.type === "Quotes" && error.row === i))
        throw this.#unclosed();
      this.#take(cells, records);
    }
    if (last && errors.some(({ type }) => type === "Quotes")) throw this.#unclosed();
    this.#rest = last ? "" : this.#rest.slice(cursor);
    if (this.#rest.length > LONGEST_ROW) throw this.#unclosed();
    return records;
  }

  #take(cells: readonly string[], records: CsvRecord[]): void {
    const line = this.#line;
    this.#line = addLines(line, cells);
    if (cells.every((cell) => cell.trim() === "")) return;
    if (this.#names === null) {
      this.#names = namesIn(cells, this.#name);
      return;
    }
    this.#rows++;
    const { length } = this.#names;
    if (cells.length !== length) {
      throw new DataError(
        `${this.#name}: row ${this.#rows} (line ${line}) has ${cells.length} values, the header has ${length} names`,
      );
    }
    records.push({ cells, line });
  }

  /** Finds out how lines end and what stands between cells, from the first line with text; false if it is not all there. */
  #look(last: boolean): boolean {
    const plain = this.#rest.replace(/"[^"]*"/g, "");
    const ending = /\S[^\r\n]*(\r\n|\n|\r(?=[^\n]))/.exec(plain)?.[1] ?? null;
    if (ending === null && !last && this.#rest.length <= LONGEST_ROW) return false;
    this.#newline = (ending ?? /\r\n|\n|\r/.exec(plain)?.[0] ?? "\n") as "\n" | "\r" | "\r\n";
    this.#delimiter ??= commonest(this.#rest);
    return true;
  }

  #unclosed(): DataError {
    return new DataError(`${this.#name}: line ${this.#line}: a quotation mark is not closed`);
  }
}

interface Parsed {
  readonly data: readonly string[][];
  readonly errors: readonly { readonly type: string; readonly row?: number }[];
  readonly cursor: number;
}

/** papaparse's own parser, which stops before a row that may go on in the next piece. */
function parse(
  text: string,
  newline: "\n" | "\r" | "\r\n" | null,
  delimiter: string | null,
  ignoreLastRow: boolean,
): Parsed {
  const config = { ...(newline && { newline }), ...(delimiter && { delimiter }) };
  const { data, errors, meta } = new Papa.Parser(config).parse(text, 0, ignoreLastRow);
  return { data, errors, cursor: meta.cursor };
}

/** The delimiter that the first line with text has most of, quoted cells apart. */
function commonest(text: string): string {
  const header = (/[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? "").replace(/"[^"]*"/g, "");
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: header.split(mark).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** A record ends its line; a quoted cell may span several. */
function addLines(line: number, cells: readonly string[]): number {
  let next = line + 1;
  for (const cell of cells) {
    if (/[\r\n]/.test(cell)) next += cell.match(/\r\n|\r|\n/g)?.length ?? 0;
  }
  return next;
}

function namesIn(cells: readonly string[], source: string): readonly string[] {
  const names = cells.map((cell) => cell.trim());
  names.forEach((column, i) => {
    if (column === "") throw new DataError(`${source}: column ${i + 1} of the header has no name`);
    if (names.indexOf(column) !== i) {
      throw new DataError(`${source}: two columns are called ${JSON.stringify(column)}`);
    }
  });
  return names;
}
