import { DataError, LimitError, parseCsv, readCsv } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

const houses = "area,rooms,city,price\n100,2,Bonn,300.5\n150,3,Köln,450\n80,1,Bonn,-2e2\n";

describe("parseCsv", () => {
  test("detects numeric columns", () => {
    const table = parseCsv(houses);
    expect(table.length).toBe(3);
    expect(table.names).toEqual(["area", "rooms", "city", "price"]);
    expect(table.names.map((name) => table.type(name))).toEqual([
      "number",
      "number",
      "string",
      "number",
    ]);
    expect(table.column("price")).toEqual(new Float64Array([300.5, 450, -200]));
    expect(table.column("city")).toEqual(["Bonn", "Köln", "Bonn"]);
  });

  test("uses declared types", () => {
    const table = parseCsv(houses, { types: { rooms: "integer", area: "string" } });
    expect(table.column("rooms")).toEqual(new Int32Array([2, 3, 1]));
    expect(table.column("area")).toEqual(["100", "150", "80"]);
  });

  test.each([
    ["a;b\n1;2\n", ["a", "b"]],
    ["a\tb\n1\t2\n", ["a", "b"]],
    ["a|b\r\n1|2\r\n", ["a", "b"]],
    ["\uFEFFa, b \n1, 2 \n", ["a", "b"]],
  ])("detects the delimiter and spaces of %j", (text, names) => {
    const table = parseCsv(text);
    expect(table.names).toEqual(names);
    expect(table.numbers("b")).toEqual(new Float64Array([2]));
  });

  test("uses a given delimiter", () => {
    expect(parseCsv("a:b\n1:2\n", { delimiter: ":" }).names).toEqual(["a", "b"]);
  });

  test("reads one column, quoted cells and empty lines", () => {
    expect(parseCsv("x\n1\n2\n").numbers("x")).toEqual(new Float64Array([1, 2]));
    const table = parseCsv('name,n\n\n"a, ""b""",1\n   \n"two\nlines",2\n');
    expect(table.strings("name")).toEqual(['a, "b"', "two\nlines"]);
    expect(table.length).toBe(2);
  });
});

describe("rows without values", () => {
  test("are rows, as in pandas; blank lines are not", () => {
    const missing = { missing: [""] };
    const table = parseCsv("a,b\n1,2\n,\n\n3,4\n", missing);
    expect(table.length).toBe(3);
    expect([...table.numbers("a")]).toEqual([1, Number.NaN, 3]);
    expect(parseCsv('a,b\nhi,1\n"",""\nyo,3\n', missing).strings("a")).toEqual(["hi", "", "yo"]);
    expect([...parseCsv('x\n1\n""\n\n3\n', missing).numbers("x")]).toEqual([1, Number.NaN, 3]);
    expect(parseCsv('x\n"a\nb"\n\n"c""\n"\n""\n  \nd').strings("x")).toEqual([
      "a\nb",
      'c"\n',
      "",
      "d",
    ]);
    expect(() => parseCsv('a,b\n1,2\n""\n')).toThrow("row 2 (line 3) has 1 values");
  });

  test("texts keep surrounding spaces", () => {
    expect(parseCsv('a,b\n x ,"\ty\n"\n').row(0)).toEqual({ a: " x ", b: "\ty\n" });
    expect([...parseCsv("a\n 1 \n2\n").numbers("a")]).toEqual([1, 2]);
  });
});

describe("wide and long texts take linear time (quadratic time would be hours)", () => {
  const n = 3_000_000;
  test("one line without a line ending", () => {
    expect(() => parseCsv("a".repeat(n))).toThrow("there are no rows below the header");
  });

  test("a first line of spaces", () => {
    expect(parseCsv(`${" ".repeat(n)}\na\n1\n`).length).toBe(1);
  });

  test("many columns", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const table = parseCsv(`${names.join(",")}\n${names.map(() => 1).join(",")}\n`);
    expect(table.names).toHaveLength(100_000);
  });

  test("an open quotation mark", () => {
    expect(() => parseCsv(`a\n"${"b".repeat(n)}`)).toThrow("a quotation mark is not closed");
  });

  test("blank lines", () => {
    expect(parseCsv(`a\n${"\n".repeat(n)}1\n`).length).toBe(1);
  });
});

