import { init } from "@wgrad/autograd";
import { Table } from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const table = (): Table =>
  new Table(
    {
      x: new Float64Array([1, 2.5, Number.NaN]),
      n: new Int32Array([7, 8, 9]),
      s: ["a", " b ", "1"],
    },
    { name: "mine" },
  );

describe("Table", () => {
  test("has typed columns", () => {
    expect(table().types).toEqual({ x: "number", n: "integer", s: "string" });
    expect(table().strings("x")).toEqual(["1", "2.5", ""]);
    expect(table().strings("s")).toEqual(["a", " b ", "1"]);
    expect(table().integers("n")).toEqual(new Int32Array([7, 8, 9]));
    expect(() => table().integers("x")).toThrow(
      'mine: row 2, column "x": "2.5"; expected a whole number',
    );
    expect(() => table().numbers("s")).toThrow('mine: row 1, column "s": "a"; expected a number');
    expect(() => new Table({ s: ["1", "x"] }, { types: { s: "integer" } })).toThrow(
      'table: row 2, column "s": "x"; expected a whole number',
    );
  });

  test("returned arrays are copies", () => {
    const rows = table();
    rows.numbers("x")[0] = 99;
    rows.strings("s")[0] = "z";
    expect(rows.row(0)).toEqual({ x: 1, n: 7, s: "a" });
  });

  test("selects rows and columns as tables", async () => {
    const rows = table();
    expect(rows.take([2, 0]).integers("n")).toEqual(new Int32Array([9, 7]));
    expect(rows.slice(1).strings("s")).toEqual([" b ", "1"]);
    expect(rows.slice(-1).length).toBe(1);
    expect(rows.select(["s", "n"]).names).toEqual(["s", "n"]);
    expect(rows.without(["x"]).names).toEqual(["n", "s"]);
    expect([...rows.rows()].map(({ n }) => n)).toEqual([7, 8, 9]);
    expect(rows.take([2]).type("s")).toBe("string");
    expect([...(await rows.take([0, 1]).tensor(["x", "n"]).data())]).toEqual([1, 7, 2.5, 8]);
  });

  test("keeps the order of numeric names", () => {
    const columns = new Map([
      ["2", ["a"]],
      ["1", ["b"]],
    ]);
    expect(new Table(columns).names).toEqual(["2", "1"]);
    expect(new Table(columns).select(["2", "1"]).names).toEqual(["2", "1"]);
  });

  test.each([
    [
      () => new Table({ a: ["x"], b: [] }, { name: "t" }),
      't: column "b" has 0 rows, but "a" has 1',
    ],
    [() => table().column("y"), 'mine: there is no column "y"; columns are x, n, s'],
    [() => table().select(["y"]), 'mine: there is no column "y"'],
    [() => table().without(["y"]), 'mine: there is no column "y"'],
    [() => table().take([3]), "mine: there is no row 3; the table has 3 rows, numbered from 0"],
    [() => table().row(-1), "mine: there is no row -1; the table has 3 rows, numbered from 0"],
  ])("refuses unknown rows and columns: %#", (use, message) => {
    expect(use).toThrow(message);
  });
});
