import { init, memory } from "@wgrad/autograd";
import { DataLoader, Table, TableStreamDataset } from "@wgrad/datasets";
import { expect, inject, test } from "vitest";

const MB = 2 ** 20;
/** Megabytes that go through the loader, a tenth of which it may hold. */
const size = inject("tier") === "full" ? 500 : 50;
const columns = ["a", "b", "c", "d", "e", "f"];
const pieceRows = 1000;
const pieces = Math.round((size * MB) / (pieceRows * columns.length * 8));

/** Tables made as they are asked for. */
async function* tables(): AsyncGenerator<Table, void, undefined> {
  for (let k = 0; k < pieces; k++) {
    const column = (): Float64Array => new Float64Array(pieceRows).fill(k);
    yield new Table(Object.fromEntries(columns.map((name) => [name, column()])));
  }
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

test(`${size} MB go through a loader that holds a tenth of them`, {
  timeout: 300_000,
}, async () => {
  await init({ device: "cpu" });
  const stream = { [Symbol.asyncIterator]: tables };
  const loader = new DataLoader(new TableStreamDataset(stream, { shuffleBuffer: 5000 }), {
    batchSize: 256,
    shuffle: true,
    prefetch: 2,
    collate: (rows) => rows.tensor(columns),
  });
  let [rows, sum, batches, most, device] = [0, 0, 0, 0, 0];
  let start = 0;
  for await (const x of loader) {
    rows += x.shape[0] as number;
    sum += await x
      .mean()
      .mul(x.shape[0] as number)
      .item();
    if (++batches === 40) start = await held();
    if (batches > 40 && batches % 400 === 0) {
      most = Math.max(most, (await held()) - start);
      device = Math.max(device, memory().totalBytes);
    }
  }
  expect(rows).toBe(pieces * pieceRows);
  expect(sum / rows / ((pieces - 1) / 2)).toBeCloseTo(1, 4);
  expect(most).toBeLessThan((size / 10) * MB);
  expect(device).toBeLessThan((size / 10) * MB);
});
