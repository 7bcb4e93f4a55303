import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall, defineKind } from "@wgrad/autograd/plugin";
import { areNumbers, numberIn, shown } from "./cells.ts";
import { DataError } from "./error.ts";

/** Type of a column's cells. */
export type ColumnType = "number" | "integer" | "string";
/** Types of columns by name. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;
/** A column: f64 for numbers (NaN if missing), i32 for integers, or text. */
export type Column = Float64Array | Int32Array | string[];
/** Columns by name, in order. A Map keeps the order of numeric names. */
export type Columns = ReadonlyMap<string, Column> | Readonly<Record<string, Column>>;
/** A row as an object by column names. */
export type Row = Record<string, number | string>;

/** Settings of a Table. */
export interface TableOptions {
  /** Name of the table in error messages (default "table"). */
  readonly name?: string;
  /** Types of text columns. Other columns are numbers if every cell is one, otherwise text. */
  readonly types?: ColumnTypes;
  /** The line of each row, if rows come from a text file. */
  readonly lines?: ArrayLike<number>;
  /** Number of rows of the file before these, for error messages (default 0). */
  readonly before?: number;
  /**
   * Treats empty cells of numeric columns as missing values (NaN) instead of errors (default
   * false).
   */
  readonly mayMiss?: boolean;
}

/**
 * Rows and named columns of numbers and text. All readers of tabular files return it.
 *
 * Throws DataError for columns of different lengths, and for the first cell that does not have its
 * column's declared type.
 */
export class Table {
  /** Name of the table in error messages. */
  readonly source: string;
  /** Names of the columns, in order. */
  readonly names: readonly string[];
  /** Number of rows. */
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #types: Map<string, ColumnType> = new Map();
  readonly #lines: ArrayLike<number> | null;
  readonly #before: number;
  readonly #mayMiss: boolean;

  constructor(columns: Columns, options: TableOptions = {}) {
    checkCall(
      "new Table(columns: object, { name: string, types: object, lines: array | null, before: number, mayMiss: boolean })",
      arguments,
    );
    const { name = "table", types = {}, lines = null, before = 0, mayMiss = false } = options;
    this.source = name;
    this.#columns = new Map(columns instanceof Map ? columns : Object.entries(columns));
    this.names = [...this.#columns.keys()];
    this.length = this.#columns.get(this.names[0] ?? "")?.length ?? 0;
    this.#lines = lines;
    this.#before = before;
    this.#mayMiss = mayMiss;
    for (const [column, { length }] of this.#columns) {
      if (length === this.length) continue;
      throw new DataError(
        `${name}: column ${JSON.stringify(column)} has ${length} rows, but ${JSON.stringify(this.names[0])} has ${this.length}`,
      );
    }
    for (const [column, type] of Object.entries(types)) {
      this.#types.set(column, type);
      this.column(column);
    }
  }

  /** Type of a column: as declared, or else number if every cell is one, otherwise string. */
  type(name: string): ColumnType {
    checkCall("table.type(name: string)", arguments);
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const column = this.#find(name);
    const type = Array.isArray(column)
      ? areNumbers(column, this.#mayMiss)
        ? "number"
        : "string"
      : column instanceof Int32Array
        ? "integer"
        : "number";
    this.#types.set(name, type);
    return type;
  }

  /** Types of all columns. */
  get types(): ColumnTypes {
    return Object.fromEntries(this.names.map((name) => [name, this.type(name)]));
  }

  /**
   * A column by name, converted to its type. Throws DataError for the first cell that does not have
   * it.
   */
  column(name: string): Column {
    checkCall("table.column(name: string)", arguments);
    const type = this.type(name);
    if (type === "number") return this.numbers(name);
    if (type === "integer") return this.integers(name);
    return this.strings(name);
  }

  /** A column as text, as written, with surrounding spaces. */
  strings(name: string): string[] {
    checkCall("table.strings(name: string)", arguments);
    const column: ArrayLike<string | number> = this.#find(name);
    return Array.from(column, (cell) =>
      typeof cell === "string" ? cell : Number.isNaN(cell) ? "" : String(cell),
    );
  }

  /**
   * A column as numbers. Throws DataError with row and column of the first cell that is not a
   * number.
   */
  numbers(name: string): Float64Array {
    checkCall("table.numbers(name: string)", arguments);
    const column = this.#find(name);
    if (!Array.isArray(column)) return Float64Array.from(column);
    const out = new Float64Array(column.length);
    column.forEach((cell, i) => {
      const value = this.#mayMiss && cell === "" ? Number.NaN : numberIn(cell);
      if (value === null) throw this.#misfit(i, name, cell, "a number");
      out[i] = value;
    });
    return out;
  }

  /** A column as 32-bit integers. Throws the errors of `numbers`. */
  integers(name: string): Int32Array {
    checkCall("table.integers(name: string)", arguments);
    const column = this.#find(name);
    const out = new Int32Array(column.length);
    for (let i = 0; i < column.length; i++) {
      const cell = column[i] as string | number;
      const value = typeof cell === "string" ? numberIn(cell) : cell;
      if (value === null || value !== (value | 0)) {
        throw this.#misfit(i, name, Number.isNaN(cell) ? "" : String(cell), "a whole number");
      }
      out[i] = value;
    }
    return out;
  }

  /**
   * Numeric columns as a tensor [rows, names.length] f32; all columns if no names are given.
   *
   * Throws DataError for an unknown name and for a cell that is not a number.
   */
  tensor(names: readonly string[] = this.names): Tensor {
    checkCall("table.tensor(names?)", arguments);
    const columns = names.map((name) => this.numbers(name));
    const width = columns.length;
    const out = new Float32Array(this.length * width);
    columns.forEach((column, j) => {
      for (let i = 0; i < column.length; i++) out[i * width + j] = column[i] as number;
    });
    return tensor(out, { shape: [this.length, width] });
  }

  /** The rows one after another. Throws the errors of `column`. */
  *rows(): IterableIterator<Row> {
    if (arguments.length > 0) checkCall("table.rows()", arguments);
    const columns = this.names.map((name) => [name, this.column(name)] as const);
    for (let i = 0; i < this.length; i++) {
      yield Object.fromEntries(columns.map(([name, cells]) => [name, cells[i]])) as Row;
    }
  }

  /** A row by index. Throws DataError for an invalid index, and the errors of `column`. */
  row(index: number): Row {
    checkCall("table.row(index: number)", arguments);
    return this.take([index]).rows().next().value as Row;
  }

  /** The rows at `indices`, in that order. Throws DataError for an invalid index. */
  take(indices: ArrayLike<number>): Table {
    checkCall("table.take(indices: list)", arguments);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (Number.isInteger(index) && index >= 0 && index < this.length) continue;
      throw new DataError(
        `${this.source}: there is no row ${index}; the table has ${this.length} rows, numbered from 0`,
      );
    }
    return this.#derive(
      this.names,
      (column) => pick(column, indices),
      (lines) => Array.from(indices, (row) => lines[row] as number),
    );
  }

