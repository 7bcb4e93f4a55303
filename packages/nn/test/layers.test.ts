import { init, manualSeed, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  BCELoss,
  functional as F,
  Flatten,
  Identity,
  Linear,
  MSELoss,
  parameter,
  ReLU,
  Sigmoid,
  Tanh,
} from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("Linear is x Wᵀ + b over the last dimension", async () => {
    const layer = new Linear(2, 3);
    layer.loadStateDict({
      weight: tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      bias: tensor([10, 20, 30]),
    });
    expect(await values(layer(tensor([[1, 1]])))).toEqual([13, 27, 41]);
    expect(layer(zeros([4, 5, 2])).shape).toEqual([4, 5, 3]);
    expect(new Linear(2, 3, { bias: false }).bias).toBeNull();
    expect(() => layer(zeros([4, 3]))).toThrow(
      "linear: the input has 3 features, but the weight expects 2",
    );
    expect(() => new Linear(-1, 3)).toThrow("Linear: inFeatures is -1, outFeatures is 3");
  });

  test("Linear is initialised within ±1/√in, with equal weights for equal seeds", async () => {
    const draw = async (): Promise<number[]> => {
      manualSeed(7);
      const { weight, bias } = new Linear(16, 50);
      return [...(await values(weight)), ...(await values(bias as Tensor))];
    };
    const first = await draw();
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...first)).toBeGreaterThan(0.24);
    expect(Math.min(...first)).toBeLessThan(-0.24);
    expect(await draw()).toEqual(first);
  });

  test("activation layers equal their functions", async () => {
    const x = tensor([-1, 0, 2]);
    expect(await values(new ReLU()(x))).toEqual([0, 0, 2]);
    expect(await values(new Sigmoid()(x))).toEqual(await values(F.sigmoid(x)));
    expect(await values(new Tanh()(x))).toEqual(await values(F.tanh(x)));
    expect(new Identity()(x)).toBe(x);
  });

  test("Flatten joins dimensions", () => {
    expect(new Flatten()(zeros([2, 3, 4])).shape).toEqual([2, 12]);
    expect(new Flatten({ startDim: 0, endDim: 1 })(zeros([2, 3, 4])).shape).toEqual([6, 4]);
    expect(String(new Flatten())).toBe("Flatten(start_dim=1, end_dim=-1)");
  });

  test("MSELoss applies its reduction", async () => {
    const [input, target] = [tensor([1, 2, 3]), tensor([1, 4, 0])];
    expect(await values(new MSELoss({ reduction: "none" })(input, target))).toEqual([0, 4, 9]);
    expect(await new MSELoss({ reduction: "sum" })(input, target).item()).toBe(13);
    expect(await new MSELoss()(input, target).item()).toBeCloseTo(13 / 3, 5);
    expect(() => new MSELoss()(zeros([3, 1]), zeros([3]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: mseLoss: input and target have different shapes
        input: [3, 1]
        target: [3]
        hint: reshape one to the other's shape; losses do not broadcast
        in: MSELoss]
    `);
    expect(() => F.mseLoss(input, target, { reduction: "avg" as "sum" })).toThrow(
      'mseLoss: reduction is "avg", not "none" or "mean" or "sum"',
    );
  });

  test("BCELoss clamps its logarithms, and no gradient is NaN", async () => {
    const input = parameter(tensor([0, 1, 0, 1, 0.5]));
    const target = tensor([1, 0, 0, 1, 1]);
    const loss = new BCELoss({ reduction: "none" })(input, target);
    expect((await values(loss)).slice(0, 4).map(Math.abs)).toEqual([100, 100, 0, 0]);
    expect((await values(loss))[4]).toBeCloseTo(Math.LN2, 5);
    loss.sum().backward();
    const gradient = await values(input.grad as Tensor);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient[4]).toBeCloseTo(-2, 5);
  });

  test("lpPool with a fractional power is a norm, also of negative numbers", async () => {
    const pooled = F.lpPool1d(tensor([[[-1, 2, -3, 4]]]), 2.5, 2);
    const norm = (...xs: number[]) => xs.reduce((sum, x) => sum + x ** 2.5, 0) ** (1 / 2.5);
    const expected = [norm(1, 2), norm(3, 4)];
    expect(await values(pooled)).toEqual(expected.map((x) => expect.closeTo(x, 5)));
  });

  test("BCELoss propagates NaN from a sigmoid", async () => {
    const p = tensor([Number.NaN]).sigmoid();
    expect(await F.binaryCrossEntropy(p, tensor([1])).item()).toBeNaN();
  });

  test("BCELoss weights elements and keeps the weight in its state", async () => {
    const [input, target] = [tensor([0.5, 0.5]), tensor([1, 0])];
    const criterion = new BCELoss({ weight: tensor([2, 0]), reduction: "sum" });
    expect(await criterion(input, target).item()).toBeCloseTo(2 * Math.log(2), 5);
    expect(Object.keys(criterion.stateDict())).toEqual(["weight"]);
  });
});
