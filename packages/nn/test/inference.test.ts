import { init, noGrad, randn } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import { Linear } from "@wgrad/nn";
import { describe, expect, test } from "vitest";

describe.each(["cpu", "wasm", "webgpu"] as const)("inference without gradients on %s", (device) => {
  test("preprocessing runs with the model once the previous call has been read", async () => {
    await init({ device });
    const model = new Linear(4, 3);
    const [x, mean] = [randn([5, 4]), randn([4])];
    const predict = (): Promise<unknown> => noGrad(() => model(x.sub(mean))).data();
    await predict();
    await predict();
    const before = counters().submits;
    await predict();
    expect(counters().submits - before).toBe(1);
  });

  test("an unread call runs when the next one begins", async () => {
    await init({ device });
    const model = new Linear(4, 3);
    const x = randn([5, 4]);
    noGrad(() => model(x));
    const before = counters().submits;
    noGrad(() => model(x));
    expect(counters().submits - before).toBe(1);
  });
});
