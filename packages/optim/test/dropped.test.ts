import { init, manualSeed, memory, randn, type Tensor } from "@wgrad/autograd";
import { counters, initFresh } from "@wgrad/autograd/testing";
import { functional as F, Linear, Sequential } from "@wgrad/nn";
import { Adam, ExponentialMovingAverage, LBFGS, type Optimizer, SGD } from "@wgrad/optim";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

const ROUNDS = 10;
/** Number of rounds that each wait for a garbage collection. */
const COLLECTED = 3;

/** Fewer bytes than one model takes. */
const LITTLE = 2 * 96 * 96 * 4;

/**
 * Collects garbage until finalizers have freed a model's memory, which takes long in a large
 * process.
 */
async function collect(): Promise<void> {
  for (let i = 0; i < 100 && (i < 2 || held() >= LITTLE); i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5 + i));
  }
}

const makers: Record<string, (params: Tensor[]) => Optimizer> = {
  "SGD with momentum": (params) => new SGD(params, { lr: 0.01, momentum: 0.9 }),
  Adam: (params) => new Adam(params, { amsgrad: true }),
};

async function trained(make: (params: Tensor[]) => Optimizer) {
  const model = new Sequential(new Linear(96, 96), new Linear(96, 96));
  const optimizer = make(model.parameters());
  const average = new ExponentialMovingAverage(model.parameters());
  for (let step = 0; step < 3; step++) {
    const loss = F.mseLoss(model(randn([4, 96])), randn([4, 96]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    average.update();
    await loss.item();
  }
  return { model, optimizer, average };
}

const held = (): number => {
  const { cells, owned, slots, inputs, arena } = memory().bytes;
  return cells + owned + slots + inputs + arena;
};

describe.each(["cpu", "wasm", "webgpu"] as const)("models of a search on %s", (device) => {
  beforeEach(async () => {
    await initFresh({ device });
    manualSeed(0);
  });
  afterAll(() => init());

  test.each(Object.entries(makers))("dispose() with %s frees all memory", async (_, make) => {
    const after: object[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { model, optimizer, average } = await trained(make);
      expect(memory().bytes.cells).toBeGreaterThan(3 * 2 * 96 * 96 * 4);
      for (const one of [average, optimizer, model]) one.dispose();
      const { bytes, plans } = memory();
      after.push({ ...bytes, plans });
    }
    expect(after[0]).toMatchObject({ cells: 0, owned: 0, inputs: 0, arena: 0, plans: 0 });
    for (const one of after) expect(one).toEqual(after[0]);
    expect(counters().planMisses).toBeLessThanOrEqual(4); // the second model reuses the first one's plans
  });

  test("models that are not disposed are freed once they are unreachable", async ({ skip }) => {
    if (!("gc" in globalThis)) skip("needs a garbage collection on demand");
    const after: number[] = [];
    for (let round = 0; round < COLLECTED; round++) {
      await trained(makers.Adam as (params: Tensor[]) => Optimizer);
      await collect();
      after.push(held());
    }
    for (const bytes of after.slice(1))
      expect(bytes).toBeLessThanOrEqual(1.1 * (after[0] as number));
    expect(after.at(-1)).toBeLessThan(LITTLE);
  }, 60_000);

  test("a disposed parameter throws, and a disposed optimizer starts without state", async () => {
    const { model, optimizer } = await trained(makers.Adam as (params: Tensor[]) => Optimizer);
    optimizer.dispose();
    expect(optimizer.state.size).toBe(0);
    const [weight] = model.parameters() as [Tensor];
    const loss = F.mseLoss(model(randn([4, 96])), randn([4, 96]));
    loss.backward();
    optimizer.step();
    expect(Number.isFinite(await weight.sum().item())).toBe(true);
    model.dispose();
    expect(() => model(randn([4, 96]))).toThrow(/gone: it was disposed/);
  });

  test("dispose() of LBFGS frees its state", async () => {
    const model = new Linear(64, 64);
    const optimizer = new LBFGS(model.parameters());
    const [x, y] = [randn([8, 64]), randn([8, 64])];
    await optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(model(x), y);
      loss.backward();
      return loss;
    });
    const before = held();
    optimizer.dispose();
    expect(held()).toBeLessThan(before - 64 * 64 * 4);
    model.dispose();
  });
});
