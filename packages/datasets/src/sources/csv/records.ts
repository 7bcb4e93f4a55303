import Papa from "papaparse";
import { DataError } from "../../table/error.ts";
import { FormatFinder, type Newline } from "./format.ts";

/** Cells of a row, and the line that it starts on. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Maximum characters of a row. A longer one is probably an unclosed quotation mark. */
const LONGEST_ROW = 2 ** 24;

/**
 * Splits text that arrives in pieces into rows. The first row has the column names; blank lines are
 * skipped.
 */
export class RecordReader {
  readonly #name: string;
  readonly #finder: FormatFinder;
  #newline: Newline | null = null;
  #delimiter: string;
  #names: readonly string[] | null = null;
  /** Unread text: the start of a row. */
  #rest = "";
  /** Length of the unread text when no row ended in it; the search repeats when it has doubled. */
  #without = 0;
  #line = 1;
  #rows = 0;
  #started = false;

  constructor(name: string, delimiter: string | undefined) {
    this.#name = name;
    this.#finder = new FormatFinder();
    this.#delimiter = delimiter ?? "";
  }

  /** The column names. Throws DataError before the first row was read. */
  get names(): readonly string[] {
    if (this.#names === null) throw new DataError(`${this.#name}: the file is empty`);
    return this.#names;
  }

  /**
   * The complete rows of this piece; with `last`, all that is left.
   *
   * Throws DataError for a missing or repeated column name, a row of the wrong length and an
   * unclosed quotation mark.
   */
  read(piece: string, last: boolean): CsvRecord[] {
    this.#rest += this.#started ? piece : piece.replace(/^\uFEFF/, "");
    this.#started ||= piece !== "";
    if (this.#newline === null && !this.#look(last)) return [];
    if (!last && this.#rest.length < 2 * this.#without) return [];
    this.#skipBlankLines();
    const newline = this.#newline as Newline;
    const { data, errors, cursor } = parse(this.#rest, newline, this.#delimiter, !last);
    const unclosed = new Set(
      errors.filter(({ type }) => type === "Quotes").map(({ row }) => row ?? data.length),
    );
    const records: CsvRecord[] = [];
    const starts = new RowStarts(this.#rest, newline, this.#delimiter);
    for (const [i, cells] of data.entries()) {
      if (unclosed.has(i)) throw this.#unclosed();
      const isBlank = cells.length === 1 && (cells[0] as string).trim() === "";
      this.#take(cells, isBlank && this.#rest[starts.of(i)] !== '"', records);
    }
    if (last && unclosed.size > 0) throw this.#unclosed();
    this.#without = data.length === 0 ? this.#rest.length : 0;
    this.#rest = last ? "" : this.#rest.slice(cursor);
    if (this.#rest.length > LONGEST_ROW) throw this.#unclosed();
    return records;
  }

  #take(cells: readonly string[], isBlank: boolean, records: CsvRecord[]): void {
    const line = this.#line;
    this.#line = addLines(line, cells);
    if (isBlank) return;
    if (this.#names === null) {
      this.#names = namesIn(cells, this.#name);
      return;
    }
    this.#rows++;
    const { length } = this.#names;
    if (cells.length !== length) {
      throw new DataError(
        `${this.#name}: row ${this.#rows} (line ${line}) has ${cells.length} values, but the header has ${length} names`,
      );
    }
    records.push({ cells, line });
  }

  /**
   * Detects line ending and delimiter from the first line with text; false if that line is
   * incomplete.
   */
  #look(last: boolean): boolean {
    const found = this.#finder.find(this.#rest, last || this.#rest.length > LONGEST_ROW);
    if (found === null) return false;
    this.#newline = found.newline;
    this.#delimiter ||= found.delimiter;
    return true;
  }

  /** Skips blank lines without the parser, so that a file of only blank lines needs no memory. */
  #skipBlankLines(): void {
    const newline = this.#newline as Newline;
    let at = 0;
    while (this.#rest.startsWith(newline, at)) {
      at += newline.length;
      this.#line++;
    }
    if (at > 0) this.#rest = this.#rest.slice(at);
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

/** papaparse's parser, which stops before a row that may continue in the next piece. */
function parse(text: string, newline: Newline, delimiter: string, ignoreLastRow: boolean): Parsed {
  const { data, errors, meta } = new Papa.Parser({ newline, delimiter }).parse(
    text,
    0,
    ignoreLastRow,
  );
  return { data, errors, cursor: meta.cursor };
}

/**
 * Finds row starts, to tell a blank line from an empty quoted cell. Must be asked in ascending
 * order.
 */
class RowStarts {
  readonly #text: string;
  readonly #newline: Newline;
  readonly #delimiter: string;
  #row = 0;
  #at = 0;

  constructor(text: string, newline: Newline, delimiter: string) {
    this.#text = text;
    this.#newline = newline;
    this.#delimiter = delimiter;
  }

  of(row: number): number {
    for (; this.#row < row; this.#row++) this.#at = this.#endOfRow();
    return this.#at;
  }

  #endOfRow(): number {
    const end = (place: number): number => (place < 0 ? this.#text.length : place);
    let at = this.#at;
    for (;;) {
      if (this.#text[at] === '"') {
        at = this.#text.indexOf('"', at + 1);
        while (at >= 0 && this.#text[at + 1] === '"') at = this.#text.indexOf('"', at + 2);
        if (at < 0) return this.#text.length;
      }
      const newline = end(this.#text.indexOf(this.#newline, at));
      const delimiter = this.#text.slice(at, newline).indexOf(this.#delimiter);
      if (delimiter < 0) return newline + this.#newline.length;
      at += delimiter + this.#delimiter.length;
    }
  }
}

/** Adds the lines of a record, of which quoted cells may span several. */
function addLines(line: number, cells: readonly string[]): number {
  let next = line + 1;
  for (const cell of cells) {
    if (/[\r\n]/.test(cell)) next += cell.match(/\r\n|\r|\n/g)?.length ?? 0;
  }
  return next;
}

function namesIn(cells: readonly string[], source: string): readonly string[] {
  const names = cells.map((cell) => cell.trim());
  const seen = new Set<string>();
  names.forEach((column, i) => {
    if (column === "") throw new DataError(`${source}: column ${i + 1} of the header has no name`);
    if (seen.has(column)) {
      throw new DataError(`${source}: two columns have the name ${JSON.stringify(column)}`);
    }
    seen.add(column);
  });
  return names;
}
