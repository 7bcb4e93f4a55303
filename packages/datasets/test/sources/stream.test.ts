import {
  DataLoader,
  IterableDataset,
  parseCsv,
  streamCsv,
  streamJsonl,
  type Table,
  type TableStream,
} from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

async function all(stream: TableStream): Promise<Table[]> {
  const batches: Table[] = [];
  for await (const batch of stream) batches.push(batch);
  return batches;
}

/** Text as a Blob whose stream arrives in pieces of `size` bytes. */
function inPieces(text: string, size: number, name = "t.csv"): File {
  const bytes = new TextEncoder().encode(text);
  const file = new File([bytes], name);
  file.stream = () => {
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    });
  };
  return file;
}

async function gzip(text: string): Promise<Blob> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).blob();
}

const texts = {
  plain: "a,b,c\n1,x,2.5\n2,y,3.5\n3,z,-4\n",
  "CRLF and a byte-order mark": "\uFEFFa,b,c\r\n1,x,2.5\r\n2,y,3.5\r\n3,z,-4\r\n",
  "no last end of line": "a,b,c\n1,x,2.5\n2,y,3.5\n3,z,-4",
  tabs: "a\tb\tc\n1\tx\t2.5\n2\ty\t3.5\n3\tz\t-4\n",
  "quotes, empty lines and umlauts": '\na,b,c\n1,"x, ""ö""",2.5\n\n2,"two\nlines",3.5\n3,ü,-4\n',
  "quoted CRLF": '"a","b","c"\r\n"1","two\r\nlines","2.5"\r\n2,"y;",3.5\r\n3,z,-4\r\n',
};

describe("streamCsv", () => {
  test.each(Object.entries(texts))(
    "%s: the rows of parseCsv, for every piece size",
    async (_, text) => {
      const whole = parseCsv(text, { name: "t.csv" });
      for (const size of [1, 2, 3, 7, 1000]) {
        const batches = await all(streamCsv(inPieces(text, size), { batchRows: 2 }));
        expect(batches.map(({ length }) => length)).toEqual([2, 1]);
        for (const name of ["a", "b", "c"]) {
          const cells = batches.flatMap((batch) => [...batch.column(name)]);
          expect(cells).toEqual([...whole.column(name)]);
        }
        expect(batches[1]?.place(0, "a")).toBe(whole.place(2, "a"));
      }
    },
  );

  test("every pass starts at the first row, and can be left early", async () => {
    const stream = streamCsv(inPieces(texts.plain, 5), { batchRows: 1 });
    for await (const batch of stream) {
      expect(batch.row(0)).toEqual({ a: 1, b: "x", c: 2.5 });
      break;
    }
    expect(await all(stream)).toHaveLength(3);
    const rows = [];
    for await (const row of stream.rows) rows.push(row.b);
    expect(rows).toEqual(["x", "y", "z"]);
  });

  test("reads gzipped data and addresses", async () => {
    const packed = await gzip(texts.plain);
    expect(await all(streamCsv(packed))).toHaveLength(1);
    expect(
      (await all(streamCsv(`data:text/csv,${encodeURIComponent(texts.plain)}`)))[0]?.length,
    ).toBe(3);
    const broken = new File([(await packed.arrayBuffer()).slice(0, 20)], "b.csv.gz");
    await expect(all(streamCsv(broken))).rejects.toThrow("b.csv.gz: is gzipped, but damaged");
  });

  test("a Response is read once", async () => {
    const stream = streamCsv(new Response(texts.plain), { name: "answer" });
    expect(await all(stream)).toHaveLength(1);
    await expect(all(stream)).rejects.toThrow(
      "answer: the response was already read; pass its address to read it again",
    );
  });

  test("feeds a DataLoader", async () => {
    const stream = streamCsv(inPieces(texts.plain, 4));
    const loader = new DataLoader(new IterableDataset(stream.rows), { batchSize: 2 });
    const sizes = [];
    for await (const batch of loader) sizes.push(batch.length);
    expect(sizes).toEqual([2, 1]);
  });

  test("types are declared, or follow from the first batch", async () => {
    const text = "n,s\n1,1\n2,x\n";
    const file = inPieces(text, 100);
    const [first] = await all(
      streamCsv(file, { batchRows: 1, types: { s: "string", n: "integer" } }),
    );
    expect(first?.types).toEqual({ n: "integer", s: "string" });
    await expect(all(streamCsv(file, { batchRows: 1 }))).rejects.toThrow(
      't.csv: row 2 (line 3), column "s": "x"; expected a number',
    );
  });

  test("missing values are NaN and empty text", async () => {
    const text = "n,s\n1,a\nNA,\n,NA\n";
    const [batch] = await all(streamCsv(inPieces(text, 3), { missing: ["", "NA"] }));
    expect(batch?.numbers("n")).toEqual(new Float64Array([1, Number.NaN, Number.NaN]));
    expect(batch?.strings("s")).toEqual(["a", "", ""]);
    expect(() => batch?.integers("n")).toThrow(
      't.csv: row 2 (line 3), column "n": empty; expected a whole number',
    );
  });

  test.each([
    ["", "t.csv: the file is empty"],
    ["\n \n", "t.csv: the file is empty"],
    ["a,b\n", "t.csv: there are no rows below the header"],
    ["a,a\n1,2\n", 't.csv: two columns have the name "a"'],
    ["a,b\n1,2\n1,2\n3\n", "t.csv: row 3 (line 4) has 1 values, but the header has 2 names"],
    ['a,b\n1,2\n"3,4\n', "t.csv: line 3: a quotation mark is not closed"],
    ["a,b\n1,2\n1,2\nx,4\n", 't.csv: row 3 (line 4), column "a": "x"; expected a number'],
  ])("%j is refused in its batch", async (text, message) => {
    for (const size of [1, 4, 100]) {
      await expect(all(streamCsv(inPieces(text, size), { batchRows: 1 }))).rejects.toThrow(message);
    }
  });

  test("refuses invalid text and batch sizes", async () => {
    const latin = new File([new Uint8Array([0x61, 0x0a, 0xe9, 0x0a])], "latin.csv");
    await expect(all(streamCsv(latin))).rejects.toThrow("latin.csv: is not valid UTF-8 text");
    expect(() => streamCsv(latin, { batchRows: 0 })).toThrow("streamCsv: batchRows is 0");
  });
});