  /** Rows from `start` to `end` (exclusive), like an array's slice. */
  slice(start = 0, end: number = this.length): Table {
    checkCall("table.slice(start?: number, end?: number)", arguments);
    return this.#derive(
      this.names,
      (column) => column.slice(start, end),
      (lines) => Array.prototype.slice.call(lines, start, end),
      this.#before + (start < 0 ? Math.max(0, this.length + start) : start),
    );
  }

  /** The named columns, in that order. Throws DataError for an unknown name. */
  select(names: readonly string[]): Table {
    checkCall("table.select(names: string[])", arguments);
    return this.#derive(names, (column) => column);
  }

  /** All columns except the named ones. Throws DataError for an unknown name. */
  without(names: readonly string[]): Table {
    checkCall("table.without(names: string[])", arguments);
    for (const name of names) this.#find(name);
    return this.select(this.names.filter((name) => !names.includes(name)));
  }

  /** The same table with all columns converted to their types. Throws the errors of `column`. */
  parsed(): Table {
    if (arguments.length > 0) checkCall("table.parsed()", arguments);
    return this.#derive(this.names, (_, name) => this.column(name));
  }

  /**
   * A cell's place for error messages: file, row, line (if known) and column. `row` counts from 0.
   */
  place(row: number, name: string): string {
    checkCall("table.place(row: number, name: string)", arguments);
    const line = this.#lines?.[row];
    const at = line === undefined ? "" : ` (line ${line})`;
    return `${this.source}: row ${this.#before + row + 1}${at}, column ${JSON.stringify(name)}`;
  }

  #derive(
    names: readonly string[],
    of: (column: Column, name: string) => Column,
    ofLines: (lines: ArrayLike<number>) => ArrayLike<number> = (lines) => lines,
    before = this.#before,
  ): Table {
    const columns = new Map(names.map((name) => [name, of(this.#find(name), name)]));
    const lines = this.#lines && ofLines(this.#lines);
    const options = {
      name: this.source,
      before,
      mayMiss: this.#mayMiss,
      ...(lines && { lines }),
    };
    const table = new Table(columns, options);
    for (const name of names) table.#types.set(name, this.type(name));
    return table;
  }

  /** Finds a column. Throws DataError with the known names if there is none. */
  #find(name: string): Column {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    throw new DataError(
      `${this.source}: there is no column ${JSON.stringify(name)}; columns are ${this.names.join(", ")}`,
    );
  }

  #misfit(row: number, name: string, cell: string, wanted: string): DataError {
    return new DataError(`${this.place(row, name)}: ${shown(cell)}; expected ${wanted}`);
  }
}

defineKind("table", "a Table", (value) => value instanceof Table);

function pick(column: Column, indices: ArrayLike<number>): Column {
  if (Array.isArray(column)) return Array.from(indices, (i) => column[i] as string);
  const out = new (column.constructor as new (length: number) => typeof column)(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = column[indices[i] as number] as number;
  return out;
}