describe("an invalid table", () => {
  const name = "houses.csv";
  test.each([
    ["", "houses.csv: the file is empty"],
    [" \n\n", "houses.csv: the file is empty"],
    ["a,b\n", "houses.csv: there are no rows below the header"],
    ["a,a\n1,2\n", 'houses.csv: two columns have the name "a"'],
    ["a,\n1,2\n", "houses.csv: column 2 of the header has no name"],
    ["a,b\n1,2\n3\n", "houses.csv: row 2 (line 3) has 1 values, but the header has 2 names"],
    ["a,b\n1,2\n\n3,4,5\n", "houses.csv: row 2 (line 4) has 3 values, but the header has 2 names"],
    ['a,b\n1,2\n"3,4\n', "houses.csv: line 3: a quotation mark is not closed"],
  ])("%j", (text, message) => {
    expect(() => parseCsv(text, { name })).toThrow(new DataError(message));
  });

  test.each([
    ["x", 'houses.csv: row 2 (line 3), column "a": "x"; expected a number'],
    ["", 'houses.csv: row 2 (line 3), column "a": empty; expected a number'],
    ["1,000", 'houses.csv: row 2 (line 3), column "a": "1,000"; expected a number'],
    ["0x10", 'houses.csv: row 2 (line 3), column "a": "0x10"; expected a number'],
    ["1e999", 'houses.csv: row 2 (line 3), column "a": "1e999"; expected a number'],
    ["NaN", 'houses.csv: row 2 (line 3), column "a": "NaN"; expected a number'],
  ])("a number column with %j", (cell, message) => {
    const table = parseCsv(`a;b\n1;2\n${cell};4\n`, { name, delimiter: ";" });
    expect(() => table.numbers("a")).toThrow(new DataError(message));
  });

  test("lines count through quoted line breaks", () => {
    const table = parseCsv('a,b\n"x\ny",1\nz,w\n', { name });
    expect(() => table.numbers("b")).toThrow(
      new DataError('houses.csv: row 2 (line 4), column "b": "w"; expected a number'),
    );
  });

  test("declared types are checked immediately", () => {
    expect(() => parseCsv("a,b\n1,2.5\n", { name, types: { b: "integer" } })).toThrow(
      new DataError('houses.csv: row 1 (line 2), column "b": "2.5"; expected a whole number'),
    );
    expect(() => parseCsv("a,b\n1,2\n", { name, types: { c: "number" } })).toThrow(
      new DataError('houses.csv: there is no column "c"; columns are a, b'),
    );
  });
});

describe("readCsv", () => {
  test("reads addresses and blobs", async () => {
    const url = `data:text/csv;charset=utf-8,${encodeURIComponent(houses)}`;
    expect((await readCsv(url)).strings("city")).toEqual(["Bonn", "Köln", "Bonn"]);
    expect((await readCsv(new URL(url))).length).toBe(3);
    expect((await readCsv(new Blob([houses]))).length).toBe(3);
    const file = new File(["a\nx\n"], "mine.csv");
    expect((await readCsv(file)).source).toBe("mine.csv");
  });

  test("gzipped data is limited, and the limit can be set", async () => {
    const packed = new Uint8Array(
      await new Response(
        new Blob(["a\n", ..."1\n2\n3\n".repeat(2000)])
          .stream()
          .pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer(),
    );
    expect((await readCsv(packed)).length).toBe(6000);
    await expect(readCsv(packed, { maxBytes: 1000 })).rejects.toThrow(
      /^CSV: [\d,]+ bytes unpack to more than 1,000 bytes\n/,
    );
    await expect(readCsv(packed, { maxBytes: 1000 })).rejects.toBeInstanceOf(LimitError);
  });

  test.each<[Parameters<typeof readCsv>, string]>([
    [[3 as never], "CSV: cannot be read from 3\n  hint: pass an address, a path (in Node), a Blob"],
    [[new ArrayBuffer(1) as never], "hint: new Uint8Array(buffer)"],
    [[new Blob([]), { sep: ";" } as never], 'readCsv: there is no option "sep"'],
    [[new Blob([]), ";" as never], 'readCsv: takes its options as an object, got ";"'],
    [[new Blob([]), { missing: "NA" as never }], "parseCsv: missing is not a list of texts"],
    [[new Blob([]), { delimiter: "" }], 'parseCsv: delimiter is ""'],
    [[new Blob([]), { types: { a: "float" as never } }], 'the type of column "a" is "float"'],
  ])("refuses %j", async (call, text) => {
    await expect(readCsv(...call)).rejects.toThrow(text);
  });
});
