import { cat, Generator, init, randn, type Tensor, tensor } from "@wgrad/autograd";
import {
  loadTransform,
  PCA,
  SelectKBest,
  StandardScaler,
  VarianceThreshold,
} from "@wgrad/datasets";
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
      "SelectKBest.fit: 3 of 2 features",
    );
    await expect(new SelectKBest({ k: 1 }).fit(x, [1, 1])).rejects.toThrow("all of one class");
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
      "VarianceThreshold.fit: no feature of 2 varies by more than 9",
    );
    const kept = await new VarianceThreshold().fit(x);
    expect(kept.kept).toEqual([1]);
    expect(() => kept.transform(tensor([[1]]))).toThrow("but fit saw 2 features");
  });
});

const rowsOf = async ({ name, scaled }: { name: string; scaled: boolean }): Promise<Tensor> => {
  const x = (await tables[name as Name]()).x();
  return scaled ? new StandardScaler().fitTransform(x) : x;
};

describe("PCA is scikit-learn's", () => {
  test.each(golden.PCA)("$name, scaled $scaled, $n_components components", async (fixture) => {
    const x = await rowsOf(fixture);
    const pca = await new PCA({ nComponents: fixture.n_components }).fit(x);
    expect(pca.components).toHaveLength(fixture.count);
    close(pca.explainedVarianceRatio, fixture.ratio, 1e-5);
    close(pca.explainedVariance, fixture.variance, 2e-5 * (fixture.variance[0] as number));
    fixture.components.forEach((component, k) => {
      close(pca.components[k] as number[], component, 2e-4);
    });
    const loaded = loadTransform<PCA>(JSON.parse(JSON.stringify(pca.save())));
    const z = await loaded.transform(x.narrow(0, 7, 1)).data();
    close(z, fixture.row, 2e-4 * Math.sqrt(fixture.variance[0] as number));
  });
});

test("of many rows PCA takes their products, to the same end", async () => {
  const fixture = golden.PCA.find(({ name }) => name === "cancer");
  const once = await rowsOf({ name: "cancer", scaled: true });
  const many = await new PCA({ nComponents: 6 }).fit(cat(Array(20).fill(once), 0));
  close(many.explainedVarianceRatio, fixture?.ratio ?? [], 1e-5);
  fixture?.components.forEach((component, k) => {
    close(many.components[k] as number[], component, 2e-4);
  });
  expect(many.components).toHaveLength(6);
});

describe.each(["cpu", "webgpu"] as const)("PCA on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("all components make up the rows again", async () => {
    const x = await rowsOf({ name: "iris", scaled: false });
    const pca = await new PCA().fit(x);
    const back = await pca.inverseTransform(pca.transform(x)).data();
    close(back, [...(await x.data())], 2e-5);
    const few = await new PCA({ nComponents: 1 }).fit(x);
    expect(few.transform(x).shape).toEqual([150, 1]);
    close(few.mean, [5.8433, 3.0573, 3.758, 1.1993], 1e-3);
  });
});

test("of wide rows only the leading directions are sought", async () => {
  await init({ device: "cpu" });
  const generator = new Generator(1);
  const sizes = tensor(Float32Array.from({ length: 150 }, (_, j) => 10 / (1 + j) ** 2));
  const x = randn([40, 150], { generator }).mul(sizes);
  const all = await new PCA({ nComponents: 40 }).fit(x);
  const few = await new PCA({ nComponents: 4 }).fit(x);
  close(few.explainedVariance, all.explainedVariance.slice(0, 4), 1e-4);
  close(few.explainedVarianceRatio, all.explainedVarianceRatio.slice(0, 4), 1e-5);
  few.components.forEach((component, k) => {
    close(component, all.components[k] as number[], 1e-3);
  });
});

describe("PCA refuses", () => {
  test.each([0, -1, 2.5, Number.NaN])("%d components", (nComponents) => {
    expect(() => new PCA({ nComponents })).toThrow(`PCA: nComponents is ${nComponents}`);
  });

  test("more than there can be", async () => {
    await expect(new PCA({ nComponents: 3 }).fit(tensor([[1, 2]]))).rejects.toThrow(
      "PCA.fit: 3 components of x: [1, 2]",
    );
    await expect(new PCA().fit(tensor([[1, 2]]))).rejects.toThrow("two rows at least");
    expect(() => new PCA().components).toThrow("PCA.components: not fitted yet");
  });
});
