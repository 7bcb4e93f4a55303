import { Generator, init, manualSeed, matmul, type Tensor } from "@wgrad/autograd";
import {
  type LabelledPoints,
  makeBlobs,
  makeCircles,
  makeMoons,
  makeRegression,
  makeSpirals,
} from "@wgrad/datasets/data";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const plain = { shuffle: false } as const;

async function points({ x, y }: LabelledPoints): Promise<{ at: number[]; label: number }[]> {
  const width = x.shape[1] as number;
  const [coordinates, labels] = [await values(x), await values(y)];
  return labels.map((label, i) => ({
    at: coordinates.slice(i * width, (i + 1) * width),
    label,
  }));
}

describe("curves", () => {
  test("moons are half circles", async () => {
    const rows = await points(makeMoons(7, plain));
    expect(rows.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1, 1]);
    for (const { at, label } of rows) {
      const [x = 0, y = 0] = at;
      expect(label === 0 ? x ** 2 + y ** 2 : (x - 1) ** 2 + (y - 0.5) ** 2).toBeCloseTo(1, 5);
      expect(label === 0 ? y >= -1e-6 : y <= 0.5 + 1e-6).toBe(true);
    }
    const xs = rows.map(({ at }) => at[0] as number);
    for (const [i, x] of [1, 0, -1, 0, 0.5, 1.5, 2].entries()) expect(xs[i]).toBeCloseTo(x, 6);
  });

  test("circles have radius 1 and the factor, without repeated points", async () => {
    const rows = await points(makeCircles(9, { ...plain, factor: 0.3 }));
    for (const { at, label } of rows) {
      expect(Math.hypot(...at)).toBeCloseTo(label === 0 ? 1 : 0.3, 6);
    }
    expect(rows.filter(({ label }) => label === 0)).toHaveLength(4);
    expect(new Set(rows.map(({ at }) => at.map((c) => c.toFixed(4)).join())).size).toBe(9);
  });

  test("spirals make the given number of turns", async () => {
    const rows = await points(makeSpirals(7, { ...plain, nClasses: 3, turns: 2 }));
    expect(rows.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 2, 2]);
    for (const { at, label } of rows) {
      const [x = 0, y = 0] = at;
      const turned = Math.atan2(y, x) / (2 * Math.PI) - 2 * Math.hypot(x, y) - label / 3;
      expect(turned - Math.round(turned)).toBeCloseTo(0, 5);
    }
  });

  test.each([makeMoons, makeCircles, makeSpirals, makeBlobs])(
    "%o: follows the library's seed, or a generator",
    async (make: (n?: number, options?: { generator?: Generator }) => LabelledPoints) => {
      const drawn = async (seed: number): Promise<number[]> => {
        manualSeed(seed);
        return values(make(30).y);
      };
      expect(await drawn(1)).toEqual(await drawn(1));
      expect(await drawn(1)).not.toEqual(await drawn(2));
      const own = make(30, { generator: new Generator(1) });
      expect(await values(own.y)).toEqual(await drawn(1));
      expect(make().x.shape).toEqual([100, 2]);
      expect(own.y.dtype).toBe("i32");
    },
  );

  test("noise has the given deviation, and rows keep their class when shuffled", async () => {
    const generator = new Generator(5);
    const rows = await points(makeCircles(4000, { factor: 0, noise: 0.1, generator }));
    const inner = rows.filter(({ label }) => label === 1).flatMap(({ at }) => at);
    const deviation = Math.sqrt(inner.reduce((sum, x) => sum + x * x, 0) / inner.length);
    expect(deviation).toBeGreaterThan(0.097);
    expect(deviation).toBeLessThan(0.103);
    expect(rows.filter(({ at, label }) => label === 0 && Math.hypot(...at) < 0.5)).toEqual([]);
  });

  test.each([
    [() => makeMoons(0), "makeMoons: nSamples is 0\n  hint: a whole number ≥ 1"],
    [() => makeMoons(10, { noise: -1 }), "makeMoons: noise is -1\n  hint: a number ≥ 0"],
    [() => makeCircles(10, { factor: 1 }), "makeCircles: factor is 1"],
    [() => makeSpirals(10, { nClasses: 0 }), "makeSpirals: nClasses is 0"],
    [() => makeSpirals(10, { turns: Number.NaN }), "makeSpirals: turns is NaN"],
    [
      () => makeBlobs(10, { centers: [[1], [1, 2]] }),
      "makeBlobs: centers must have the same number of coordinates, got 1, 2",
    ],
    [
      () => makeBlobs(10, { centers: [] }),
      "makeBlobs: centers must have the same number of coordinates, got none",
    ],
    [
      () => makeBlobs(10, { clusterStd: [1, 2] }),
      "clusterStd has 2 values, but there are 3 centers",
    ],
    [() => makeBlobs(10, { clusterStd: -2 }), "makeBlobs: clusterStd is -2"],
    [
      () => makeRegression(10, { nFeatures: 2, nInformative: 3 }),
      "makeRegression: nInformative is 3, but there are 2 features",
    ],
  ])("refuses invalid settings: %#", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("makeBlobs", () => {
  test("clusters have the given centres and deviations", async () => {
    const centers = [
      [0, 5, -5],
      [10, 0, 0],
    ];
    const options = { centers, clusterStd: [0.5, 2], generator: new Generator(3) };
    const rows = await points(makeBlobs(2001, options));
    for (const label of [0, 1]) {
      const own = rows.filter((row) => row.label === label);
      expect(own).toHaveLength(label === 0 ? 1001 : 1000);
      centers[label]?.forEach((center, j) => {
        const mean = own.reduce((sum, { at }) => sum + (at[j] as number), 0) / own.length;
        const square = own.reduce((sum, { at }) => sum + ((at[j] as number) - mean) ** 2, 0);
        const std = label === 0 ? 0.5 : 2;
        expect(Math.abs(mean - center)).toBeLessThan(0.1 * std);
        expect(Math.abs(Math.sqrt(square / own.length) - std)).toBeLessThan(0.1 * std);
      });
    }
  });

  test("draws centres within the box", () => {
    const { centers } = makeBlobs(10, { centers: 50, nFeatures: 4, centerBox: [2, 3] });
    expect(centers).toHaveLength(50);
    expect(centers.flat().every((value) => value >= 2 && value < 3)).toBe(true);
    expect(new Set(centers.flat()).size).toBe(200);
  });
});

describe("makeRegression", () => {
  test("y is x · coef + bias", async () => {
    const { x, y, coef } = makeRegression(20, {
      nFeatures: 5,
      nInformative: 2,
      nTargets: 3,
      bias: 7,
    });
    expect([x.shape, y.shape, coef.shape]).toEqual([
      [20, 5],
      [20, 3],
      [5, 3],
    ]);
    const expected = await values(matmul(x, coef).add(7));
    for (const [i, value] of (await values(y)).entries())
      expect(value).toBeCloseTo(expected[i] as number, 3);
    const rows = Array.from({ length: 5 }, (_, j) => j);
    const all = await values(coef);
    expect(rows.filter((j) => all.slice(j * 3, j * 3 + 3).some((c) => c !== 0))).toHaveLength(2);
  });

  test("without shuffle the first features are informative; noise is added", async () => {
    const options = { ...plain, nFeatures: 3, nInformative: 1, noise: 10 };
    const { x, y, coef } = makeRegression(5000, { ...options, generator: new Generator(2) });
    const [first, second, third] = await values(coef);
    expect(first).toBeGreaterThan(0);
    expect([second, third]).toEqual([0, 0]);
    const rest = await values(y.sub(matmul(x, coef)));
    const deviation = Math.sqrt(rest.reduce((sum, r) => sum + r * r, 0) / rest.length);
    expect(Math.abs(deviation - 10)).toBeLessThan(0.3);
  });
});
