import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, memory } from "@wgrad/autograd";
import { DataLoader, streamCsv, TableStreamDataset } from "@wgrad/datasets";
import { expect, inject, test } from "vitest";

const MB = 2 ** 20;
const budget = 5 * MB;
const size = (inject("tier") === "full" ? 2000 : 50) * MB;
const names = ["a", "b", "c", "d", "e", "f"];

/** Writes rows of numbers until the file is as large as asked; gives how many, and the sum of the first column. */
async function write(path: string): Promise<{ rows: number; sum: number }> {
  const file = createWriteStream(path);
  file.write(`${names.join(",")}\n`);
  const others = names.slice(1).map((_, j) => `${(j + 1) * 1.2345678}`);
  let [rows, sum, written] = [0, 0, 0];
  while (written < size) {
    const lines = Array.from({ length: 2000 }, () => {
      const value = rows++ % 1000;
      sum += value;
      return `${value},${others.join(",")}\n`;
    }).join("");
    written += lines.length;
    if (!file.write(lines))
      await new Promise<void>((resolve) => file.once("drain", () => resolve()));
  }
  await new Promise<void>((resolve) => file.end(resolve));
  return { rows, sum };
}

/** Bytes in use after a collection; arrays are given back a turn later. */
async function held(): Promise<number> {
  for (let turn = 0; turn < 2; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test(`a CSV of ${size / MB} MB goes through a loader that holds 5`, {
  timeout: 1_800_000,
}, async () => {
  await init({ device: "cpu" });
  const folder = await mkdtemp(join(tmpdir(), "wgrad-loader-"));
  try {
    const path = join(folder, "rows.csv");
    const written = await write(path);
    const loader = new DataLoader(
      new TableStreamDataset(streamCsv(path), { shuffleBuffer: 4000 }),
      {
        batchSize: 1000,
        shuffle: true,
        prefetch: 2,
        collate: (rows) => rows.tensor(names),
      },
    );
    let [rows, sum, batches, most, device] = [0, 0, 0, 0, 0];
    let start = 0;
    for await (const x of loader) {
      rows += x.shape[0] as number;
      sum += await x.select(1, 0).sum().item();
      if (++batches === 20) start = await held();
      if (batches > 20 && batches % 100 === 0) {
        most = Math.max(most, (await held()) - start);
        device = Math.max(device, memory().totalBytes);
      }
    }
    expect({ rows, sum }).toEqual(written);
    expect(batches).toBeGreaterThan(100);
    expect(most).toBeLessThan(budget);
    expect(device).toBeLessThan(budget);
  } finally {
    await rm(folder, { recursive: true });
  }
});
