import { init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { persist } from "@wgrad/autograd/plugin";
import { clipGradNorm_, clipGradValue_, ExponentialMovingAverage, SGD } from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor | null): Promise<number[]> => [...(await (x as Tensor).data())];

function leaf(data: number[], gradient?: number[]): Tensor {
  const made = tensor(data);
  persist(made);
  made.requiresGrad = true;
  if (gradient !== undefined) made.grad = tensor(gradient);
  return made;
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("clipGradNorm_ scales all gradients together and returns their norm", async () => {
    const [p, q] = [leaf([0, 0], [3, 0]), leaf([0], [4])];
    const norm = clipGradNorm_([p, leaf([1]), q], 1);
    expect(await norm.item()).toBeCloseTo(5, 5);
    expect(await values(p.grad)).toEqual([expect.closeTo(0.6, 5), 0]);
    expect(await values(q.grad)).toEqual([expect.closeTo(0.8, 5)]);
  });

  test.each([
    [1, 7],
    [3, 91 ** (1 / 3)],
    [Number.POSITIVE_INFINITY, 4],
    [Number.NEGATIVE_INFINITY, 3],
  ])("clipGradNorm_ by the %s-norm", async (normType, expected) => {
    const p = leaf([0, 0], [3, 4]);
    const norm = clipGradNorm_(p, 2, { normType });
    expect(await norm.item()).toBeCloseTo(expected, 4);
    expect((await values(p.grad))[1]).toBeCloseTo((4 * 2) / expected, 4);
  });

  test("clipGradNorm_ by the 0-norm counts the gradients that are not 0", async () => {
    const parameters = [leaf([0, 0], [3, 4]), leaf([0], [0]), leaf([0], [1])];
    expect(await clipGradNorm_(parameters, 1, { normType: 0 }).item()).toBe(2);
    expect(await values(parameters[0]?.grad ?? null)).toEqual(
      [1.5, 2].map((g) => expect.closeTo(g, 5)),
    );
  });

  test("clipGradNorm_ leaves small and missing gradients unchanged", async () => {
    const p = leaf([0], [0.5]);
    clipGradNorm_([p], 1);
    expect(await values(p.grad)).toEqual([0.5]);
    expect(await clipGradNorm_([leaf([0])], 1).item()).toBe(0);
  });

  test("clipGradValue_ clamps elements", async () => {
    const p = leaf([0, 0, 0], [-3, 0.25, 3]);
    clipGradValue_([p, leaf([1])], 0.5);
    expect(await values(p.grad)).toEqual([-0.5, 0.25, 0.5]);
  });

  test("gradients can be clipped between backward and step", async () => {
    const p = leaf([3]);
    const optimizer = new SGD([p], { lr: 1 });
    for (let i = 0; i < 2; i++) {
      optimizer.zeroGrad();
      p.square().sum().backward();
      clipGradNorm_([p], 1);
      optimizer.step();
    }
    expect(await p.item()).toBeCloseTo(1, 4);
  });

  test("the average starts with the weights of the first update and follows them", async () => {
    const p = leaf([0]);
    const average = new ExponentialMovingAverage([p], { decay: 0.5 });
    for (const value of [4, 8, 8]) {
      p.detach().copy_(tensor([value]));
      average.update();
    }
    expect(await values(average.averages[0] as Tensor)).toEqual([7]);
    expect(average.updates).toBe(3);
    average.swap();
    expect(await values(p)).toEqual([7]);
    expect(() => average.update()).toThrow("the parameters are swapped with the averages");
    average.swap();
    expect(await values(p)).toEqual([8]);
    expect(await values(average.averages[0] as Tensor)).toEqual([7]);
  });

  test("averages are saved and loaded", async () => {
    const p = leaf([1, 2]);
    const average = new ExponentialMovingAverage([p], { decay: 0.5 });
    average.update();
    const other = new ExponentialMovingAverage([leaf([5, 6])], { decay: 0.5 });
    other.loadStateDict(average.stateDict());
    expect(await values(other.averages[0] as Tensor)).toEqual([1, 2]);
    expect(other.updates).toBe(1);
    other.update();
    expect(await values(other.averages[0] as Tensor)).toEqual([3, 4]);
  });
});

test.each<[() => unknown, string]>([
  [() => clipGradNorm_([], 1, { normType: Number.NaN }), "clipGradNorm_: normType is NaN"],
  [() => clipGradNorm_([], -1), "clipGradNorm_: maxNorm must be 0 or more, got -1"],
  [() => clipGradValue_([], Number.NaN), "clipGradValue_: clipValue is NaN"],
  [() => new ExponentialMovingAverage([]), "ExponentialMovingAverage: no parameters"],
  [
    () => new ExponentialMovingAverage([zeros([1])], { decay: 1 }),
    "ExponentialMovingAverage: decay is 1",
  ],
  [
    () =>
      new ExponentialMovingAverage([zeros([1])]).loadStateDict({
        averages: [zeros([2])],
        updates: 1,
      }),
    "ExponentialMovingAverage.loadStateDict: the saved averages differ\n  here: [1]\n  saved: [2]",
  ],
])("%s", async (make, message) => {
  await init({ device: "cpu" });
  expect(make).toThrow(message);
});
