import { init, type Tensor, tensor } from "@wgrad/autograd";
import { persist, stepBoundary } from "@wgrad/autograd/plugin";
import { counters } from "@wgrad/autograd/testing";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  CosineAnnealingLR,
  clipGradNorm_,
  ExponentialMovingAverage,
  NAdam,
  type Optimizer,
  RAdam,
  RMSprop,
  SGD,
} from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

const makers: Record<string, (p: Tensor[]) => Optimizer> = {
  SGD: (p) => new SGD(p, { momentum: 0.9 }),
  Adam: (p) => new Adam(p, { amsgrad: true, weightDecay: 0.1 }),
  AdamW: (p) => new AdamW(p),
  Adagrad: (p) => new Adagrad(p, { lrDecay: 0.1 }),
  RMSprop: (p) => new RMSprop(p, { centered: true, momentum: 0.9 }),
  Adadelta: (p) => new Adadelta(p),
  Adamax: (p) => new Adamax(p),
  NAdam: (p) => new NAdam(p),
  RAdam: (p) => new RAdam(p),
};

function leaf(data: number[]): Tensor {
  const made = tensor(data);
  persist(made);
  made.requiresGrad = true;
  return made;
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(Object.entries(makers))(
    "%s, clipped and scheduled, takes one plan and one submit per step, and reads nothing",
    async (_, make) => {
      const [p, q] = [leaf([1, -2, 3]), leaf([4])];
      const optimizer = make([p, q]);
      const scheduler = new CosineAnnealingLR(optimizer, 50);
      const step = async (): Promise<void> => {
        await stepBoundary();
        optimizer.zeroGrad();
        p.square().sum().add(q.square().sum()).backward();
        clipGradNorm_([p, q], 0.5);
        optimizer.step();
        scheduler.step();
      };
      // RAdam divides by the second moment from its sixth step on
      for (let i = 0; i < 10; i++) await step();
      const before = { ...counters() };
      for (let i = 0; i < 3; i++) await step();
      const after = counters();
      expect(after.submits - before.submits).toBe(3);
      expect(after.planHits - before.planHits).toBe(3);
      expect(after.planMisses - before.planMisses).toBe(0);
      expect(after.readbacks - before.readbacks).toBe(0);
    },
  );

  test("averaging the weights takes one more submit", async () => {
    const p = leaf([1, -2, 3]);
    const optimizer = new SGD([p], { lr: 0.1 });
    const average = new ExponentialMovingAverage([p]);
    const step = async (): Promise<void> => {
      await stepBoundary();
      optimizer.zeroGrad();
      p.square().sum().backward();
      optimizer.step();
      average.update();
    };
    for (let i = 0; i < 6; i++) await step();
    const before = { ...counters() };
    for (let i = 0; i < 3; i++) await step();
    const after = counters();
    expect(after.submits - before.submits).toBe(6);
    expect(after.planMisses - before.planMisses).toBe(0);
  });
});
