import { init, type Tensor } from "@wgrad/autograd";
import { load, randomState, restore, toBlob } from "@wgrad/autograd/saving";
import { DataLoader } from "@wgrad/datasets";
import { type AnyModule, BatchNorm1d, Linear, Sequential } from "@wgrad/nn";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  CyclicLR,
  ExponentialMovingAverage,
  LBFGS,
  NAdam,
  RAdam,
  ReduceLROnPlateau,
  RMSprop,
  SGD,
} from "@wgrad/optim";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { type Batch, loss, type Setting, setUp, weightsOf } from "./setting.ts";

/** A plain loop that trains from the current state up to `steps` steps and returns its losses. */
async function train(
  { model, optimizer, scheduler, loader }: Setting,
  steps: number,
): Promise<number[]> {
  const losses: Tensor[] = [];
  while (losses.length < steps) {
    for await (const batch of loader) {
      const value = loss(model, batch);
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      scheduler.step();
      losses.push(value);
      if (losses.length === steps) break;
    }
  }
  return Promise.all(losses.map((value) => value.item()));
}

const memoryOf = ({ optimizer, model }: Setting): Tensor =>
  optimizer.state.get(model.output.weight)?.expAvg as Tensor;

const isFull = inject("tier") === "full";

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  // an epoch has six batches: stop within the first, after one batch, at its end, within the second
  test.each(isFull || device === "cpu" ? [3, 1, 6, 8] : [3, 6])(
    "a plain loop stopped after %i steps continues bit for bit",
    async (stop) => {
      const unbroken = setUp();
      const expected = await train(unbroken, 14);

      const broken = setUp();
      const before = await train(broken, stop);
      const file = await toBlob({ ...broken, randomState, step: stop });

      const resumed = setUp(99);
      const { step } = await restore<{ step: number }>({ ...resumed, randomState }, file);
      expect(step).toBe(stop);
      const after = await train(resumed, 14 - stop);
      expect([...before, ...after]).toEqual(expected);
      expect(await weightsOf(resumed.model)).toBe(await weightsOf(unbroken.model));
    },
  );

  const makers = { Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, SGD };
  test.skipIf(!isFull && device === "webgpu").each(Object.entries(makers))(
    "the state of %s survives the file",
    async (_, Optimizer) => {
      const make = (seed: number): Setting => {
        const setting = setUp(seed);
        return { ...setting, optimizer: new Optimizer(setting.model.parameters(), { lr: 0.02 }) };
      };
      const unbroken = make(0);
      const expected = await train(unbroken, 5);
      const broken = make(0);
      await train(broken, 3);
      const file = await toBlob({ ...broken, randomState });
      const resumed = make(3);
      await restore({ ...resumed, randomState }, file);
      expect(await train(resumed, 2)).toEqual(expected.slice(3));
      expect(await weightsOf(resumed.model)).toBe(await weightsOf(unbroken.model));
    },
  );

  test("so do the states of LBFGS, buffers, averages, plateau and cyclic schedules", async () => {
    const make = (seed: number) => {
      const { loader, model: other } = setUp(seed);
      const model = new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 1));
      const lbfgs = new LBFGS(model.parameters(), { lr: 0.1, maxIter: 2 });
      const sgd = new SGD(other.parameters(), { lr: 0.1, momentum: 0.9 });
      const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.5 });
      const plateau = new ReduceLROnPlateau(lbfgs, { patience: 0 });
      const cycle = new CyclicLR(sgd, 0.01, 0.1, { stepSizeUp: 3 });
      return { loader, model, lbfgs, average, plateau, other, sgd, cycle };
    };
    const run = async (parts: ReturnType<typeof make>, steps: number): Promise<unknown[]> => {
      const seen: unknown[] = [];
      const batches: Batch[] = [];
      for await (const batch of parts.loader) if (batches.push(batch) === steps) break;
      for (const { x, y } of batches) {
        const value = await parts.lbfgs.step(() => {
          parts.lbfgs.zeroGrad();
          const error = parts.model(x).sub(y).square().mean();
          error.backward();
          return error;
        });
        parts.average.update();
        parts.plateau.step(1);
        parts.cycle.step();
        seen.push(await (value as Tensor).item(), parts.lbfgs.paramGroups[0]?.lr);
        seen.push(parts.sgd.paramGroups[0]?.momentum, parts.sgd.paramGroups[0]?.lr);
      }
      return seen;
    };
    const unbroken = make(1);
    const expected = await run(unbroken, 5);
    const broken = make(1);
    await run(broken, 3);
    const file = await toBlob({ ...broken, randomState });
    const resumed = make(2);
    await restore({ ...resumed, randomState }, file);
    expect(await run(resumed, 2)).toEqual(expected.slice(12));
    const weights = (parts: ReturnType<typeof make>) => weightsOf(parts.model as AnyModule);
    expect(await weights(resumed)).toBe(await weights(unbroken));
    for (const parts of [unbroken, resumed]) parts.average.swap();
    expect(await weights(resumed)).toBe(await weights(unbroken));
    expect(await resumed.model.at(1)?.buffers().at(0)?.tolist()).toEqual(
      await unbroken.model.at(1)?.buffers().at(0)?.tolist(),
    );
  });

  test("a checkpoint that does not fit changes nothing, including parts loaded before", async () => {
    const { model, optimizer, scheduler, loader } = setUp();
    await train({ model, optimizer, scheduler, loader } as Setting, 2);
    const file = await toBlob({ model, optimizer, scheduler, loader, randomState });
    const here = setUp(5);
    await train(here, 3);
    const state = async () => ({
      weights: await weightsOf(here.model),
      memory: await memoryOf(here).tolist(),
      rates: here.scheduler.getLastLr(),
      loader: here.loader.stateDict(),
    });
    const before = await state();
    const other = new Adam([here.model.output.bias as Tensor]);
    await expect(
      restore({ randomState, model: here.model, loader: here.loader, optimizer: other }, file),
    ).rejects.toThrow("Adam.loadStateDict: the saved groups differ");
    expect(await state()).toEqual(before);
    const longer = new Sequential(new Linear(3, 8));
    await expect(
      restore({ optimizer: here.optimizer, scheduler: here.scheduler, model: longer }, file),
    ).rejects.toThrow("loadStateDict: the state does not fit Sequential");
    expect(await state()).toEqual(before);
  });

  test("a saved model has PyTorch's keys and loads into another model", async () => {
    const { model } = setUp();
    const file = await toBlob(model.stateDict());
    const tensors = await load(file);
    expect(Object.keys(tensors).sort()).toEqual([
      "hidden.bias",
      "hidden.weight",
      "output.bias",
      "output.weight",
    ]);
    const { model: other } = setUp(4);
    other.loadStateDict(tensors);
    expect(await weightsOf(other)).toBe(await weightsOf(model));
  });
});

test("a loader with another order is refused before the model changes", async () => {
  await init({ device: "cpu" });
  const setting = setUp();
  const file = await toBlob({ model: setting.model, loader: { epoch: 0 } });
  const here = setUp(2);
  const before = await weightsOf(here.model);
  const loader = new DataLoader([1, 2, 3]);
  await expect(restore({ model: here.model, loader }, file)).rejects.toThrow(
    "DataLoader.loadStateDict: not a loader's state",
  );
  expect(await weightsOf(here.model)).toBe(before);
});
