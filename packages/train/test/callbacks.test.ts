import { init, type Tensor, tensor } from "@wgrad/autograd";
import type { Target } from "@wgrad/autograd/saving";
import { counters } from "@wgrad/autograd/testing";
import type { Module } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import {
  type Callback,
  Checkpoint,
  EarlyStopping,
  type EpochRecord,
  fit,
  LearningRateMonitor,
  NaNStop,
  NotFiniteError,
  Progress,
  type ProgressReport,
  progressLine,
  type Run,
} from "@wgrad/train";
import { beforeAll, describe, expect, test } from "vitest";
import { loss, setUp, weightsOf } from "./setting.ts";

/** A metric whose value in each epoch is given. */
const scripted = (values: number[]) => {
  let epoch = -1;
  return {
    update(): void {},
    compute: async (): Promise<number> => values[epoch] as number,
    reset(): void {
      epoch++;
    },
  };
};

const withScores =
  (values: number[]) =>
  async (callbacks: Callback[], extra: object = {}) => {
    const { model, optimizer, loader } = setUp();
    const weights: string[] = [];
    const spy: Callback = {
      onEpoch: async ({ model }) =>
        void weights.push(await weightsOf(model as Module<never[], unknown>)),
    };
    const history = await fit(model, loader, {
      loss: (net, batch) => {
        const value = loss(net, batch);
        return { loss: value, predictions: value, targets: value };
      },
      optimizer,
      metrics: { score: scripted(values) },
      epochs: values.length,
      callbacks: [spy, ...callbacks],
      ...extra,
    });
    return { model, weights, history };
  };

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("early stopping ends after the patience and restores the best epoch's weights", async () => {
    const run = withScores([3, 2, 2.5, 1.9, 1.95, 1.96, 1.97, 0]);
    const stopping = new EarlyStopping({ monitor: "training.score", patience: 2, minDelta: 0.2 });
    const { model, weights, history } = await run([stopping]);
    expect(history.epochs).toHaveLength(5);
    expect(history.stopped).toBe("no better score for 3 epochs; the best was in epoch 2");
    expect([stopping.best, stopping.bestEpoch]).toEqual([2, 2]);
    expect(await weightsOf(model)).toBe(weights[1]);
    expect(weights[1]).not.toBe(weights[4]);
  });

  test("restoreBest decides whether the best weights are restored when training ends by itself", async () => {
    const run = withScores([1, 5, 3]);
    const best = { monitor: "training.score", mode: "max" } as const;
    const restored = await run([new EarlyStopping(best)]);
    expect(restored.history.stopped).toBeNull();
    expect(await weightsOf(restored.model)).toBe(restored.weights[1]);
    const left = await withScores([1, 5, 3])([new EarlyStopping({ ...best, restoreBest: false })]);
    expect(await weightsOf(left.model)).toBe(left.weights[2]);
  });

  test("a NaN stops the training, and the error names where it is", async () => {
    const { model, optimizer, loader } = setUp();
    const stop = fit(model, loader, {
      loss: (net, { x, y }) => net(x).sub(y).square().mean(),
      optimizer,
      epochs: 2,
      callbacks: [
        {
          onStep: (run) => {
            if (run.step === 3) (model.output.bias as Tensor).detach().fill_(Number.NaN);
          },
        },
        new NaNStop({ every: 2 }),
      ],
    });
    await expect(stop).rejects.toThrow(NotFiniteError);
    await expect(stop).rejects.toThrow(
      "fit: the loss is NaN at batch 4 of epoch 1 (checked after update 4)" +
        "\n  gradients with NaN or infinity: hidden.weight, hidden.bias, output.weight, output.bias" +
        "\n  parameters with NaN or infinity: hidden.weight, hidden.bias, output.weight, output.bias" +
        "\n  hint: try a smaller learning rate",
    );
  });

  test("the error names only affected tensors, and a NaN loss between two checks is found", async () => {
    const { model, loader } = setUp();
    const optimizer = new SGD(model.parameters(), { lr: 0 });
    let batches = 0;
    const stop = fit(model, loader, {
      loss: (net, batch) => loss(net, batch).mul(++batches === 2 ? Number.POSITIVE_INFINITY : 1),
      optimizer,
      epochs: 1,
      callbacks: [
        {
          onStep: ({ step }) => {
            if (step < 6) return;
            for (const p of model.parameters()) {
              p.grad = null;
              p.detach().fill_(p === model.hidden.bias ? Number.NaN : 0);
            }
          },
        },
        new NaNStop(),
      ],
    });
    await expect(stop).rejects.toThrow(
      "the loss is Infinity at batch 2 of epoch 1 (checked after update 6)" +
        "\n  parameters with NaN or infinity: hidden.bias\n  hint",
    );
  });

  test("progress reads the loss every few updates, and after each epoch", async () => {
    const { model, optimizer, loader } = setUp();
    await fit(model, loader, { loss, optimizer, epochs: 2 });
    const reports: ProgressReport[] = [];
    const before = { ...counters() };
    const { losses, epochs } = await fit(model, loader, {
      loss,
      optimizer,
      epochs: 2,
      callbacks: [new Progress((report) => reports.push(report), { every: 4 })],
    });
    expect(counters().planMisses).toBe(before.planMisses);
    const at = (
      epoch: number,
      batch: number,
      record: EpochRecord | null = null,
    ): ProgressReport => {
      const value = record === null ? losses[(epoch - 1) * 6 + batch - 1] : record.training.loss;
      return { epoch, epochs: 2, batch, batches: 6, loss: value as number, record };
    };
    const [first, second] = epochs as [EpochRecord, EpochRecord];
    expect(reports).toEqual([at(1, 4), at(1, 6, first), at(2, 2), at(2, 6), at(2, 6, second)]);
  });

  test("a checkpoint contains the run and the other callbacks, and resumes it", async () => {
    const files = new Map<string, Blob>();
    /** A target that collects the written bytes, like a file picker's. */
    const place = (name: string): Target => {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const stream = {
        write: async (bytes: Uint8Array<ArrayBuffer>) => void parts.push(bytes),
        close: async () => void files.set(name, new Blob(parts)),
      };
      return { name, createWritable: async () => stream } as unknown as FileSystemFileHandle;
    };
    const make = () => ({
      stopping: new EarlyStopping({ monitor: "training.loss", patience: 50 }),
      rates: new LearningRateMonitor(),
    });
    const options = ({ optimizer, scheduler }: ReturnType<typeof setUp>) => ({
      loss,
      optimizer,
      scheduler,
      schedulePer: "step" as const,
      epochs: 3,
    });
    const whole = setUp();
    const { stopping, rates } = make();
    const checkpoint = new Checkpoint((run: Run) => place(`${run.step}`), { everySteps: 4 });
    const history = await fit(whole.model, whole.loader, {
      ...options(whole),
      callbacks: [checkpoint, stopping, rates],
    });
    expect([...files.keys()]).toEqual(["4", "6", "8", "12", "16", "18"]);
    expect(rates.rates).toHaveLength(18);
    expect(rates.rates[0]).toEqual([0.05]);
    expect(rates.rates[1]?.[0]).toBeLessThan(0.05);
    for (const step of ["8", "12"]) {
      const setting = setUp(3);
      const again = make();
      const resumed = await fit(setting.model, setting.loader, {
        ...options(setting),
        callbacks: [new Checkpoint(place("other")), again.stopping, again.rates],
        resume: files.get(step) as Blob,
      });
      expect(resumed).toEqual(history);
      expect(again.rates.rates).toEqual(rates.rates);
      expect([again.stopping.best, again.stopping.bestEpoch]).toEqual([
        stopping.best,
        stopping.bestEpoch,
      ]);
      expect(await weightsOf(setting.model)).toBe(await weightsOf(whole.model));
    }
  });
});

