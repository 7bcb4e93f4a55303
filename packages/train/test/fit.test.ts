import { init, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { load, toBlob } from "@wgrad/autograd/saving";
import { counters } from "@wgrad/autograd/testing";
import { MeanSquaredError, MulticlassRecall } from "@wgrad/metrics";
import { functional as F, Linear, MSELoss } from "@wgrad/nn";
import {
  clipGradNorm_,
  clipGradValue_,
  ExponentialMovingAverage,
  ReduceLROnPlateau,
  SGD,
  StepLR,
} from "@wgrad/optim";
import { evaluate, type FitOptions, fit, type Run } from "@wgrad/train";
import { beforeAll, describe, expect, test } from "vitest";
import { type Batch, loss, type Perceptron, type Setting, setUp, weightsOf } from "./setting.ts";

type Options = FitOptions<Perceptron, Batch>;

/** The reference: a hand-written loop that reads at the end. */
async function plainLoop(
  { model, optimizer, loader }: Setting,
  epochs: number,
  {
    beforeStep,
    afterStep,
    afterEpoch,
  }: { beforeStep?: () => void; afterStep?: () => void; afterEpoch?: () => void } = {},
): Promise<number[]> {
  const losses: Tensor[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) {
      const value = loss(model, batch);
      optimizer.zeroGrad();
      value.backward();
      beforeStep?.();
      optimizer.step();
      afterStep?.();
      losses.push(value);
    }
    afterEpoch?.();
  }
  return Promise.all(losses.map((value) => value.item()));
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  const cases: Record<
    string,
    (setting: Setting) => { options: Partial<Options>; hooks: Parameters<typeof plainLoop>[2] }
  > = {
    plain: () => ({ options: {}, hooks: {} }),
    "a schedule for each epoch": ({ scheduler }) => ({
      options: { scheduler },
      hooks: { afterEpoch: () => scheduler.step() },
    }),
    "a schedule for each step": ({ scheduler }) => ({
      options: { scheduler, schedulePer: "step" },
      hooks: { afterStep: () => scheduler.step() },
    }),
    "gradients clipped by norm": ({ model }) => ({
      options: { clipGradNorm: 0.5 },
      hooks: { beforeStep: () => void clipGradNorm_(model.parameters(), 0.5) },
    }),
    "gradients clipped by value": ({ model }) => ({
      options: { clipGradValue: 0.1 },
      hooks: { beforeStep: () => clipGradValue_(model.parameters(), 0.1) },
    }),
    "metrics and validation": ({ validation }) => ({
      options: {
        validation,
        metrics: { error: new MeanSquaredError() },
        loss: (model, { x, y }) => {
          const predictions = model(x);
          return { loss: F.mseLoss(predictions, y), predictions, targets: y };
        },
      },
      hooks: {},
    }),
  };
  test.each(Object.entries(cases))("%s: gives the bits of the plain loop", async (name, make) => {
    const mine = setUp();
    // a validation loader draws a seed each epoch, as PyTorch's does
    const silent = { ...mine, validation: undefined as never };
    const plain = make(mine);
    const draws = name.includes("validation")
      ? { afterEpoch: () => void mine.validation[Symbol.asyncIterator]().next() }
      : {};
    const expected = await plainLoop(silent, 3, { ...plain.hooks, ...draws });

    const setting = setUp();
    const history = await fit(setting.model, setting.loader, {
      loss,
      optimizer: setting.optimizer,
      epochs: 3,
      ...make(setting).options,
    });
    expect(history.losses).toEqual(expected);
    expect(await weightsOf(setting.model)).toBe(await weightsOf(mine.model));
    expect(history.epochs.map(({ epoch, step, batches }) => [epoch, step, batches])).toEqual([
      [1, 6, 6],
      [2, 12, 6],
      [3, 18, 6],
    ]);
    // five batches of 4 examples and one of 2: each example counts once
    const total = expected.slice(6, 12).reduce((sum, each, i) => sum + each * (i < 5 ? 4 : 2), 0);
    expect(history.epochs[1]?.training.loss).toBe(total / 22);
  });

  test("gradients of several batches are averaged, and of fewer at an epoch's end", async () => {
    const { model, optimizer, loader } = setUp();
    const losses: Tensor[] = [];
    let waiting = 0;
    const update = (): void => {
      if (waiting < 4) {
        noGrad(() => {
          for (const p of model.parameters()) p.grad?.mul_(4 / waiting);
        });
      }
      optimizer.step();
      waiting = 0;
    };
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const batch of loader) {
        if (waiting === 0) optimizer.zeroGrad();
        const value = loss(model, batch);
        value.div(4).backward();
        losses.push(value.detach().keep());
        if (++waiting === 4) update();
      }
      update();
    }
    const expected = await Promise.all(losses.map((value) => value.item()));

    const setting = setUp();
    const steps: number[] = [];
    const history = await fit(setting.model, setting.loader, {
      loss,
      optimizer: setting.optimizer,
      epochs: 2,
      accumulate: 4,
      callbacks: [{ onStep: ({ batch }) => void steps.push(batch) }],
    });
    expect(steps).toEqual([4, 6, 4, 6]);
    expect(history.losses).toEqual(expected);
    expect(await weightsOf(setting.model)).toBe(await weightsOf(model));
  });

  test("losses of a loss module live as long as the history", async () => {
    const { model, optimizer, loader } = setUp();
    const criterion = new MSELoss();
    for (const accumulate of [1, 2]) {
      const { losses } = await fit(model, loader, {
        loss: (net, { x, y }) => criterion(net(x), y),
        optimizer,
        epochs: 2,
        accumulate,
      });
      expect(losses).toHaveLength(12);
      expect(losses.every(Number.isFinite)).toBe(true);
    }
  });

  test("validation covers the whole set, without dropout and without gradients", async () => {
    const { model, optimizer, loader, validation } = setUp();
    model.dropout.eval();
    const metrics = { error: new MeanSquaredError() };
    const { epochs } = await fit(model, loader, {
      loss: (net, { x, y }) => {
        const predictions = net(x);
        return { loss: F.mseLoss(predictions, y), predictions, targets: y };
      },
      optimizer,
      epochs: 2,
      validation,
      metrics,
    });
    expect(model.dropout.training).toBe(false);
    expect(model.hidden.training).toBe(true);
    const [last] = epochs.slice(-1);
    const again = await evaluate(model, validation, {
      metrics,
      loss: (net, { x, y }) => {
        const predictions = net(x);
        return { loss: F.mseLoss(predictions, y), predictions, targets: y };
      },
    });
    expect(last?.validation).toEqual(again);
    let total = 0;
    let count = 0;
    for await (const { x, y } of validation) {
      const error = noGrad(() => model(x).sub(y).square().sum());
      total += await error.item();
      count += y.numel();
    }
    expect(again.error).toBeCloseTo(total / count, 4);
  });

  test("a stopped run continues bit for bit, within an epoch and after one", async () => {
    const options = ({ scheduler, optimizer, validation }: Setting) => ({
      loss: (net: Perceptron, { x, y }: Batch) => {
        const predictions = net(x);
        return { loss: F.mseLoss(predictions, y), predictions, targets: y };
      },
      optimizer,
      scheduler,
      schedulePer: "step" as const,
      validation,
      metrics: { error: new MeanSquaredError() },
      epochs: 3,
    });
    const files: Blob[] = [];
    const keepFile = async (run: Run): Promise<void> => void files.push(await toBlob(run.parts));
    const whole = setUp();
    const average = new ExponentialMovingAverage(whole.model.parameters(), { decay: 0.5 });
    const history = await fit(whole.model, whole.loader, {
      ...options(whole),
      parts: { average },
      callbacks: [
        {
          onStep: async (run) => {
            average.update();
            if (run.step === 8) await keepFile(run);
          },
          onEpoch: async (run) => {
            if (run.epoch === 2) await keepFile(run);
          },
        },
      ],
    });
    expect(files).toHaveLength(2);
    for (const resume of files) {
      const setting = setUp(9);
      const other = new ExponentialMovingAverage(setting.model.parameters(), { decay: 0.5 });
      const resumed = await fit(setting.model, setting.loader, {
        ...options(setting),
        parts: { average: other },
        callbacks: [{ onStep: () => other.update() }],
        resume,
      });
      expect(resumed).toEqual(history);
      expect(await weightsOf(setting.model)).toBe(await weightsOf(whole.model));
      expect(await (other.averages[0] as Tensor).tolist()).toEqual(
        await (average.averages[0] as Tensor).tolist(),
      );
    }
  });

  test("fit reads each epoch's losses once", async () => {
    const { model, optimizer, loader } = setUp();
    await fit(model, loader, { loss, optimizer, epochs: 2 });
    const before = { ...counters() };
    await fit(model, loader, { loss, optimizer, epochs: 1 });
    const after = counters();
    // the six losses of an epoch share a page
    expect(after.submits - before.submits).toBeLessThanOrEqual(6 + 1);
    expect(after.planMisses - before.planMisses).toBe(0);
  });
});

