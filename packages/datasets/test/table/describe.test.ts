import { describe as describeTable, parseCsv, Table } from "@wgrad/datasets";
import { loadBreastCancer, loadIris, loadSacramento, loadWine } from "@wgrad/datasets/data";
import { describe, expect, test } from "vitest";

describe("describe", () => {
  test("prints a readable overview", async () => {
    const { table } = await loadSacramento();
    expect(
      String(describeTable(table.select(["city", "type", "beds", "price", "latitude"]))),
    ).toMatchInlineSnapshot(`
      "Sacramento: 932 rows, 5 columns
      column    type     missing  distinct     min       q1   median       q3      max       mean         sd
      city      string         –        37  SACRAMENTO (438), ELK_GROVE (114), ROSEVILLE (48), …
      type      string         –         3  Residential (866), Condo (53), Multi_Family (13)
      beds      integer        –         7       1        3        3        4        8      3.276      0.888
      price     integer        –       602  30,000  156,000  220,000  305,000  884,790  246,661.6  131,126.9
      latitude  number         –       920   38.24    38.48    38.62    38.69    39.02      38.59     0.1342"
    `);
  });

  test("missing values are counted and excluded", () => {
    const table = parseCsv("n,s\n1,a\nNA,b\n3,\n10,a\n", { name: "t", missing: ["NA", ""] });
    const [n, s] = describeTable(table).columns;
    expect(n).toMatchObject({ type: "number", missing: 1, distinct: 3 });
    expect(n?.numbers).toMatchObject({ min: 1, q1: 2, median: 3, q3: 6.5, max: 10 });
    expect(s).toMatchObject({ type: "string", missing: 1, distinct: 2, numbers: null });
    expect(s?.top).toEqual([
      { value: "a", count: 2 },
      { value: "b", count: 1 },
    ]);
  });

  test("columns with no value or one value", () => {
    const table = new Table({
      none: new Float64Array([Number.NaN]),
      one: new Float64Array([2]),
      t: [""],
    });
    expect(String(describeTable(table))).toMatchInlineSnapshot(`
      "table: 1 row, 3 columns
      column  type    missing  distinct  min  q1  median  q3  max  mean  sd
      none    number        1         0    –   –       –   –    –     –   –
      one     number        –         1    2   2       2   2    2     2   –
      t       string        1         0"
    `);
  });

  // the summary statistics in scikit-learn's description of each set (truncated or rounded):
  // minimum, maximum, mean
  test.each([
    [loadIris, "sepal length (cm)", 4.3, 7.9, 5.84],
    [loadIris, "sepal width (cm)", 2.0, 4.4, 3.05],
    [loadIris, "petal length (cm)", 1.0, 6.9, 3.76],
    [loadIris, "petal width (cm)", 0.1, 2.5, 1.2],
    [loadWine, "alcohol", 11.0, 14.8, 13.0],
    [loadWine, "malic_acid", 0.74, 5.8, 2.34],
    [loadWine, "magnesium", 70.0, 162.0, 99.7],
    [loadWine, "flavanoids", 0.34, 5.08, 2.03],
    [loadWine, "hue", 0.48, 1.71, 0.96],
    [loadWine, "proline", 278, 1680, 746],
    [loadBreastCancer, "mean radius", 6.981, 28.11, null],
    [loadBreastCancer, "mean texture", 9.71, 39.28, null],
    [loadBreastCancer, "mean area", 143.5, 2501.0, null],
    [loadBreastCancer, "mean fractal dimension", 0.05, 0.097, null],
    [loadBreastCancer, "radius error", 0.112, 2.873, null],
    [loadBreastCancer, "worst radius", 7.93, 36.04, null],
    [loadBreastCancer, "worst area", 185.2, 4254.0, null],
    [loadBreastCancer, "worst fractal dimension", 0.055, 0.208, null],
  ])("%o: %s", async (load, name, min, max, mean) => {
    const { table } = await load();
    const numbers = describeTable(table).columns.find((column) => column.name === name)?.numbers;
    const near = (value: number, listed: number): void => {
      const digits = String(listed).split(".")[1]?.length ?? 0;
      expect(Math.abs(value - listed)).toBeLessThanOrEqual(10 ** -digits);
    };
    near(numbers?.min as number, min);
    near(numbers?.max as number, max);
    if (mean !== null) near(numbers?.mean as number, mean);
  });
});
