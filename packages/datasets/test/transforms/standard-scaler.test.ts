import { init, type Tensor, tensor } from "@wgrad/autograd";
import { StandardScaler } from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "webgpu"] as const)("StandardScaler on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });
  const rows = (): Tensor =>
    tensor([
      [1, 10, 0.1],
      [2, 10, 0.1],
      [3, 40, 0.1],
      [6, 60, 0.1],
    ]);

  test("gives every feature mean 0 and deviation 1, dividing by the number of rows", async () => {
    const scaler = new StandardScaler();
    const z = scaler.fitTransform(rows());
    expect(await values(scaler.mean)).toEqual([3, 30, Math.fround(0.1)]);
    const [first = 0, second = 0, third] = await values(scaler.scale);
    expect(first).toBeCloseTo(Math.sqrt(3.5), 5);
    expect(second).toBeCloseTo(Math.sqrt(450), 4);
    expect(third).toBe(1);
    const column = (await values(z)).filter((_, i) => i % 3 === 0);
    expect(column.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
    expect(column.reduce((a, b) => a + b * b, 0)).toBeCloseTo(4, 4);
  });

  test("is inverted by inverseTransform, and transforms other rows", async () => {
    const scaler = new StandardScaler().fit(rows());
    const back = await values(scaler.inverseTransform(scaler.transform(rows())));
    for (const [i, x] of (await values(rows())).entries()) expect(back[i]).toBeCloseTo(x, 4);
    expect((await values(scaler.transform(tensor([[3, 30, 0.1]]))))[0]).toBe(0);
  });

  test("mean or deviation can be turned off", async () => {
    const centred = new StandardScaler({ withStd: false }).fitTransform(rows());
    expect((await values(centred)).slice(0, 2)).toEqual([-2, -20]);
    const scaled = new StandardScaler({ withMean: false }).fitTransform(rows());
    expect((await values(scaled))[0]).toBeCloseTo(1 / Math.sqrt(3.5), 5);
  });

  test("accepts a one-dimensional tensor", async () => {
    const scaler = new StandardScaler().fit(tensor([1, 3]));
    expect(await values(scaler.transform(tensor([1, 3])))).toEqual([-1, 1]);
  });

  test("refuses to work before fit, or without rows", () => {
    expect(() => new StandardScaler().transform(rows())).toThrow(
      "StandardScaler.transform: not fitted yet",
    );
    expect(() => new StandardScaler().mean).toThrow("StandardScaler.mean: not fitted yet");
    expect(() => new StandardScaler().fit(tensor([]))).toThrow("StandardScaler.fit: x has no rows");
  });
});
