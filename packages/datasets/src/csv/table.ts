import { type Tensor, tensor } from "@wgrad/autograd";
import { CsvError } from "./error.ts";

/** What the cells of a column are. */
export type ColumnType = "number" | "integer" | "string";
export type ColumnTypes = Readonly<Record<string, ColumnType>>;
/** A column as read: f64 for numbers, i32 for integers, or text. */
export type Column = Float64Array | Int32Array | string[];

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Rows and named columns of numbers and text. Made by `parseCsv` and `readCsv`. */
export class Table {
  /** What messages call the table. */
  readonly source: string;
  /** Names of the columns, in order. */
  readonly names: readonly string[];
  readonly #rows: readonly Row[];
  readonly #types: Map<string, ColumnType> = new Map();

  constructor(
    source: string,
    names: readonly string[],
    rows: readonly Row[],
    types: ColumnTypes = {},
  ) {
    this.source = source;
    this.names = names;
    this.#rows = rows;
    for (const [name, type] of Object.entries(types)) {
      this.#types.set(name, type);
      this.column(name);
    }
  }

  /** How many rows there are, the header not counted. */
  get length(): number {
    return this.#rows.length;
  }

  /** What a column holds: as declared, else number if every cell is one, else string. */
  type(name: string): ColumnType {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const index = this.#indexOf(name);
    const numeric = this.#rows.every(({ cells }) => numberIn(cells[index] ?? "") !== null);
    const type = numeric ? "number" : "string";
    this.#types.set(name, type);
    return type;
  }

  /** A column by its name and type. Throws CsvError naming the first cell that is not of that type. */
  column(name: string): Column {
    const type = this.type(name);
    if (type === "number") return this.numbers(name);
    if (type === "integer") return this.integers(name);
    return this.strings(name);
  }

  /** A column of text, as written less the spaces around it. */
  strings(name: string): string[] {
    const index = this.#indexOf(name);
    return this.#rows.map(({ cells }) => (cells[index] ?? "").trim());
  }

  /** A column of numbers. Throws CsvError naming row and column of the first cell that is none. */
  numbers(name: string): Float64Array {
    const index = this.#indexOf(name);
    const out = new Float64Array(this.length);
    this.#rows.forEach(({ cells }, i) => {
      const cell = cells[index] ?? "";
      const value = numberIn(cell);
      if (value === null) throw this.#misfit(i, name, cell, "a number");
      out[i] = value;
    });
    return out;
  }

  /** A column of whole numbers that fit 32 bits. Throws CsvError as `numbers`. */
  integers(name: string): Int32Array {
    const index = this.#indexOf(name);
    const out = new Int32Array(this.length);
    this.#rows.forEach(({ cells }, i) => {
      const cell = cells[index] ?? "";
      const value = numberIn(cell);
      if (value === null || value !== (value | 0))
        throw this.#misfit(i, name, cell, "a whole number");
      out[i] = value;
    });
    return out;
  }

  /**
   * Columns of numbers side by side: [rows, names.length] f32; all columns if none are named.
   *
   * Throws CsvError for a name there is not and for a cell that is no number.
   */
  tensor(names: readonly string[] = this.names): Tensor {
    const columns = names.map((name) => this.numbers(name));
    const width = columns.length;
    const out = new Float32Array(this.length * width);
    columns.forEach((column, j) => {
      for (let i = 0; i < column.length; i++) out[i * width + j] = column[i] as number;
    });
    return tensor(out, { shape: [this.length, width] });
  }

  /** A cell's place for messages: file, row, line and column. `row` counts from 0. */
  place(row: number, name: string): string {
    const line = this.#rows[row]?.line;
    return `${this.source}: row ${row + 1} (line ${line}), column ${JSON.stringify(name)}`;
  }

  /** Where a column stands. Throws CsvError that lists the names there are. */
  #indexOf(name: string): number {
    const index = this.names.indexOf(name);
    if (index >= 0) return index;
    throw new CsvError(
      `${this.source}: no column ${JSON.stringify(name)}; there are ${this.names.join(", ")}`,
    );
  }

  #misfit(row: number, name: string, cell: string, wanted: string): CsvError {
    const found = cell.trim() === "" ? "empty" : JSON.stringify(shorten(cell.trim()));
    return new CsvError(`${this.place(row, name)}: ${found} where ${wanted} belongs`);
  }
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a cell is, or null. */
function numberIn(cell: string): number | null {
  const text = cell.trim();
  const value = Number(text);
  return decimal.test(text) && Number.isFinite(value) ? value : null;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
