import { cat, Generator, init, randn, type Tensor, tensor } from "@wgrad/autograd";
import {
  AgglomerativeClustering,
  cophenet,
  DBSCAN,
  dendrogram,
  fcluster,
  GaussianMixture,
  KMeans,
  leavesList,
  linkage,
  PCA,
} from "@wgrad/classic";
import { loadTransform, Pipeline, StandardScaler } from "@wgrad/datasets";
import { loadBreastCancer, loadIris } from "@wgrad/datasets/data";
import { describe, expect, test } from "vitest";
import { onDevices, valuesOf } from "./data.ts";

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  Array.from(expected).forEach((value, i) => {
    const off = Math.abs((actual[i] as number) - value);
    expect(off, `${i}: ${actual[i]}, expected ${value}`).toBeLessThanOrEqual(tolerance);
  });
};

/** Three groups of rows that are far apart. */
const groups = (): Tensor =>
  tensor(
    Array.from({ length: 30 }, (_, i) => [
      10 * (i % 3) + Math.sin(5 * i),
      7 * (i % 3) ** 2 + Math.cos(3 * i),
    ]),
  );
const isGrouped = (labels: ArrayLike<number>): boolean =>
  Array.from(labels).every((label, i) => label === labels[i % 3]) &&
  new Set(Array.from(labels)).size === 3;

onDevices("clusters", () => {
  test("all methods find groups that are far apart", { timeout: 60_000 }, async () => {
    const x = groups();
    const kMeans = await new KMeans({ nClusters: 3, randomState: 0 }).fit(x);
    expect(isGrouped(kMeans.labels)).toBe(true);
    expect(isGrouped(await valuesOf(kMeans.predict(x)))).toBe(true);
    expect(isGrouped(await new DBSCAN({ eps: 2.5, minSamples: 3 }).fitPredict(x))).toBe(true);
    expect(isGrouped(await new AgglomerativeClustering({ nClusters: 3 }).fitPredict(x))).toBe(true);
    const mixture = await new GaussianMixture({ nComponents: 3, randomState: 0 }).fit(x);
    expect(isGrouped(await valuesOf(mixture.predict(x)))).toBe(true);
    expect(mixture.converged).toBe(true);
    expect(
      isGrouped(fcluster(await linkage(x, { method: "ward" }), 3, { criterion: "maxclust" })),
    ).toBe(true);
  });

  test("an empty centre moves to the row farthest from its own centre", async () => {
    const x = tensor([[0], [1], [10], [11], [30]]);
    const init_ = [[0.5], [10.5], [900]];
    const model = await new KMeans({ nClusters: 3, init: init_ }).fit(x);
    expect(model.clusterCenters.map(([value]) => value).sort()).toEqual([0.5, 10.5, 30]);
  });

  test("integer weights equal repeated rows", async () => {
    const x = tensor([[0], [1], [10], [14]]);
    const weighted = await new KMeans({ nClusters: 2, init: [[0], [12]] }).fit(x, {
      sampleWeight: [3, 1, 1, 3],
    });
    close(
      weighted.clusterCenters.flatMap((row) => [...row]),
      [0.25, 13],
      1e-6,
    );
    expect(weighted.inertia).toBeCloseTo(12.75, 5);
  });

  test("KMeans is a step of a pipeline and is restored from JSON", async () => {
    const x = groups();
    const kMeans = new KMeans({ nClusters: 3, randomState: 0 });
    const pipeline = await new Pipeline([new StandardScaler(), new PCA(), kMeans]).fit(x);
    const z = await valuesOf(pipeline.transform(x));
    expect(z).toHaveLength(90);
    const json = JSON.parse(JSON.stringify(await pipeline.save()));
    const loaded = loadTransform(json, { classes: { PCA, KMeans } });
    expect(await valuesOf(loaded.transform(x))).toEqual(z);
    expect(() => loadTransform(json)).toThrow('loadTransform: the class "PCA" is unknown');
  });
});

onDevices("PCA", () => {
  test("all components reconstruct the rows", async () => {
    const x = (await loadIris()).x();
    const rows = await x.data();
    for (const whiten of [false, true]) {
      const pca = await new PCA({ whiten }).fit(x);
      close(await pca.inverseTransform(pca.transform(x)).data(), rows, 2e-5);
    }
    const few = await new PCA({ nComponents: 1 }).fit(x);
    expect(few.transform(x).shape).toEqual([150, 1]);
    expect(() => few.transform(tensor([[1, 2]]))).toThrow("x has 2 features, but fit saw 4");
  });

  test("with many rows xᵀx is used, with the same result", async () => {
    const once = new StandardScaler().fitTransform((await loadBreastCancer()).x()).keep();
    const many = await new PCA({ nComponents: 6 }).fit(cat(Array(20).fill(once), 0));
    const few = await new PCA({ nComponents: 6 }).fit(once);
    close(many.explainedVarianceRatio, few.explainedVarianceRatio, 1e-5);
    many.components.forEach((component, k) => {
      close(component, few.components[k] as Float64Array, 2e-4);
    });
  });
});

await init({ device: "cpu" });

test("with many features only the leading directions are computed", async () => {
  await init({ device: "cpu" });
  const generator = new Generator(1);
  const sizes = tensor(Float32Array.from({ length: 150 }, (_, j) => 10 / (1 + j) ** 2));
  const x = randn([40, 150], { generator }).mul(sizes);
  const all = await new PCA({ nComponents: 40 }).fit(x);
  const few = await new PCA({ nComponents: 4 }).fit(x);
  close(few.explainedVariance, all.explainedVariance.slice(0, 4), 1e-4);
  few.components.forEach((component, k) => {
    close(component, all.components[k] as Float64Array, 1e-3);
  });
});

