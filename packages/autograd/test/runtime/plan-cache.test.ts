import { init, manualSeed, memory, ones, randn, type Tensor } from "@wgrad/autograd";
import { counters, countingDevice, openGPUDevice } from "@wgrad/autograd/testing";
import { afterAll, describe, expect, inject, test } from "vitest";
import { Net, nextBatch, squaredError } from "../laws/world.ts";

const full = inject("tier") === "full";
afterAll(() => init());

describe.each([
  { device: "cpu" },
  { device: "webgpu" },
  { device: "webgpu", fusion: "off" },
] as const)("plans on $device, fusion $fusion", (options) => {
  test("alternating batch sizes and learning rates make no plans after the first round", async () => {
    await init(options);
    manualSeed(0);
    const net = new Net(randn([16]), randn([16]));
    const epoch = async (rate: number): Promise<void> => {
      for (const [i, size] of [8, 8, 5, 8, 3].entries()) {
        await nextBatch();
        const loss = squaredError(net.call(randn([size, 16])), randn([size, 16]));
        net.learn(loss, rate / (i + 1));
        await loss.item();
      }
    };
    await epoch(0.01);
    await epoch(0.02);
    const before = counters();
    const held = memory();
    for (const rate of [0.003, 0.5e-3, 0.02, 1e-9]) await epoch(rate);
    expect(counters().planMisses - before.planMisses).toBe(0);
    expect(memory().bytes).toEqual(held.bytes);
    expect(memory().buffers).toBe(held.buffers);
  });

  test("slices that differ in their start share a plan, and so do operations with different scalars", async () => {
    await init(options);
    const table = randn([40, 4]);
    const rows = async (start: number, factor: number): Promise<Tensor> => {
      const y = table.narrow(0, start, 8).mul(factor).add(1);
      await y.data();
      return y;
    };
    await rows(0, 2);
    const before = counters();
    for (let start = 1; start < 30; start += 3) await rows(start, start / 7);
    expect(counters().planMisses - before.planMisses).toBe(0);
  });

  test("two models of one shape do not share weights", async () => {
    await init(options);
    manualSeed(0);
    const nets = [new Net(randn([16]), randn([16])), new Net(randn([16]), randn([16]))];
    const x = randn([4, 16]);
    const outputs = async (): Promise<number[][]> =>
      Promise.all(nets.map(async (net) => [...(await net.call(x).data())]));
    const [a, b] = await outputs();
    expect(a).not.toEqual(b);
    nets[0]?.learn(squaredError((nets[0] as Net).call(x), x), 0.1);
    const [changed, same] = await outputs();
    expect(changed).not.toEqual(a);
    expect(same).toEqual(b);
  });

  const lengths = full ? 500 : options.device === "cpu" ? 150 : 50;
  test(`of ${lengths} lengths in turn no plan is made twice, and nothing of one length outlasts the next`, async () => {
    await init({ ...options, budget: 2 ** 49 });
    manualSeed(0);
    const net = new Net(randn([1]), randn([1]));
    const longest = 13 * lengths;
    const x = randn([longest]);
    const epoch = async (): Promise<void> => {
      for (let length = 1; length <= lengths; length++) {
        const loss = squaredError(net.call(x.narrow(0, 0, 13 * length)), x.narrow(0, 0, 1));
        net.learn(loss, 1e-5);
        await loss.item();
      }
    };
    await epoch();
    const before = counters();
    const first = memory().bytes;
    await epoch();
    const { bytes } = memory();
    expect(counters().planMisses - before.planMisses).toBe(0);
    expect(bytes.inputs + bytes.arena).toBeLessThan(1.1 * (first.inputs + first.arena));
    expect(bytes.slots).toBeLessThan(8 * (longest + 50));
  }, 120_000);

  test("a second model of the same shape binds existing templates", async () => {
    await init(options);
    manualSeed(0);
    const train = async (): Promise<number> => {
      const net = new Net(randn([16]), randn([16]));
      const x = randn([4, 16]);
      let last = 0;
      for (let i = 0; i < 3; i++) {
        const loss = squaredError(net.call(x), x);
        net.learn(loss, 0.01);
        last = await loss.item();
      }
      return last;
    };
    const first = await train();
    const { planMisses } = counters();
    expect(await train()).not.toBe(first);
    expect(counters().planMisses).toBe(planMisses);
  });
});

test("temporaries of growing lengths take at most three times what the longest needs", async () => {
  await init({ device: "wasm", budget: 2 ** 48 });
  const longest = 2 ** 22;
  const run = async (length: number): Promise<number> =>
    ones([length]).cumsum(0).mul(0.5).cumsum(0).amax().item();
  for (let length = longest / 16; length <= longest; length += longest / 16) await run(length);
  const { arena } = memory().bytes;
  expect(arena).toBeGreaterThan(4 * longest);
  expect(arena).toBeLessThanOrEqual(3 * 2 * 1.25 * 4 * longest);
  const { planMisses } = counters();
  expect(await run(longest / 8)).toBe(0.25 * (longest / 8) * (longest / 8 + 1));
  expect(counters().planMisses).toBe(planMisses);
});

test("all lengths share pipelines", async () => {
  const watched = countingDevice(await openGPUDevice());
  await init({ device: watched.device });
  manualSeed(0);
  const net = new Net(randn([16]), randn([16]));
  const step = async (length: number): Promise<void> => {
    const x = randn([length, 16]);
    const loss = squaredError(net.call(x).softmax(0).matmul(x.T), x.matmul(x.T));
    net.learn(loss, 1e-3);
    await loss.item();
  };
  for (const length of [33, 47]) await step(length);
  const { planMisses } = counters();
  watched.take();
  for (const length of [35, 37, 41, 43, 45]) await step(length);
  expect(counters().planMisses - planMisses).toBe(5);
  // another tiling may begin among them
  expect(watched.take().pipelinesCreated).toBeLessThanOrEqual(1);
});
