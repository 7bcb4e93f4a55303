import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../../table/error.ts";
import { columnOf } from "../../table/records.ts";
import { type Column, type ColumnTypes, Table } from "../../table/table.ts";
import { TableStream } from "../table-stream.ts";
import { plainValue } from "./value.ts";

/** Settings of `streamSql`. */
export interface SqlOptions {
  /** Values of `$1`, `$2`, … in the query. */
  readonly values?: readonly (number | string | boolean | null)[];
  /** Path of a DuckDB database; without it, queries read files by their paths. */
  readonly database?: string;
  /** Types of columns. Other columns are text if their first value is text, otherwise numbers. */
  readonly types?: ColumnTypes;
}

/**
 * Reads the rows of an SQL query in batches of 2,048, with DuckDB (the optional peer
 * `@duckdb/node-api`, Node only). It reads tables larger than memory in CSV, Parquet or JSON files:
 * `SELECT … FROM 'flights.parquet'`. Every pass runs the query again.
 *
 * Throws DataError when a batch is read, if DuckDB is not installed, the query fails, or a value is
 * not a number or text.
 */
export function streamSql(sql: string, options: SqlOptions = {}): TableStream {
  checkCall("streamSql(sql: string, { values, database: string, types })", arguments);
  if (sql.trim() === "") throw new ArgumentError("streamSql: the query is empty");
  return new TableStream("SQL", () => batches(sql, options));
}

async function* batches(
  sql: string,
  { values, database, types: declared = {} }: SqlOptions,
): AsyncGenerator<Table, void, undefined> {
  const { DuckDBInstance } = await duckdb();
  const inside = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const message = (error as Error).message.split("\n", 1)[0];
      throw new DataError(`SQL: ${message}\n  query: ${shortened(sql)}`);
    }
  };
  const settings = database === undefined ? undefined : { access_mode: "READ_ONLY" };
  const instance = await inside(() => DuckDBInstance.create(database ?? ":memory:", settings));
  const connection = await inside(() => instance.connect());
  try {
    const result = await inside(() =>
      connection.stream(sql, values === undefined ? undefined : [...values]),
    );
    const names = result.deduplicatedColumnNames();
    let types = declared;
    let before = 0;
    for (;;) {
      const chunk = await inside(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      const columns = names.map((column, j): [string, Column] => {
        const cells = chunk.getColumnValues(j).map(plainValue);
        return [column, columnOf(cells, column, types[column], { name: "SQL", before })];
      });
      const table = new Table(new Map(columns), { name: "SQL", before });
      types = table.types;
      before += table.length;
      yield table;
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function duckdb(): Promise<typeof import("@duckdb/node-api")> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    throw new DataError(
      `streamSql: DuckDB cannot be loaded (${(error as Error).message.split("\n", 1)[0]})` +
        "\n  hint: npm install @duckdb/node-api",
    );
  }
}

const shortened = (sql: string): string => {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
};
