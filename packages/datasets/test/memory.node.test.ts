import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DataLoader,
  streamCsv,
  streamParquet,
  type Table,
  TableStreamDataset,
} from "@wgrad/datasets";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

const MB = 2 ** 20;
const full = inject("tier") === "full";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-memory-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Number of reachable bytes. */
function reachableBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Iterates over batches. Returns the number of rows, a column's sum, and the maximum memory beyond
 * the start.
 */
async function goThrough(batches: AsyncIterable<Table>, column: string, looks: number) {
  let [rows, sum, most, next] = [0, 0, 0, 0];
  const start = reachableBytes();
  for await (const batch of batches) {
    rows += batch.length;
    for (const value of batch.numbers(column)) sum += value;
    if (rows < next) continue;
    most = Math.max(most, reachableBytes() - start);
    next += looks;
  }
  return { rows, sum, most };
}

/**
 * Writes a CSV file of about this many bytes: five columns, of which the first numbers the rows.
 */
function writeCsv(path: string, bytes: number): number {
  const file = openSync(path, "w");
  let [rows, size] = [0, writeSync(file, "row,a,b,c,name\n")];
  while (size < bytes) {
    const lines: string[] = [];
    for (let i = 0; i < 20_000; i++, rows++) {
      lines.push(`${rows},${(rows * 0.37) % 100},${rows % 7},-1.5e-3,"name ${rows % 1000}"\n`);
    }
    size += writeSync(file, lines.join(""));
  }
  closeSync(file);
  return rows;
}

describe("memory use stays constant", () => {
  const size = full ? 2048 * MB : 20 * MB;
  const looks = full ? 20 : 5; // each look collects garbage
  test(`a CSV file of ${size / MB} MB through a DataLoader, with 5 MB`, {
    timeout: full ? 2_400_000 : 120_000,
  }, async () => {
    const path = join(folder, "large.csv");
    const rows = writeCsv(path, size);
    expect(statSync(path).size).toBeGreaterThanOrEqual(size);
    const loader = new DataLoader(new TableStreamDataset(streamCsv(path)), { batchSize: 256 });
    const found = await goThrough(loader, "row", rows / looks);
    expect(found.rows).toBe(rows);
    expect(found.sum).toBe((rows * (rows - 1)) / 2);
    expect(found.most).toBeLessThan(5 * MB);
  });

  const rows = full ? 1_000_000 : 300_000;
  test(`a Parquet file of ${rows} rows, with its largest row group`, {
    timeout: 120_000,
  }, async () => {
    const path = join(folder, "large.parquet");
    const groupRows = 50_000;
    await parquetWriteFile({
      filename: path,
      columnData: [
        { name: "row", data: Int32Array.from({ length: rows }, (_, i) => i), type: "INT32" },
        {
          name: "x",
          data: Float64Array.from({ length: rows }, (_, i) => Math.sin(i)),
          type: "DOUBLE",
        },
      ],
      rowGroupSize: groupRows,
    });
    const found = await goThrough(streamParquet(path, { batchRows: 1000 }), "row", rows / looks);
    expect(found.rows).toBe(rows);
    expect(found.sum).toBe((rows * (rows - 1)) / 2);
    expect(found.most).toBeLessThan(20 * MB);
  });

  test.runIf(full)("vega-datasets' three million flights", { timeout: 900_000 }, async () => {
    const { resolve } = createRequire(import.meta.url);
    const path = join(resolve("vega-datasets"), "../../data/flights-3m.parquet");
    const found = await goThrough(streamParquet(path), "distance", 150_000);
    expect(found.rows).toBe(3_000_000);
    expect(found.most).toBeLessThan(150 * MB);
  });
});
