import { Generator, init, tensor } from "@wgrad/autograd";
import {
  adjustedRandScore,
  bleuScore,
  completenessScore,
  corpusBleu,
  fowlkesMallowsScore,
  homogeneityScore,
  kolmogorovSmirnov,
  mutualInfoScore,
  normalizedMutualInfoScore,
  populationStabilityIndex,
  randScore,
  silhouetteScore,
  vMeasureScore,
} from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

describe("texts", () => {
  const candidates = ["the cat sat on the mat today"];
  const references = [["the cat sat on a mat"]];

  test("every setting of bleuScore has an effect", () => {
    const scores = [
      bleuScore(candidates, references),
      bleuScore(candidates, references, { nGram: 2 }),
      bleuScore(candidates, references, { weights: [0.1, 0.9] }),
      bleuScore(["a cat"], [["a dog"]], { nGram: 2, smoothing: "method1" }),
      bleuScore(["a cat sat"], [["a dog"]], { nGram: 2, smoothing: "method2" }),
      bleuScore(["a cat"], [["a dog"]], { nGram: 2 }),
    ];
    expect(new Set(scores).size).toBe(scores.length);
    expect(scores.at(-1)).toBe(0);
  });

  test("short candidates are penalized against the closest reference", () => {
    const short = bleuScore(["the cat"], [["the cat sat on the mat"]], { nGram: 2 });
    expect(short).toBeCloseTo(Math.exp(1 - 6 / 2), 10);
    expect(bleuScore(["the cat"], [["the cat sat", "the dog"]], { nGram: 2 })).toBe(1);
    expect(bleuScore([""], [["a"]])).toBe(0);
  });

  test("every setting of corpusBleu has an effect", () => {
    const text = ["The cat sat, on Mondays.", "Yes, quite 3.5 of it!"];
    const reference = [["the cat sat , of course .", "yes , about 3.5 on it ."]];
    const settings = [
      {},
      { lowercase: true },
      { tokenize: "none" },
      { tokenize: "char" },
      { smoothMethod: "floor" },
      { smoothMethod: "floor", smoothValue: 0.3 },
      { smoothMethod: "add-k" },
      { smoothMethod: "none" },
      { maxNgramOrder: 2 },
    ] as const;
    const scores = settings.map((options) => corpusBleu(text, reference, options).score);
    expect(new Set(scores).size).toBe(scores.length);
  });

  test("punctuation is split from words but not from numbers", () => {
    const words = (text: string): number => corpusBleu([text], [[text]]).sysLen;
    expect(words("Hello, world!")).toBe(4);
    expect(words("3.5 or 1,000")).toBe(3);
    expect(words("a.b c-d 2-3")).toBe(7);
    expect(words("&quot;x&quot; (y)")).toBe(6);
  });

  test("refuses lists of different lengths", () => {
    expect(() => bleuScore(["a"], [])).toThrow(
      "bleuScore: 1 candidates, but 0 lists of references",
    );
    expect(() => bleuScore(["a"], [["a"]], { nGram: 3, weights: [1] })).toThrow(
      "bleuScore: 1 weights, but nGram is 3",
    );
    expect(() => corpusBleu(["a"], [["a", "b"]])).toThrow(
      "corpusBleu: 1 hypotheses, but 2 references in a stream",
    );
    expect(() => corpusBleu(["a"], [["a"]], { tokenize: "x" as "none" })).toThrow(
      'corpusBleu: tokenize is "x", not "13a" or "none" or "char"',
    );
  });
});