describe("hierarchical clusterings", () => {
  test("pairwise distances can replace rows", async () => {
    const x = tensor([[0], [1], [4], [9]]);
    const pairs = Float64Array.of(1, 4, 9, 3, 8, 5);
    const tree = await linkage(pairs, { method: "average" });
    expect(tree).toEqual(await linkage(x, { method: "average" }));
    expect(tree.map(({ left, right, count }) => [left, right, count])).toEqual([
      [0, 1, 2],
      [2, 4, 3],
      [3, 5, 4],
    ]);
    expect([...cophenet(tree)].map((height) => Math.round(2 * height) / 2)).toEqual([
      1, 3.5, 7.5, 3.5, 7.5, 7.5,
    ]);
    expect([...leavesList(tree)]).toEqual([3, 2, 0, 1]);
    const { leaves, brackets } = dendrogram(tree, { countSort: "descending" });
    expect([...leaves]).toEqual([1, 0, 2, 3]);
    expect(brackets[2]).toMatchObject({ x: [17.5, 35], merge: 2 });
  });

  test("every cut of every method has labels that start at 1", async () => {
    for (const method of ["single", "complete", "average", "weighted", "ward"] as const) {
      const tree = await linkage(groups(), { method });
      for (let t = 1; t <= 30; t++) {
        const labels = fcluster(tree, t, { criterion: "maxclust" });
        expect(new Set(labels).size).toBe(Math.max(...labels));
        expect(Math.max(...labels)).toBeLessThanOrEqual(t);
      }
    }
  });
});

describe("bad input", () => {
  const x = groups();
  const two = tensor([[0], [1]]);

  test.each<[string, () => unknown, string]>([
    [
      "more clusters than rows",
      () => new KMeans({ nClusters: 3 }).fit(two),
      "KMeans.fit: nClusters is 3, but there are 2 rows\n  hint: at most one",
    ],
    [
      "centres of another shape",
      () => new KMeans({ nClusters: 2, init: [[1, 2, 3]] }).fit(x),
      "KMeans.fit: init has shape [1, 3]\n  hint: [2, 2], one centre for each cluster",
    ],
    [
      "NaN",
      () => new KMeans({ nClusters: 1 }).fit(tensor([[Number.NaN]])),
      "KMeans.fit: x[0, 0] is NaN",
    ],
    [
      "NaN, by density",
      () => new DBSCAN().fit(tensor([[Number.NaN]])),
      "DBSCAN.fit: x[0, 0] is NaN",
    ],
    [
      "more components than rows",
      () => new GaussianMixture({ nComponents: 3 }).fit(two),
      "GaussianMixture.fit: got 2 rows for 3 components",
    ],
    [
      "a covariance that collapses",
      () =>
        new GaussianMixture({ nComponents: 1, regCovar: 0 }).fit(
          tensor([
            [1, 1],
            [1, 1],
            [1, 1],
          ]),
        ),
      "the covariance of a component became singular in iteration",
    ],
    [
      "more clusters than rows to merge",
      () => new AgglomerativeClustering({ nClusters: 3 }).fit(two),
      "AgglomerativeClustering.fit: got 2 rows for 3 clusters",
    ],
    [
      "two stopping rules",
      () => new AgglomerativeClustering({ distanceThreshold: 3 }),
      "AgglomerativeClustering: needs exactly one of nClusters and distanceThreshold",
    ],
    [
      'ward with metric "cityblock"',
      () => linkage(x, { method: "ward", metric: "cityblock" }),
      'linkage: method "ward" needs metric "euclidean", got "cityblock"',
    ],
    [
      "an unknown method",
      () => linkage(x, { method: "nearest" as "single" }),
      'linkage: method is "nearest"\n  hint: single, complete',
    ],
    ["too few distances", () => linkage(Float64Array.of(1, 2)), "linkage: got 2 distances"],
    ["one row", () => linkage(tensor([[1, 2]])), "linkage: got 0 distances"],
    [
      "distances that are NaN",
      () => linkage(Float64Array.of(Number.NaN)),
      "linkage: a distance is NaN",
    ],
    [
      "a cut into a fractional number of clusters",
      async () => fcluster(await linkage(x), 2.5, { criterion: "maxclust" }),
      "fcluster: t is 2.5\n  hint: a whole number, 1 or more",
    ],
    [
      "a component too many",
      () => new PCA({ nComponents: 3 }).fit(tensor([[1, 2]])),
      "PCA.fit: nComponents is 3, but x is [1, 2]",
    ],
    ["a single row", () => new PCA().fit(tensor([[1, 2]])), "at least two rows"],
    ["half a component", () => new PCA({ nComponents: 2.5 }), "PCA: nComponents is 2.5"],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  test("constant rows are one cluster", async () => {
    const same = tensor(Array.from({ length: 6 }, () => [2, 3]));
    expect([...(await new DBSCAN().fitPredict(same))]).toEqual([0, 0, 0, 0, 0, 0]);
    const kMeans = await new KMeans({ nClusters: 2, randomState: 0 }).fit(same);
    expect(kMeans.inertia).toBe(0);
  });
});