const lines =
  '{"n": 1, "s": "a", "b": true}\n\n{"s": "ü", "n": 2.5, "b": false}\n{"n": null, "s": "c"}\n';

describe("streamJsonl", () => {
  test("batches of objects, for every piece size", async () => {
    for (const size of [1, 5, 1000]) {
      const batches = await all(streamJsonl(inPieces(lines, size, "t.jsonl"), { batchRows: 2 }));
      expect(batches.map(({ length }) => length)).toEqual([2, 1]);
      expect(batches.flatMap((batch) => [...batch.numbers("n")])).toEqual([1, 2.5, Number.NaN]);
      expect(batches.flatMap((batch) => batch.strings("s"))).toEqual(["a", "ü", "c"]);
      expect(batches.flatMap((batch) => [...batch.numbers("b")])).toEqual([1, 0, Number.NaN]);
      expect(batches[1]?.place(0, "n")).toBe('t.jsonl: row 3 (line 4), column "n"');
    }
  });

  test.each([
    ["", "t.jsonl: the file is empty"],
    ['{"a": 1}\n{"a": }\n', "t.jsonl: line 2: not valid JSON"],
    ['{"a": 1}\n[1]\n', 't.jsonl: line 2: not an object {"column": value, …}'],
    ['{"a": 1}\n{"a": "x"}\n', 't.jsonl: row 2 (line 2), column "a": "x"; expected a number'],
    ['{"a": "x"}\n{"a": {}}\n', 't.jsonl: row 2 (line 2), column "a": an object; expected text'],
    [
      '{"a": 1}\n{"a": 1}\n{"a": 2, "c": 1}\n',
      't.jsonl: line 3: column "c" is unknown; the first batch has a',
    ],
  ])("%j is refused", async (text, message) => {
    const file = inPieces(text, 3, "t.jsonl");
    await expect(all(streamJsonl(file, { batchRows: 1 }))).rejects.toThrow(message);
  });
});
