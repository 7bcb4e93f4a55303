import { readParquet, streamParquet, type Table } from "@wgrad/datasets";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";

const rows = 10;
const count = (i: number): number => i;
const columnData = [
  { name: "n", data: Array.from({ length: rows }, (_, i) => i + 0.5), type: "DOUBLE" },
  { name: "i", data: Array.from({ length: rows }, (_, i) => BigInt(i)), type: "INT64" },
  {
    name: "s",
    data: Array.from({ length: rows }, (_, i) => (i === 3 ? null : `t${i}`)),
    type: "STRING",
    nullable: true,
  },
  { name: "b", data: Array.from({ length: rows }, (_, i) => i % 2 === 0), type: "BOOLEAN" },
  {
    name: "d",
    data: Array.from({ length: rows }, (_, i) => new Date(i * 1000)),
    type: "TIMESTAMP",
  },
  {
    name: "m",
    data: Array.from({ length: rows }, (_, i) => (i === 0 ? null : count(i))),
    type: "INT32",
    nullable: true,
  },
] as const;

const written = (rowGroupSize = rows): ArrayBuffer =>
  parquetWriteBuffer({
    columnData: columnData.map((column) => ({ ...column, data: [...column.data] })),
    rowGroupSize,
  });
const file = (rowGroupSize?: number): File => new File([written(rowGroupSize)], "t.parquet");

async function all(stream: AsyncIterable<Table>): Promise<Table[]> {
  const batches: Table[] = [];
  for await (const batch of stream) batches.push(batch);
  return batches;
}

describe("Parquet", () => {
  test.each([1, 3, 4, 10])("a table from row groups of %i", async (size) => {
    const table = await readParquet(file(size));
    expect(table.length).toBe(rows);
    expect(table.types).toEqual({
      n: "number",
      i: "number",
      s: "string",
      b: "number",
      d: "number",
      m: "number",
    });
    expect(table.row(3)).toEqual({ n: 3.5, i: 3, s: "", b: 0, d: 3000, m: 3 });
    expect([...table.numbers("m")]).toEqual([Number.NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test.each([
    [1, 4],
    [3, 4],
    [4, 4],
    [10, 4],
    [10, 1],
    [3, 100],
  ])("batches from row groups of %i, %i rows each", async (size, batchRows) => {
    const batches = await all(streamParquet(file(size), { batchRows }));
    const sizes = Array.from({ length: Math.ceil(rows / batchRows) }, (_, i) =>
      Math.min(batchRows, rows - i * batchRows),
    );
    expect(batches.map(({ length }) => length)).toEqual(sizes);
    expect(batches.flatMap((batch) => [...batch.numbers("i")])).toEqual(
      Array.from({ length: rows }, (_, i) => i),
    );
    expect(batches.flatMap((batch) => batch.strings("s"))[9]).toBe("t9");
  });

  test("only the requested columns, with the requested types", async () => {
    const table = await readParquet(file(), { columns: ["s", "i"], types: { i: "integer" } });
    expect(table.names).toEqual(["s", "i"]);
    expect(table.column("i")).toEqual(Int32Array.from({ length: rows }, (_, i) => i));
    expect((await readParquet(new Uint8Array(written()))).length).toBe(rows);
  });

  test.each([
    [{ columns: ["x"] }, 't.parquet: there is no column "x"; columns are n, i, s, b, d, m'],
    [{ types: { n: "integer" } }, 't.parquet: row 1, column "n": 0.5; expected a whole number'],
    [{ types: { m: "integer" } }, 't.parquet: row 1, column "m": empty; expected a whole number'],
    [{ types: { s: "number" } }, 't.parquet: row 1, column "s": "t0"; expected a number'],
  ] as const)("%j is refused", async (options, message) => {
    await expect(readParquet(file(), options)).rejects.toThrow(message);
  });

  test("integers that are not exact, lists, and other files are refused", async () => {
    const large = parquetWriteBuffer({
      columnData: [{ name: "i", data: [1n, 2n ** 60n], type: "INT64" }],
    });
    await expect(readParquet(new File([large], "l.parquet"))).rejects.toThrow(
      'l.parquet: row 2, column "i": 1152921504606846976, which is too large for an exact number; expected a number',
    );
    await expect(readParquet(new File(["PAR1 is not enough"], "x.parquet"))).rejects.toThrow(
      "x.parquet: not a Parquet file",
    );
    const broken = new Uint8Array(written());
    broken.fill(255, 4, 60);
    await expect(all(streamParquet(broken))).rejects.toThrow(
      "Parquet: rows 1 to 10 cannot be read",
    );
  });
});
