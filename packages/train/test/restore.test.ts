import { init, manualSeed, randn, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { writeSafetensors } from "@wgrad/autograd/safetensors";
import { load, restore, toBlob } from "@wgrad/autograd/saving";
import { DataLoader } from "@wgrad/datasets";
import { Linear } from "@wgrad/nn";
import {
  Adam,
  ChainedScheduler,
  CosineAnnealingLR,
  ExponentialLR,
  ExponentialMovingAverage,
  LBFGS,
  ReduceLROnPlateau,
  SGD,
  StepLR,
} from "@wgrad/optim";
import { EarlyStopping, LearningRateMonitor } from "@wgrad/train";
import { beforeAll, describe, expect, test } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: the tests make states invalid
type Anything = any;

// the tables below hold tensors
await init({ device: "cpu" });

const world = () => {
  const model = new Linear(3, 2);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  return { model, optimizer, scheduler: new CosineAnnealingLR(optimizer, 30) };
};
type World = ReturnType<typeof world>;

function step({ model, optimizer, scheduler }: World, x: Tensor): void {
  optimizer.zeroGrad();
  model(x).square().mean().backward();
  optimizer.step();
  scheduler.step();
}

describe.each(["cpu", "wasm", "webgpu"] as const)("restore on %s", (device) => {
  let file: Uint8Array<ArrayBuffer>;
  let x: Tensor;

  beforeAll(async () => {
    await init({ device });
    manualSeed(0);
    x = randn([8, 3]).keep();
    const trained = world();
    for (let i = 0; i < 5; i++) step(trained, x);
    file = new Uint8Array(await (await toBlob(trained)).arrayBuffer());
  });

  /** The file with its tree changed, as if damaged, hostile or of another version. */
  function changed(change: (state: Anything) => void): Uint8Array<ArrayBuffer> {
    const length = new DataView(file.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    const tree = JSON.parse(header.__metadata__.wgrad);
    change(tree.state);
    header.__metadata__.wgrad = JSON.stringify(tree);
    const text = new TextEncoder().encode(JSON.stringify(header));
    const out = new Uint8Array(8 + text.length + file.length - 8 - length);
    new DataView(out.buffer).setUint32(0, text.length, true);
    out.set(text, 8);
    out.set(file.subarray(8 + length), 8 + text.length);
    return out;
  }

  const entry = (state: Anything): Anything => state.optimizer.$state.state[0];
  const group = (state: Anything): Anything => state.optimizer.$state.paramGroups[0];
  const schedule = (state: Anything): Anything => state.scheduler.$state;
  const cases: [string, (state: Anything) => void, string][] = [
    ["step is a string", (s) => Object.assign(entry(s), { step: "5" }), 'parameter 0: step is "5"'],
    ["step is not a whole number", (s) => Object.assign(entry(s), { step: 1.5 }), "step is 1.5"],
    ["step is missing", (s) => delete entry(s).step, "step is undefined"],
    ["lr is below 0", (s) => Object.assign(group(s), { lr: -1 }), "Adam: lr is -1"],
    ["betas is a string", (s) => Object.assign(group(s), { betas: "ab" }), 'Adam: betas is "ab"'],
    [
      "an option of another optimizer",
      (s) => Object.assign(group(s), { momentum: 1 }),
      'Adam: there is no option "momentum"',
    ],
    [
      "a mean is missing",
      (s) => delete entry(s).expAvg,
      "Adam.loadStateDict: parameter 0: 'expAvg' is missing\n  saved: ",
    ],
    [
      "a mean is a number",
      (s) => Object.assign(entry(s), { expAvg: 3 }),
      "parameter 0: 'expAvg' is 3\n  hint: a tensor [2, 3]",
    ],
    [
      "a mean has another shape",
      (s) => Object.assign(entry(s), { expAvg: { $tensor: "model.bias" } }),
      "'expAvg' does not fit\n  parameter: [2, 3]\n  saved: [2]",
    ],
    [
      "an entry is a tensor",
      (s) => Object.assign(s.optimizer.$state.state, { 0: { $tensor: "model.weight" } }),
      "parameter 0: its state is a tensor [2, 3], not an object",
    ],
    [
      "an entry without a parameter",
      (s) => Object.assign(s.optimizer.$state.state, { 7: entry(s) }),
      "parameter 7 has state, but is in no saved group",
    ],
    [
      "the state is a list",
      (s) => Object.assign(s.optimizer, { $state: [] }),
      "not an optimizer state",
    ],
    [
      "a group is a number",
      (s) => Object.assign(s.optimizer.$state.paramGroups, { 0: 3 }),
      "not an optimizer state",
    ],
    [
      "the scheduler's first rates are missing",
      (s) => {
        schedule(s).lastEpoch = 7;
        delete schedule(s).baseLrs;
      },
      "CosineAnnealingLR.loadStateDict: baseLrs is undefined",
    ],
    [
      "its last step is missing",
      (s) => delete schedule(s).lastEpoch,
      "CosineAnnealingLR.loadStateDict: lastEpoch is undefined",
    ],
    ["its rate is below 0", (s) => Object.assign(schedule(s), { lastLr: [-1] }), "lastLr is [-1]"],
    [
      "a weight is a number",
      (s) => Object.assign(s.model.$state, { weight: 3 }),
      "loadStateDict: the state of Linear contains values that are not tensors\n  not tensors: weight is 3",
    ],
    [
      "a number is invalid",
      (s) => Object.assign(schedule(s), { lastEpoch: { $number: "seven" } }),
      'its structure has an invalid number "seven"',
    ],
  ];

  test.each(cases)("%s: refused, and nothing changes", async (_, change, text) => {
    const other = world();
    step(other, x);
    const weights = await other.model.weight.data();
    await expect(restore(other, changed(change))).rejects.toThrow(text);
    expect(other.scheduler.lastEpoch).toBe(1);
    expect(other.scheduler.getLastLr()).toEqual([other.optimizer.paramGroups[0]?.lr]);
    expect(await other.model.weight.data()).toEqual(weights);
    await restore(other, file);
    expect(other.scheduler.lastEpoch).toBe(5);
    step(other, x);
    const trained = world();
    await restore(trained, file);
    step(trained, x);
    expect(await other.model.weight.data()).toEqual(await trained.model.weight.data());
  });

  test("a part that changes before it throws is restored", async () => {
    const state = { value: 1 };
    const part = {
      stateDict: () => ({ ...state }),
      loadStateDict(saved: { value: number }): void {
        state.value = saved.value;
        if (saved.value > 9) throw new Error("too large");
      },
    };
    const saved = await toBlob({ part: { stateDict: () => ({ value: 10 }), loadStateDict() {} } });
    await expect(restore({ part }, saved)).rejects.toThrow("too large");
    expect(state.value).toBe(1);
  });

  test("f64 is read as f32 on devices without it; values that do not fit are refused", async () => {
    const record = (data: number[]) => ({
      dtype: "f64" as const,
      shape: [data.length],
      data: Float64Array.from(data),
    });
    const { mean } = await load(writeSafetensors({ mean: record([1, 0.1]) }));
    expect(mean?.dtype).toBe(device === "cpu" ? "f64" : "f32");
    expect(await mean?.tolist()).toEqual([1, expect.closeTo(0.1, 6)]);
    const large = load(writeSafetensors({ mean: record([1, 1e300]) }));
    if (device === "cpu") expect(await (await large).mean?.tolist()).toEqual([1, 1e300]);
    else {
      await expect(large).rejects.toThrow(
        'load: these bytes: "mean": element 1, 1e+300, does not fit f32\n  hint: f64 is read as f32',
      );
    }
  });
});

describe("states of single parts", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const leaf = (): Tensor => zeros([2], { requiresGrad: true });
  const lbfgs = (): LBFGS => new LBFGS([leaf()], { lr: 0.5 });
  const sgd = (): SGD => new SGD([leaf()], { lr: 0.1 });
  const chained = (): ChainedScheduler => {
    const optimizer = sgd();
    return new ChainedScheduler([new StepLR(optimizer, 2), new ExponentialLR(optimizer, 0.9)]);
  };
  const loader = (): DataLoader<number[]> => new DataLoader([1, 2, 3, 4], { batchSize: 2 });
  const part = { lastEpoch: 1, baseLrs: [1], lastLr: [1] };
  const memory = { funcEvals: 1, nIter: 1, t: 1, prevLoss: 1, d: zeros, prevFlatGrad: 3 };

  test.each<[string, () => { loadStateDict(state: never): void }, unknown, string]>([
    ["LBFGS, a vector", lbfgs, { 0: memory }, "LBFGS.loadStateDict: 'd' is a function"],
    ["LBFGS, a count", lbfgs, { 0: { nIter: 1 } }, "'funcEvals' is undefined"],
    [
      "a chain",
      chained,
      null,
      "ChainedScheduler.loadStateDict: takes a scheduler's state, got null",
    ],
    ["a chain", chained, { ...part, schedulers: 3 }, "schedulers is 3, not a list"],
    [
      "a chain whose second part is invalid",
      chained,
      { ...part, schedulers: [part, { ...part, lastEpoch: "1" }] },
      'ExponentialLR.loadStateDict: lastEpoch is "1"',
    ],
    [
      "a plateau",
      () => new ReduceLROnPlateau(sgd()),
      { best: "1", numBadEpochs: 0, cooldownCounter: 0, lastEpoch: 1, lastLr: [1] },
      'ReduceLROnPlateau.loadStateDict: best is "1"',
    ],
    [
      "averages",
      () => new ExponentialMovingAverage([leaf()]),
      { averages: [1] },
      "not a state of av",
    ],
    [
      "a loader",
      loader,
      { epoch: 0, batch: 1, start: null, generator: null },
      "not a loader's state",
    ],
    [
      "a loader past its end",
      loader,
      {
        epoch: 0,
        batch: 9,
        start: { seed: 1, state: null },
        generator: null,
        examples: 4,
        batchSize: 2,
      },
      "saved after 9 batches of an epoch, but epochs have only 2 here",
    ],
    [
      "a loader's numbers",
      loader,
      { epoch: 0, batch: 1, start: { seed: null, state: ["x"] } },
      "not a",
    ],
    ["a callback", () => new EarlyStopping(), { best: "x" }, "not the state of an EarlyStopping"],
    [
      "a callback's list",
      () => new LearningRateMonitor(),
      { rates: [3] },
      "LearningRateMonitor.loadStateDict: rates is [3]",
    ],
    ["a model", () => new Linear(2, 2), Promise.resolve({}), "got a promise (await it)"],
    [
      "a model",
      () => new Linear(2, 2),
      tensor([1]),
      "needs an object of tensors, got a tensor [1]",
    ],
  ])("%s", (_, make, state, text) => {
    const given = make() as { loadStateDict(state: unknown): void; lastEpoch?: number };
    const whole = given instanceof LBFGS;
    const groups = whole ? given.stateDict().paramGroups : [];
    const saved = whole ? { state, paramGroups: groups } : state;
    expect(() => given.loadStateDict(saved)).toThrow(text);
    if (given instanceof ChainedScheduler) {
      expect(given.schedulers.map(({ lastEpoch }) => lastEpoch)).toEqual([0, 0]);
    }
  });

  test("LBFGS restores its settings", () => {
    const saved = lbfgs().stateDict();
    const other = new LBFGS([leaf()], { lr: 1 });
    other.loadStateDict(saved);
    expect(other.paramGroups[0]?.lr).toBe(0.5);
  });
});
