import { parseIdx, parseJsonl, readIdx, readJsonl, readText, streamLines } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

describe("IDX", () => {
  const header = (kind: number, ...sizes: number[]): number[] => [
    0,
    0,
    kind,
    sizes.length,
    ...sizes.flatMap((size) => [0, 0, 0, size]),
  ];

  test.each([
    [8, [1, 255], new Uint8Array([1, 255])],
    [9, [1, 255], new Int8Array([1, -1])],
    [11, [0, 1, 255, 254], new Int16Array([1, -2])],
    [12, [0, 0, 1, 0, 255, 255, 255, 255], new Int32Array([256, -1])],
    [13, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], new Float32Array([1.5, -2])],
    [14, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], new Float64Array([1.5, -2])],
  ])("numbers of type %i, in big-endian order", (kind, bytes, data) => {
    expect(parseIdx(new Uint8Array([...header(kind, 2, 1), ...bytes]))).toEqual({
      shape: [2, 1],
      data,
    });
  });

  test.each([
    [[], "x.idx: not an IDX file; it starts with the bytes (none)"],
    [[0x1f, 0x8b, 8, 0], "x.idx: not an IDX file; it starts with the bytes 1f 8b 08 00"],
    [[0, 0, 10, 1, 0, 0, 0, 0], "x.idx: not an IDX file; it starts with the bytes 00 00 0a 01"],
    [[0, 0, 8, 2, 0, 0], "x.idx: ends after 6 bytes, within its header of 12 bytes"],
    [[...header(8, 3), 1], "x.idx: has 9 bytes, but the header [3] requires 11"],
    [[...header(8, 1), 1, 2], "x.idx: has 10 bytes, but the header [1] requires 9"],
  ])("%j is refused", (bytes, message) => {
    expect(() => parseIdx(new Uint8Array(bytes), "x.idx")).toThrow(message);
  });

  test("is read from a Blob, gzipped or not", async () => {
    const bytes = new Uint8Array([...header(8, 1), 7]);
    const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    expect((await readIdx(await new Response(packed).blob())).data).toEqual(new Uint8Array([7]));
    expect((await readIdx(bytes)).shape).toEqual([1]);
  });
});

describe("JSON Lines", () => {
  test("values become numbers and text", async () => {
    const table = parseJsonl('{"n": 1, "t": "x"}\r\n{"t": "3", "n": true}\n');
    expect(table.names).toEqual(["n", "t"]);
    expect(table.types).toEqual({ n: "number", t: "string" });
    expect(table.strings("t")).toEqual(["x", "3"]);
    expect(
      (await readJsonl(new Blob(['{"n": 1}']), { types: { n: "integer" } })).column("n"),
    ).toEqual(new Int32Array([1]));
  });

  test("declared types are checked", () => {
    const options = { name: "t.jsonl", types: { n: "integer" } } as const;
    expect(() => parseJsonl('{"n": 1}\n{"n": 1.5}\n', options)).toThrow(
      't.jsonl: row 2 (line 2), column "n": 1.5; expected a whole number',
    );
    expect(() => parseJsonl('{"n": null}\n', options)).toThrow(
      't.jsonl: row 1 (line 1), column "n": empty; expected a whole number',
    );
  });
});

describe("text", () => {
  test("is read at once or by lines", async () => {
    const blob = new Blob(["\uFEFFone\r\ntwo ü\n\nfour"]);
    expect(await readText(blob)).toBe("one\r\ntwo ü\n\nfour");
    const lines = streamLines(blob);
    for (let pass = 0; pass < 2; pass++) {
      const found: string[] = [];
      for await (const line of lines) found.push(line);
      expect(found).toEqual(["one", "two ü", "", "four"]);
    }
    await expect(readText(new File([new Uint8Array([0xff])], "x.txt"))).rejects.toThrow(
      "x.txt: is not valid UTF-8 text",
    );
  });
});
