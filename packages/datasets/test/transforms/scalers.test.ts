import { init, type Tensor, tensor } from "@wgrad/autograd";
import {
  loadTransform,
  MinMaxScaler,
  OutlierClipper,
  RobustScaler,
  SelectKBest,
  StandardScaler,
  type Transform,
  VarianceThreshold,
} from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";
import golden from "./transforms.json" with { type: "json" };

type Scaler = Transform<"tensor", "tensor"> & { inverseTransform(z: Tensor): Tensor };
type Options = Record<string, unknown>;
const scalers: Record<string, new (options: Options) => Scaler> = {
  StandardScaler,
  MinMaxScaler,
  RobustScaler,
};
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const cases = (["StandardScaler", "MinMaxScaler", "RobustScaler"] as const).flatMap((name) =>
  golden[name].map((each) => ({
    name,
    ...each,
    options: Object.fromEntries(Object.entries(each.options).map(([k, v]) => [camel(k), v])),
  })),
);

/**
 * Compares with scikit-learn's f64 values within f32 precision, relative to the size of the inputs.
 */
async function expectClose(x: Tensor, expected: number[][], size = 1): Promise<void> {
  expect(x.shape).toEqual([expected.length, expected[0]?.length]);
  const values = await x.data();
  expected.flat().forEach((value, i) => {
    const off = Math.abs((values[i] as number) - value);
    expect(off, `value ${i}: ${values[i]}, not ${value}`).toBeLessThanOrEqual(
      3e-6 * Math.max(size, Math.abs(value)),
    );
  });
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(cases)("$name $options gives scikit-learn's values", async (each) => {
    const scaler = await new (scalers[each.name] as new (o: Options) => Scaler)(each.options).fit(
      tensor(golden.x),
    );
    await expectClose(scaler.transform(tensor(golden.x)), each.seen);
    const z = scaler.transform(tensor(golden.fresh));
    await expectClose(z, each.fresh);
    await expectClose(scaler.inverseTransform(z), each.back, 2500);
    const saved = JSON.parse(JSON.stringify(await scaler.save()));
    await expectClose(loadTransform<Scaler>(saved).transform(tensor(golden.fresh)), each.fresh);
  });

  test.each(["StandardScaler", "MinMaxScaler", "RobustScaler"] as const)(
    "%s ignores missing values, and keeps them",
    async (name) => {
      const { [name]: expected, x } = golden.missing;
      const rows = (values: (number | null)[][]): number[][] =>
        values.map((row) => row.map((value) => value ?? Number.NaN));
      const scaler = await new (scalers[name] as new (o: Options) => Scaler)({}).fit(
        tensor(rows(x)),
      );
      const saved = JSON.parse(JSON.stringify(await scaler.save()));
      for (const each of [scaler, loadTransform<Scaler>(saved)]) {
        for (const [given, wanted] of [
          [rows(x), expected.seen],
          [golden.fresh, expected.fresh],
        ] as const) {
          const values = [...(await each.transform(tensor(given)).data())];
          expect(values).toEqual(
            rows(wanted).flatMap((row) =>
              row.map((value) => (Number.isNaN(value) ? value : expect.closeTo(value, 4))),
            ),
          );
        }
      }
    },
  );

  test.each(golden.OutlierClipper)("OutlierClipper $options: numpy's bounds", async (each) => {
    const options = each.options as { factor?: number; method?: "zscore" };
    const clipper = await new OutlierClipper(options).fit(tensor(golden.x));
    each.low.forEach((low, j) => {
      expect(clipper.low[j]).toBeCloseTo(low, 3);
      expect(clipper.high[j]).toBeCloseTo(each.high[j] as number, 3);
    });
    await expectClose(clipper.transform(tensor(golden.x)), each.seen, 2500);
  });
});

test("fitted values have scikit-learn's names", async () => {
  const scaler = await new RobustScaler().fit(tensor(golden.x));
  golden.RobustScaler[0]?.learned.center_?.forEach((center, j) => {
    expect(scaler.center[j]).toBeCloseTo(center, 4);
  });
  const minMax = await new MinMaxScaler().fit(tensor(golden.x));
  expect(minMax.dataMax.map(Math.round)).toEqual(
    golden.MinMaxScaler[0]?.learned.data_max_.map(Math.round),
  );
  expect(minMax.dataMin).toHaveLength(4);
  expect(scaler.scale).toHaveLength(4);
});

describe("refuses", () => {
  test.each([
    [() => new MinMaxScaler({ featureRange: [1, 0] }), "MinMaxScaler: featureRange is [1, 0]"],
    [
      () => new RobustScaler({ quantileRange: [50, 20] }),
      "RobustScaler: quantileRange is [50, 20]",
    ],
    [() => new OutlierClipper({ factor: 0 }), "OutlierClipper: factor is 0"],
    [() => new MinMaxScaler().transform(tensor([[1]])), "MinMaxScaler.transform: not fitted yet"],
    [
      () => new RobustScaler().center,
      "RobustScaler.center: not fitted yet\n  hint: call fit(trainingRows) first",
    ],
    [
      () => new OutlierClipper().transform(tensor([[1]])),
      "OutlierClipper.transform: not fitted yet",
    ],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });

  test("other shapes and widths", async () => {
    await expect(new RobustScaler().fit(tensor([1, 2]))).rejects.toThrow(
      "RobustScaler.fit: x has shape [2]\n  hint: pass x: [rows, features]",
    );
    await expect(new MinMaxScaler().fit(tensor([], { shape: [0, 3] }))).rejects.toThrow(
      "MinMaxScaler.fit: x has no rows: [0, 3]",
    );
    const scaler = await new MinMaxScaler().fit(tensor([[1, 2]]));
    expect(() => scaler.transform(tensor([[1]]))).toThrow(
      "MinMaxScaler.transform: x has shape [1, 1], but fit saw 2 features",
    );
  });
});

test("infinite numbers are refused, and missing ones where they cannot be ignored", async () => {
  const x = tensor([
    [1, Number.POSITIVE_INFINITY],
    [2, 3],
  ]);
  const text =
    "row 0, feature 1 is Infinity\n  hint: pass finite numbers, or NaN for missing values";
  await expect(new MinMaxScaler().fit(x)).rejects.toThrow(`MinMaxScaler.fit: ${text}`);
  const holes = tensor([
    [1, Number.NaN],
    [2, 3],
  ]);
  await expect(new SelectKBest({ k: 1 }).fit(holes, [0, 1])).rejects.toThrow(
    "SelectKBest.fit: feature 1 lacks 1 of 2 values",
  );
  expect((await new VarianceThreshold().fit(holes)).variances).toEqual([0.25, 0]);
  const clipper = await new OutlierClipper().fit(holes);
  expect([clipper.low, clipper.high]).toEqual([
    [0.5, 3],
    [2.5, 3],
  ]);
});