describe("callbacks", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("bestOnly saves only the best epochs so far", async () => {
    const saved: number[] = [];
    class Counting extends Checkpoint {
      constructor() {
        super(
          ({ epoch }) => {
            saved.push(epoch);
            return { name: "x", createWritable: async () => ({ write() {}, close() {} }) } as never;
          },
          { bestOnly: true, monitor: "training.score", mode: "max" },
        );
      }
    }
    await withScores([1, 0, Number.NaN, 2, 2, 3])([new Counting()]);
    expect(saved).toEqual([1, 4, 6]);
  });

  test("callbacks are called in order, saving ones last, and receive the error", async () => {
    const { model, optimizer, loader } = setUp();
    const calls: string[] = [];
    const named = (name: string, last = false): Callback => ({
      last,
      onStart: () => void calls.push(`${name} start`),
      onStep: ({ step }) => {
        if (step === 2 && name === "b") throw new RangeError("enough");
        calls.push(`${name} step ${step}`);
      },
      onEnd: (_, error) => void calls.push(`${name} end ${error}`),
    });
    const training = fit(model, loader, {
      loss,
      optimizer,
      epochs: 1,
      callbacks: [named("saver", true), named("a"), named("b")],
    });
    await expect(training).rejects.toThrow("enough");
    expect(calls).toEqual([
      ...["a start", "b start", "saver start"],
      ...["a step 1", "b step 1", "saver step 1", "a step 2"],
      ...["a end", "b end", "saver end"].map((end) => `${end} RangeError: enough`),
    ]);
  });

  test("stop() ends the training after the epoch", async () => {
    const { history } = await withScores([1, 2, 3])([
      { onStep: (run) => (run.step === 8 ? run.stop("seen enough") : undefined) },
    ]);
    expect([history.epochs.length, history.stopped]).toEqual([2, "seen enough"]);
  });

  test("progressLine formats a report", () => {
    const record: EpochRecord = {
      epoch: 2,
      step: 12,
      batches: 6,
      learningRates: [0.1],
      training: { loss: 0.25, accuracy: 0.5 },
      validation: { loss: 1 / 3 },
    };
    const report = { epoch: 2, epochs: 10, batch: 6, batches: 6, loss: 0.25 };
    expect(progressLine({ ...report, record: null })).toBe("epoch 2/10  batch 6/6  loss 0.2500");
    expect(progressLine({ ...report, batches: null, record })).toBe(
      "epoch 2/10  batch 6  training loss 0.2500  training accuracy 0.5000  validation loss 0.3333",
    );
  });

  test.each<[() => unknown, string]>([
    [() => new EarlyStopping({ patience: -1 }), "EarlyStopping: patience is -1"],
    [
      () => new EarlyStopping({ mode: "best" as "min" }),
      'EarlyStopping: mode is "best", not "min" or "max"',
    ],
    [() => new EarlyStopping({ minDelta: -1 }), "EarlyStopping: minDelta is -1"],
    [() => new Checkpoint("x", { everySteps: 0.5 }), "Checkpoint: everySteps is 0.5"],
    [() => new NaNStop({ every: 0 }), "NaNStop: every is 0"],
    [() => new Progress(() => {}, { every: 0 }), "Progress: every is 0"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });

  test("an unknown score is refused with the recorded names", async () => {
    const { model, optimizer } = setUp();
    const batch = { x: tensor([[1, 2, 3]]), y: tensor([[1]]) };
    const callbacks = [new EarlyStopping({ monitor: "validation.f1" })];
    await expect(fit(model, [batch], { loss, optimizer, epochs: 1, callbacks })).rejects.toThrow(
      'EarlyStopping: monitor is "validation.f1", which is not recorded\n  hint: one of training.loss',
    );
  });
});
