import { DataError, parseCsv, readCsv } from "@wgrad/datasets";
import { describe, expect, test } from "vitest";

const houses = "area,rooms,city,price\n100,2,Bonn,300.5\n150,3,Köln,450\n80,1,Bonn,-2e2\n";

describe("parseCsv", () => {
  test("finds out which columns are numbers", () => {
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

  test("takes declared types", () => {
    const table = parseCsv(houses, { types: { rooms: "integer", area: "string" } });
    expect(table.column("rooms")).toEqual(new Int32Array([2, 3, 1]));
    expect(table.column("area")).toEqual(["100", "150", "80"]);
  });

  test.each([
    ["a;b\n1;2\n", ["a", "b"]],
    ["a\tb\n1\t2\n", ["a", "b"]],
    ["a|b\r\n1|2\r\n", ["a", "b"]],
    ["\uFEFFa, b \n1, 2 \n", ["a", "b"]],
  ])("reads the delimiter and spaces of %j", (text, names) => {
    const table = parseCsv(text);
    expect(table.names).toEqual(names);
    expect(table.numbers("b")).toEqual(new Float64Array([2]));
  });

  test("takes a delimiter that is given", () => {
    expect(parseCsv("a:b\n1:2\n", { delimiter: ":" }).names).toEqual(["a", "b"]);
  });

  test("reads one column, quoted cells and empty lines", () => {
    expect(parseCsv("x\n1\n2\n").numbers("x")).toEqual(new Float64Array([1, 2]));
    const table = parseCsv('name,n\n\n"a, ""b""",1\n   \n"two\nlines",2\n');
    expect(table.strings("name")).toEqual(['a, "b"', "two\nlines"]);
    expect(table.length).toBe(2);
  });
});

describe("a table that is none", () => {
  const name = "houses.csv";
  test.each([
    ["", "houses.csv: the file is empty"],
    [" \n\n", "houses.csv: the file is empty"],
    ["a,b\n", "houses.csv: no rows below the header"],
    ["a,a\n1,2\n", 'houses.csv: two columns are called "a"'],
    ["a,\n1,2\n", "houses.csv: column 2 of the header has no name"],
    ["a,b\n1,2\n3\n", "houses.csv: row 2 (line 3) has 1 values, the header has 2 names"],
    ["a,b\n1,2\n\n3,4,5\n", "houses.csv: row 2 (line 4) has 3 values, the header has 2 names"],
    ['a,b\n1,2\n"3,4\n', "houses.csv: line 3: a quotation mark is not closed"],
  ])("%j", (text, message) => {
    expect(() => parseCsv(text, { name })).toThrow(new DataError(message));
  });

  test.each([
    ["x", 'houses.csv: row 2 (line 3), column "a": "x" where a number belongs'],
    ["", 'houses.csv: row 2 (line 3), column "a": empty where a number belongs'],
    ["1,000", 'houses.csv: row 2 (line 3), column "a": "1,000" where a number belongs'],
    ["0x10", 'houses.csv: row 2 (line 3), column "a": "0x10" where a number belongs'],
    ["1e999", 'houses.csv: row 2 (line 3), column "a": "1e999" where a number belongs'],
    ["NaN", 'houses.csv: row 2 (line 3), column "a": "NaN" where a number belongs'],
  ])("a number column with %j", (cell, message) => {
    const table = parseCsv(`a;b\n1;2\n${cell};4\n`, { name, delimiter: ";" });
    expect(() => table.numbers("a")).toThrow(new DataError(message));
  });

  test("lines count through quoted line breaks", () => {
    const table = parseCsv('a,b\n"x\ny",1\nz,w\n', { name });
    expect(() => table.numbers("b")).toThrow(
      new DataError('houses.csv: row 2 (line 4), column "b": "w" where a number belongs'),
    );
  });

  test("declared types are checked at once", () => {
    expect(() => parseCsv("a,b\n1,2.5\n", { name, types: { b: "integer" } })).toThrow(
      new DataError('houses.csv: row 1 (line 2), column "b": "2.5" where a whole number belongs'),
    );
    expect(() => parseCsv("a,b\n1,2\n", { name, types: { c: "number" } })).toThrow(
      new DataError('houses.csv: no column "c"; there are a, b'),
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
});
