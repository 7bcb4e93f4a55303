import { type Column, Table } from "./table.ts";

/** Concatenates the rows of tables with the same columns. */
export function joined(tables: readonly Table[]): Table {
  const [first] = tables as [Table];
  if (tables.length === 1) return first;
  const columns = first.names.map(
    (name) => [name, joinedColumns(tables.map((table) => table.column(name)))] as const,
  );
  return new Table(new Map(columns), { name: first.source });
}

function joinedColumns(columns: readonly Column[]): Column {
  if (columns.every((column) => Array.isArray(column))) return (columns as string[][]).flat();
  const numbers = columns as readonly (Float64Array | Int32Array)[];
  const isWhole = numbers.every((column) => column instanceof Int32Array);
  const length = numbers.reduce((sum, column) => sum + column.length, 0);
  const out = isWhole ? new Int32Array(length) : new Float64Array(length);
  let start = 0;
  for (const column of numbers) {
    out.set(column, start);
    start += column.length;
  }
  return out;
}
