import { init, setDetectAnomaly, type Tensor, tensor } from "@wgrad/autograd";
import { moduleCall } from "@wgrad/autograd/plugin";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

afterAll(() => init());

describe.each(["cpu", "wasm", "webgpu"] as const)("anomaly mode on %s", (device) => {
  beforeEach(async () => {
    await init({ device });
    setDetectAnomaly(true);
  });
  afterEach(() => setDetectAnomaly(false));

  const logOf = (x: Tensor): Tensor => moduleCall(() => x.log(), "Net.head");

  test("names the first op that gave NaN, its module and its line", async () => {
    const y = logOf(tensor([1, -2]).add(1))
      .mul(3)
      .sum();
    await expect(y.item()).rejects.toThrow(
      /anomaly: 'log' \[2\] is the first to make NaN\n {2}in: Net\.head\n {2}at .*anomaly\.test\.ts/,
    );
  });

  test("reports infinities, also in a gradient", async () => {
    const x = tensor([0, 4], { requiresGrad: true });
    x.sqrt().sum().backward();
    await expect((async () => x.grad?.data())()).rejects.toThrow(/is the first to make infinity/);
  });

  test("ignores inputs that are not finite", async () => {
    const x = tensor([1, Number.POSITIVE_INFINITY]);
    expect(await x.mul(2).tolist()).toEqual([2, Number.POSITIVE_INFINITY]);
    expect(await tensor([1, 2]).maximum(Number.NEGATIVE_INFINITY).tolist()).toEqual([1, 2]);
  });

  test("lets finite programs run, and checks nothing when it is off", async () => {
    expect(await tensor([1, 2]).log().sum().item()).toBeCloseTo(Math.log(2), 6);
    setDetectAnomaly(false);
    expect(await tensor([-1]).log().item()).toBeNaN();
  });
});