describe("settings", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("ReduceLROnPlateau gets the validation loss, or another score by name", async () => {
    const seen: number[] = [];
    class Watched extends ReduceLROnPlateau {
      override step(metric: number): void {
        seen.push(metric);
        super.step(metric);
      }
    }
    const { model, optimizer, loader, validation } = setUp();
    const scheduler = new Watched(optimizer);
    const { epochs } = await fit(model, loader, {
      loss,
      optimizer,
      scheduler,
      validation,
      epochs: 2,
    });
    const named = await fit(model, loader, {
      loss,
      optimizer,
      scheduler,
      scheduleMonitor: "training.loss",
      epochs: 1,
    });
    expect(seen).toEqual([
      ...epochs.map((record) => record.validation?.loss),
      named.epochs[0]?.training.loss,
    ]);
  });

  test("a metric with one value per class gives one score per class", async () => {
    const model = new Linear(2, 3);
    const x = tensor([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const y = tensor(Int32Array.of(0, 1, 2));
    const scores = await evaluate(model, [{ x, y }], {
      metrics: { recall: new MulticlassRecall(3, { average: null }) },
      loss: (net, batch) => {
        const predictions = net(batch.x);
        return { loss: F.crossEntropy(predictions, batch.y), predictions, targets: batch.y };
      },
    });
    expect(Object.keys(scores)).toEqual(["loss", "recall[0]", "recall[1]", "recall[2]"]);
    const right = await model(x).argmax(1).eq(y).tolist();
    expect([scores["recall[0]"], scores["recall[1]"], scores["recall[2]"]]).toEqual(
      (right as boolean[]).map(Number),
    );
  });

  test("a list of batches works as a loader", async () => {
    const model = new Linear(1, 1);
    const batches = [tensor([[1]]), tensor([[2]])];
    const history = await fit(model, batches, {
      loss: (net, x) => net(x).square().mean(),
      optimizer: new SGD(model.parameters(), { lr: 0.01 }),
      scheduler: new StepLR(new SGD(model.parameters(), { lr: 1 }), 1),
      epochs: 2,
    });
    expect(history.losses).toHaveLength(4);
  });

  const setting = () => {
    const { model, optimizer, loader } = setUp();
    return { model, optimizer, loader, options: { loss, optimizer, epochs: 1 } };
  };
  type Broken = Partial<Record<keyof Options | "loss", unknown>>;
  test.each<[Broken, string]>([
    [{ epochs: 0 }, "fit: epochs is 0\n  hint: a whole number, 1 or more"],
    [{ accumulate: 1.5 }, "fit: accumulate is 1.5"],
    [{ schedulePer: "batch" }, 'fit: schedulePer is "batch", not "epoch" or "step"'],
    [{ loss: () => tensor([1, 2]) }, "fit: the loss function returned a tensor of [2]"],
    [{ loss: async () => tensor(1) }, "fit: the loss function returned a promise"],
    [{ loss: () => 1 }, "fit: the loss function returned a number"],
    [
      { metrics: { accuracy: new MeanSquaredError() } },
      'fit: the metric "accuracy" needs predictions and targets\n  hint: return',
    ],
    [{ parts: { model: {} } }, 'fit: the name of part "model" is taken'],
    [{ parts: { average: {} } }, 'fit: the part "average" has no stateDict()'],
    [{ clipGradNorm: -1 }, "clipGradNorm_: maxNorm must be 0 or more, got -1"],
  ])("%o is refused", async (broken, message) => {
    const { model, loader, options } = setting();
    await expect(fit(model, loader, { ...options, ...broken } as Options)).rejects.toThrow(message);
  });

  test("a loader that yields nothing, or only once, is refused", async () => {
    const { model, options } = setting();
    await expect(fit(model, [], options)).rejects.toThrow("fit: the loader yielded no batches");
    const once = setUp().loader[Symbol.asyncIterator]();
    await expect(fit(model, once, { ...options, epochs: 2 })).rejects.toThrow("yielded no batches");
  });

  test("an unknown score is refused", async () => {
    const { model, optimizer, loader, options } = setting();
    const scheduler = new ReduceLROnPlateau(optimizer);
    await expect(
      fit(model, loader, { ...options, scheduler, scheduleMonitor: "validation.f1" }),
    ).rejects.toThrow(
      'scheduleMonitor is "validation.f1", which is not recorded\n  hint: one of training.loss',
    );
    await expect(
      fit(model, loader, { ...options, scheduler, schedulePer: "step" }),
    ).rejects.toThrow("fit: ReduceLROnPlateau needs a score");
  });

  test("a checkpoint within an epoch needs a loader that can continue there", async () => {
    const { model, optimizer, options } = setting();
    const batches = [{ x: tensor([[1, 2, 3]]), y: tensor([[1]]) }];
    batches.push(...batches);
    let file: Blob | undefined;
    const callbacks = [
      {
        onStep: async (run: Run) => {
          file ??= await toBlob(run.parts);
        },
      },
    ];
    await fit(model, batches, { ...options, optimizer, callbacks });
    await expect(fit(model, batches, { ...options, resume: file as Blob })).rejects.toThrow(
      "fit: the checkpoint was saved after 1 batches of an epoch, but this loader cannot continue",
    );
    expect(Object.keys(await load(file as Blob)).sort()).toEqual([
      "model",
      "optimizer",
      "randomState",
      "run",
    ]);
  });
});