describe("clusters", () => {
  const [split, whole] = [
    [0, 0, 1, 2],
    [0, 0, 1, 1],
  ];

  test("the names of clusters do not matter", async () => {
    const [a, b] = [
      [0, 0, 1, 1, 2],
      [7, 7, -1, -1, 3],
    ];
    for (const score of [
      randScore,
      adjustedRandScore,
      normalizedMutualInfoScore,
      homogeneityScore,
      completenessScore,
      vMeasureScore,
      fowlkesMallowsScore,
    ]) {
      expect(await score(tensor(a), b)).toBeCloseTo(1, 12);
    }
  });

  test("a class split in two is homogeneous and incomplete", async () => {
    expect(await homogeneityScore(split, whole)).toBeCloseTo(1, 12);
    expect(await completenessScore(split, whole)).toBeCloseTo(2 / 3, 12);
    expect(await vMeasureScore(split, whole)).toBeCloseTo(0.8, 12);
    expect(await vMeasureScore(split, whole, { beta: 0 })).toBeCloseTo(1, 12);
    expect(await normalizedMutualInfoScore(split, whole)).toBeCloseTo(0.8, 12);
    expect(await mutualInfoScore(split, whole)).toBeCloseTo(Math.LN2, 12);
    expect(await randScore(split, whole)).toBeCloseTo(5 / 6, 12);
    expect(await adjustedRandScore(split, whole)).toBeCloseTo(4 / 7, 12);
    expect(await fowlkesMallowsScore(split, whole)).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test.each(["cpu", "webgpu"] as const)("silhouettes on %s", async (device) => {
    await init({ device });
    const points = tensor([[0], [1], [10], [11]]);
    const expected = (9.5 / 10.5 + 8.5 / 9.5) / 2;
    expect(await silhouetteScore(points, [0, 0, 1, 1])).toBeCloseTo(expected, 6);
    expect(await silhouetteScore(points, [0, 1, 0, 1])).toBeLessThan(0);
    await expect(silhouetteScore(points, [0, 0, 0, 0])).rejects.toThrow(
      "silhouetteScore: 1 clusters for 4 examples",
    );
    await expect(silhouetteScore(points, [0, 1])).rejects.toThrow("silhouetteScore: 4 and 2");
  });
});

describe("drift", () => {
  const generator = new Generator(0);
  const sample = (n: number, shift = 0): number[] =>
    Array.from(generator.uniform(new Float64Array(n)), (value) => value + shift);

  test("equal samples have no drift", async () => {
    const x = sample(200);
    expect(await populationStabilityIndex(x, tensor(x))).toBeCloseTo(0, 2);
    const { statistic, pvalue } = await kolmogorovSmirnov(x, x);
    expect([statistic, pvalue]).toEqual([0, 1]);
  });

  test("another sample has little drift, and a shifted one much", async () => {
    const [x, y, z] = [sample(400), sample(300), sample(300, 0.3)];
    expect(await populationStabilityIndex(x, y)).toBeLessThan(0.15);
    expect(await populationStabilityIndex(x, z)).toBeGreaterThan(0.25);
    expect((await kolmogorovSmirnov(x, y)).pvalue).toBeGreaterThan(0.01);
    expect((await kolmogorovSmirnov(x, z)).pvalue).toBeLessThan(1e-6);
    expect((await kolmogorovSmirnov(x, sample(50, 2))).statistic).toBe(1);
  });

  test("the p-value matches known points of the distribution", async () => {
    // at λ = 1.3581 the limit distribution has an upper tail of 5 %
    const n = 20000;
    const x = Array.from({ length: n }, (_, i) => i / n);
    const gap = 1.3581 / Math.sqrt(n / 2);
    const y = x.map((value) => value + gap);
    expect((await kolmogorovSmirnov(x, y)).pvalue).toBeCloseTo(0.05, 2);
  });

  test("bins and epsilon have an effect; repeated values share a bin", async () => {
    const [x, z] = [sample(200), sample(200, 0.3)];
    const base = await populationStabilityIndex(x, z);
    expect(await populationStabilityIndex(x, z, { bins: 4 })).not.toBe(base);
    expect(await populationStabilityIndex(x, z, { epsilon: 0.01 })).not.toBe(base);
    expect(await populationStabilityIndex([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0);
    await expect(populationStabilityIndex(x, z, { bins: 1 })).rejects.toThrow(
      "populationStabilityIndex: bins is 1",
    );
    await expect(kolmogorovSmirnov([], [1])).rejects.toThrow(
      "kolmogorovSmirnov: a sample is empty",
    );
  });
});
