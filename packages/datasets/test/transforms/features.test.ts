import { init, tensor } from "@wgrad/autograd";
import { loadTransform, SelectKBest, VarianceThreshold } from "@wgrad/datasets";
import { loadBreastCancer, loadDigits, loadIris, loadWine } from "@wgrad/datasets/data";
import { beforeAll, describe, expect, test } from "vitest";
import golden from "./transforms.json" with { type: "json" };

const tables = { iris: loadIris, wine: loadWine, digits: loadDigits, cancer: loadBreastCancer };
type Name = keyof typeof tables;

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  expected.forEach((value, i) => {
    const off = Math.abs((actual[i] as number) - value);
    expect(off, `${i}: ${actual[i]}, not ${value}`).toBeLessThanOrEqual(tolerance);
  });
};

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("selection is scikit-learn's", () => {
  test.each(Object.entries(golden.selected))("%s", async (name, fixture) => {
    const table = await tables[name as Name]();
    const best = await new SelectKBest({ k: fixture.k }).fit(table.x(), table.y());
    expect(best.kept).toEqual(fixture.kept);
    fixture.scores.forEach((score, j) => {
      if (score === null) expect(best.scores[j]).toBeNull();
      else expect(Math.abs((best.scores[j] as number) / score - 1)).toBeLessThan(1e-4);
    });
    const loaded = loadTransform<SelectKBest>(JSON.parse(JSON.stringify(best.save())));
    const z = loaded.transform(table.x());
    expect(z.shape).toEqual([table.length, fixture.k]);
    const [x, data] = [await table.x().data(), await z.data()];
    expect([...data.subarray(0, fixture.k)]).toEqual(fixture.kept.map((j) => x[j]));

    const vary = await new VarianceThreshold({ threshold: 0.5 }).fit(table.x());
    expect(vary.kept).toEqual(fixture.varying);
    const greatest = Math.max(...fixture.variances);
    close(vary.variances as number[], fixture.variances, 1e-6 * greatest);
  });

  test("refuses", async () => {
    const x = tensor([
      [1, 2],
      [1, 3],
    ]);
    await expect(new SelectKBest({ k: 3 }).fit(x, [0, 1])).rejects.toThrow(
      "SelectKBest.fit: k is 3, but there are 2 features",
    );
    await expect(new SelectKBest({ k: 1 }).fit(x, [1, 1])).rejects.toThrow(
      "all labels have the same class",
    );
    await expect(new SelectKBest({ k: 1 }).fit(x)).rejects.toThrow(
      "SelectKBest.fit: no labels for 2 rows",
    );
    await expect(new SelectKBest({ k: 1 }).fit(x, tensor([1]))).rejects.toThrow(
      "1 labels for 2 rows",
    );
    expect(() => new SelectKBest({ k: 0 })).toThrow("SelectKBest: k is 0");
    expect(() => new SelectKBest().transform(x)).toThrow("SelectKBest.transform: not fitted yet");
    expect(() => new VarianceThreshold({ threshold: -1 })).toThrow("threshold is -1");
    await expect(new VarianceThreshold({ threshold: 9 }).fit(x)).rejects.toThrow(
      "VarianceThreshold.fit: none of 2 features has a variance above 9",
    );
    const kept = await new VarianceThreshold().fit(x);
    expect(kept.kept).toEqual([1]);
    expect(() => kept.transform(tensor([[1]]))).toThrow("but fit saw 2 features");
  });
});
