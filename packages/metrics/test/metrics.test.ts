import { init, tensor, zeros } from "@wgrad/autograd";
import { accuracy, binaryAccuracy, meanSquaredError, r2Score } from "@wgrad/metrics";
import { beforeAll, describe, expect, test } from "vitest";

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("meanSquaredError", async () => {
    expect(await meanSquaredError(tensor([1, 2, 3]), tensor([1, 4, 0])).item()).toBeCloseTo(
      13 / 3,
      5,
    );
  });

  test("r2Score is 1 for exact predictions, 0 for the mean, and negative for worse ones", async () => {
    const targets = tensor([1, 2, 3, 6]);
    expect(await r2Score(targets, targets).item()).toBe(1);
    expect(await r2Score(tensor([3, 3, 3, 3]), targets).item()).toBe(0);
    expect(await r2Score(tensor([6, 3, 2, 1]), targets).item()).toBeLessThan(0);
  });

  test("r2Score of constant targets is 1 or 0", async () => {
    const targets = tensor([2, 2]);
    expect(await r2Score(targets, targets).item()).toBe(1);
    expect(await r2Score(tensor([2, 3]), targets).item()).toBe(0);
  });

  test("accuracy accepts scores and classes", async () => {
    const targets = tensor(new Int32Array([0, 1, 1, 2]));
    const scores = tensor([
      [3, 1, 2],
      [0, 2, 1],
      [5, 4, 0],
      [0, 0, 1],
    ]);
    expect(await accuracy(scores, targets).item()).toBe(0.75);
    expect(await accuracy(tensor(new Int32Array([0, 0, 0, 2])), targets).item()).toBe(0.5);
  });

  test("binaryAccuracy counts probabilities above the threshold as positive", async () => {
    const [p, y] = [tensor([0.2, 0.5, 0.7, 0.9]), tensor([0, 0, 1, 0])];
    expect(await binaryAccuracy(p, y).item()).toBe(0.75);
    expect(await binaryAccuracy(p, y, { threshold: 0.95 }).item()).toBe(0.75);
    expect(await binaryAccuracy(p, y, { threshold: 0.8 }).item()).toBe(0.5);
  });

  test("metrics record no gradients and refuse different shapes", () => {
    const x = zeros([2, 1], { requiresGrad: true });
    expect(meanSquaredError(x, zeros([2, 1])).requiresGrad).toBe(false);
    expect(() => meanSquaredError(x, zeros([2]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: meanSquaredError: predictions and targets have different shapes
        predictions: [2, 1]
        targets: [2]
        hint: reshape one to the other's shape]
    `);
    expect(() => r2Score(x, zeros([2]))).toThrow("r2Score: predictions and targets");
    expect(() => binaryAccuracy(x, zeros([2]))).toThrow(
      "binaryAccuracy: probabilities and targets",
    );
    expect(() => accuracy(x, zeros([3]))).toThrow("accuracy: predictions and targets");
  });
});
