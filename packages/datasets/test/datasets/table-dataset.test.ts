import { Generator, init } from "@wgrad/autograd";
import { DataLoader, parseCsv, Table, TableDataset, TableStreamDataset } from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

/** Tables of these lengths; their rows are numbered consecutively. */
function pieces(lengths: readonly number[]): Table[] {
  let next = 0;
  return lengths.map((length) => {
    const rows = Array.from({ length }, () => next++);
    const columns = { n: Int32Array.from(rows), half: Float64Array.from(rows, (i) => i / 2) };
    return new Table({ ...columns, name: rows.map((i) => `row ${i}`) }, { name: "rows" });
  });
}

async function batches(loader: AsyncIterable<Table>): Promise<number[][]> {
  const out: number[][] = [];
  for await (const batch of loader) out.push([...batch.integers("n")]);
  return out;
}

test("TableDataset returns tables of rows, for collate to make tensors from", async () => {
  const table = parseCsv("beds,price\n1,10\n2,20\n3,30\n");
  const loader = new DataLoader(new TableDataset(table), {
    batchSize: 2,
    collate: (rows) => ({ x: rows.tensor(["beds"]), y: rows.tensor(["price"]) }),
  });
  const seen: number[][] = [];
  for await (const { x, y } of loader) seen.push([...(await x.data()), ...(await y.data())]);
  expect(seen).toEqual([
    [1, 2, 10, 20],
    [3, 30],
  ]);
});

describe("TableStreamDataset", () => {
  test.each([[[7]], [[1, 1, 1, 1, 1, 1, 1]], [[2, 5]], [[3, 0, 4]], [[6, 1]]])(
    "splits tables of %j into batches of 3",
    async (lengths) => {
      const dataset = new TableStreamDataset(pieces(lengths));
      const expected = [[0, 1, 2], [3, 4, 5], [6]];
      expect(await batches(new DataLoader(dataset, { batchSize: 3 }))).toEqual(expected);
      const full = new DataLoader(dataset, { batchSize: 3, dropLast: true });
      expect(await batches(full)).toEqual(expected.slice(0, 2));
    },
  );

  test("keeps columns as they are", async () => {
    const dataset = new TableStreamDataset(pieces([2, 2]));
    for await (const batch of new DataLoader(dataset, { batchSize: 3 })) {
      expect(batch.types).toEqual({ n: "integer", half: "number", name: "string" });
      expect(batch.strings("name")).toEqual([...batch.integers("n")].map((n) => `row ${n}`));
      expect([...batch.numbers("half")]).toEqual([...batch.integers("n")].map((n) => n / 2));
    }
  });

  test("shuffles blocks of rows, and resumes", async () => {
    const make = (): DataLoader<Table> =>
      new DataLoader(new TableStreamDataset(pieces([40, 5, 55]), { shuffleBuffer: 50 }), {
        batchSize: 8,
        shuffle: true,
        generator: new Generator(2),
      });
    const whole = await batches(make());
    expect(whole.flat().slice(0, 50)).not.toEqual([...Array(50).keys()]);
    for (const block of [0, 50]) {
      const rows = whole.flat().slice(block, block + 50);
      expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => block + i));
    }
    const first = make();
    let seen = 0;
    for await (const _ of first) if (++seen === 5) break;
    const resumed = make();
    resumed.loadStateDict(first.stateDict());
    expect(await batches(resumed)).toEqual(whole.slice(5));
  });

  test("refuses", async () => {
    expect(() => new TableStreamDataset([], { shuffleBuffer: 0.5 })).toThrow(
      "TableStreamDataset: shuffleBuffer is 0.5",
    );
    const loader = new DataLoader(new TableStreamDataset(pieces([2])), { shuffle: true });
    await expect(batches(loader)).rejects.toThrow(
      "DataLoader: a stream cannot be shuffled without a buffer",
    );
  });
});
