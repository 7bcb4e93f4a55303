import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  type Column,
  LabelEncoder,
  loadTransform,
  type NamedColumn,
  OneHotEncoder,
  OrdinalEncoder,
  SimpleImputer,
  type Transform,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";
import golden from "./transforms.json" with { type: "json" };

beforeAll(async () => {
  await init({ device: "cpu" });
});

const { encoded } = golden;
const columns = (rows: readonly (readonly unknown[])[]): NamedColumn[] =>
  ["color", "size"].map((name, j) => ({ name, values: rows.map((row) => row[j]) as string[] }));
const kinds = columns(encoded.kinds);
const other = columns(encoded.other);
const copied = async <T extends Transform | LabelEncoder>(transform: T): Promise<T> =>
  loadTransform<T>(JSON.parse(JSON.stringify(await transform.save())));

async function rowsOf(x: Tensor): Promise<number[][]> {
  const [rows = 0, width = 0] = x.shape;
  const values = [...(await x.data())];
  return Array.from({ length: rows }, (_, i) => values.slice(i * width, (i + 1) * width));
}

describe("OneHotEncoder", () => {
  test("gives scikit-learn's features", async () => {
    const encoder = await copied(new OneHotEncoder().fit(kinds));
    expect(encoder.categories).toEqual(encoded.categories);
    expect(encoder.featureNames).toEqual([
      "color=blue",
      "color=green",
      "color=red",
      "size=L",
      "size=M",
      "size=S",
    ]);
    const z = encoder.transform(kinds);
    expect(await rowsOf(z)).toEqual(encoded.one_hot);
    expect(await encoder.inverseTransform(z)).toEqual(kinds);
  });

  test("drops the first category, and ignores unknown ones", async () => {
    const first = new OneHotEncoder({ drop: "first" }).fit(kinds);
    const z = first.transform(kinds);
    expect(await rowsOf(z)).toEqual(encoded.one_hot_first);
    expect(first.featureNames).toHaveLength(4);
    expect(await first.inverseTransform(z)).toEqual(kinds);
    const lenient = new OneHotEncoder({ handleUnknown: "ignore" }).fit(kinds);
    const zeros = lenient.transform(other);
    expect(await rowsOf(zeros)).toEqual(encoded.one_hot_ignore);
    expect((await lenient.inverseTransform(zeros)).map(({ values }) => values)).toEqual([
      ["blue", null],
      [null, "M"],
    ]);
  });

  test("accepts numbers as categories", async () => {
    const zips = [{ name: "zip", values: new Int32Array([95_610, 94_203, 95_610]) }];
    const encoder = new OneHotEncoder().fit(zips);
    expect(encoder.featureNames).toEqual(["zip=94203", "zip=95610"]);
    expect(await rowsOf(encoder.transform(zips))).toEqual([
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
  });
});

describe("OrdinalEncoder", () => {
  test("gives scikit-learn's numbers", async () => {
    const encoder = await copied(new OrdinalEncoder().fit(kinds));
    const z = encoder.transform(kinds);
    expect(await rowsOf(z)).toEqual(encoded.ordinal);
    expect(await encoder.inverseTransform(z)).toEqual(kinds);
    expect([encoder.featureNames, encoder.categories]).toEqual([
      ["color", "size"],
      encoded.categories,
    ]);
    const ordered = new OrdinalEncoder({
      categories: [
        ["red", "green", "blue"],
        ["S", "M", "L"],
      ],
    }).fit(kinds);
    expect(await rowsOf(ordered.transform(kinds))).toEqual(encoded.ordinal_given);
    const lenient = new OrdinalEncoder({ unknownValue: -1 }).fit(kinds);
    expect(await rowsOf(lenient.transform(other))).toEqual(encoded.ordinal_unknown);
  });
});

test("LabelEncoder numbers classes and maps back", async () => {
  const labels = encoded.kinds.map(([color]) => color as string);
  const encoder = await copied(new LabelEncoder().fit(labels));
  const numbers = encoder.transform(labels);
  expect(numbers.dtype).toBe("i32");
  expect([...(await numbers.data())]).toEqual(encoded.label);
  expect(await encoder.inverseTransform(numbers)).toEqual(labels);
  expect(await encoder.inverseTransform([0, 2])).toEqual(["blue", "red"]);
  expect(encoder.classes).toEqual(["blue", "green", "red"]);
});

describe("SimpleImputer", () => {
  const holes: NamedColumn[] = ["a", "b"].map((name, j) => ({
    name,
    values: Float64Array.from(golden.holes, (row) => row[j] ?? Number.NaN),
  }));
  const words = columns(golden.words);
  const names: Record<string, "mean" | "median" | "mostFrequent"> = {
    mean: "mean",
    median: "median",
    most_frequent: "mostFrequent",
  };

  test.each(golden.SimpleImputer)(
    "$strategy is scikit-learn's",
    async ({ strategy, fill, seen }) => {
      const imputer = await copied(
        new SimpleImputer({ strategy: names[strategy] as "mean" }).fit(holes),
      );
      imputer.fill.forEach((value, j) => {
        expect(value).toBeCloseTo(fill[j] as number, 8);
      });
      const columnsNow = imputer
        .transform(holes)
        .map(({ values }) => [...(values as Float64Array)]);
      columnsNow.forEach((column, j) => {
        column.forEach((value, i) => {
          expect(value).toBeCloseTo(seen[i]?.[j] as number, 8);
        });
      });
    },
  );

  test("fills text and constants", () => {
    const frequent = new SimpleImputer({ strategy: "mostFrequent" }).fit(words);
    expect(frequent.fill).toEqual(golden.imputed_words);
    expect(frequent.transform(words)[0]?.values).toEqual(["b", "a", "a", "b", "a"]);
    const constant = new SimpleImputer({ strategy: "constant", fillValue: "?" }).fit(words);
    expect(constant.transform(words)[1]?.values).toEqual(["?", "y", "y", "x", "x"]);
    const whole = [{ name: "n", values: new Int32Array([1, 2]) }];
    expect(new SimpleImputer().fit(whole).transform(whole)[0]?.values).toEqual(
      new Int32Array([1, 2]),
    );
  });

  test("refuses", () => {
    const empty = [{ name: "age", values: new Float64Array([Number.NaN]) }];
    expect(() => new SimpleImputer().fit(empty)).toThrow(
      'SimpleImputer.fit: column "age" has no values\n  hint: leave it out',
    );
    expect(() => new SimpleImputer().fit(words)).toThrow(
      'column "color" is text, which has no mean\n  hint: use strategy: "mostFrequent"',
    );
    expect(() => new SimpleImputer({ strategy: "constant" }).fit(words)).toThrow(
      'column "color" is text\n  hint: pass a fillValue of that type instead of 0',
    );
    expect(() => new SimpleImputer({ strategy: "average" as "mean" })).toThrow(
      'SimpleImputer: strategy is "average"',
    );
    const imputer = new SimpleImputer().fit(holes);
    expect(() => imputer.transform(holes.slice(1))).toThrow(
      "SimpleImputer.transform: columns are b, but fit saw a, b",
    );
  });
});

describe("refuses", () => {
  test.each([
    [
      () => new OneHotEncoder().fit(kinds).transform(other),
      'OneHotEncoder.transform: row 2, column "color": "pink" is not one of "blue", "green", "red"' +
        '\n  hint: handleUnknown: "ignore" encodes it as zeros',
    ],
    [
      () => new OrdinalEncoder().fit(kinds).transform(other),
      'OrdinalEncoder.transform: row 2, column "color": "pink" is not one of "blue", "green", "red"',
    ],
    [
      () => new OrdinalEncoder({ categories: [["red"], ["S", "M", "L"]] }).fit(kinds),
      'OrdinalEncoder.fit: row 2, column "color": "blue" is not one of "red"',
    ],
    [
      () => new LabelEncoder().fit(["b", "a"]).transform(["a", ""]),
      'LabelEncoder.transform: row 2: a missing value is not one of "a", "b"',
    ],
    [
      () => new OneHotEncoder().fit(kinds).transform(kinds.slice(0, 1)),
      "OneHotEncoder.transform: columns are color, but fit saw color, size",
    ],
    [() => new OneHotEncoder().transform(kinds), "OneHotEncoder.transform: not fitted yet"],
    [() => new OrdinalEncoder().categories, "OrdinalEncoder.categories: not fitted yet"],
    [() => new LabelEncoder().transform([1]), "LabelEncoder.transform: not fitted yet"],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });

  test("invalid numbers are refused by inverseTransform", async () => {
    await expect(new LabelEncoder().fit(["a", "b"]).inverseTransform([0, 7])).rejects.toThrow(
      "LabelEncoder.inverseTransform: row 2: 7 is not one of 0, 1",
    );
    const many = Array.from({ length: 12 }, (_, i) => i) as unknown as Column;
    await expect(new LabelEncoder().fit(many).inverseTransform([12])).rejects.toThrow(
      "is not one of 0, 1, 2, 3, 4, 5, 6, 7, … (12)",
    );
    const encoder = new OneHotEncoder().fit(kinds);
    await expect(encoder.inverseTransform(tensor([[1]]))).rejects.toThrow("fit saw 6 features");
  });
});
