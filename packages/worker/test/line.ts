/** A training for tests: a line through points, and ways to see it fail. */
import {
  DeviceLostError,
  init,
  linspace,
  randn,
  ShapeError,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { randomState } from "@wgrad/autograd/saving";
import { openGPUDevice } from "@wgrad/autograd/testing";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { Dropout, functional as F, Linear, Sequential } from "@wgrad/nn";
import { Adam, SGD } from "@wgrad/optim";
import { fit } from "@wgrad/train";
import { type Desk, fitting, type Served, type Start, serve } from "../src/serve.ts";

export interface Settings {
  readonly lr: number;
  readonly steps?: number;
  /** What kind of training. */
  readonly kind?: "fit" | "heavy" | "replayed" | "diverges" | "throws" | "hangs" | "unsendable";
  /** What `begin` does wrong. */
  readonly fails?: "shapes" | "unheld";
}

export interface Snapshot {
  readonly bias: Float32Array;
}

export interface Calls {
  predict(at: number): Promise<number>;
  weights(): Promise<number[]>;
  fail(): Promise<void>;
  lose(): Promise<void>;
  later(): Promise<void>;
  unsendable(): Promise<unknown>;
}

/** Of the WebGPU device, for the test to lose it. */
let gpu: Awaited<ReturnType<typeof openGPUDevice>> | null = null;

const line: Served<Settings, Snapshot, { readonly points: number }, Calls> = serve(
  async ({ settings, hold, loading }: Desk<Settings>) => {
    const { steps = 40, kind, fails } = settings;
    if (fails === "shapes") tensor([1, 2]).matmul(tensor([1, 2, 3]));
    loading({ what: "points", received: 64, total: 64 });
    const x = hold(linspace(-1, 1, 64).reshape([-1, 1]).keep());
    const y = hold(x.mul(3).add(0.5).keep());
    const heavy = kind === "heavy" ? hold(randn([160, 160]).keep()) : null;
    const model = new Sequential(new Linear(1, 8), new Dropout(0.1), new Linear(8, 1));
    if (fails !== "unheld") hold(model);
    const calls: Calls = {
      predict: async (at: number): Promise<number> =>
        model
          .eval()(tensor([[at]]))
          .item()
          .then((value) => {
            model.train();
            return value;
          }),
      weights: async (): Promise<number[]> => {
        const all = await Promise.all(model.parameters().map((each) => each.data()));
        return all.flatMap((each) => Array.from(each, Number));
      },
      fail: async (): Promise<void> => {
        throw Object.assign(
          new RangeError("out of it", { cause: new DeviceLostError("the cause") }),
          {
            code: 7,
          },
        );
      },
      lose: async (): Promise<void> => {
        gpu?.destroy();
        await gpu?.lost;
      },
      later: async (): Promise<void> => {
        setTimeout(() => {
          throw new ShapeError("nobody caught it");
        });
      },
      unsendable: async (): Promise<unknown> => () => 1,
    };
    const rest = { model, calls, info: { points: 64 } };
    if (kind === "fit") {
      const loader = new DataLoader(new TensorDataset({ x, y }), { batchSize: 16, shuffle: true });
      const optimizer = new Adam(model.parameters(), { lr: settings.lr });
      const loss = (net: typeof model, batch: { x: Tensor; y: Tensor }): Tensor =>
        F.mseLoss(net(batch.x), batch.y);
      return {
        ...rest,
        ...fitting((callback) =>
          fit(model, loader, { loss, optimizer, epochs: steps / 4, callbacks: [callback] }),
        ),
      };
    }
    const optimizer = new SGD(model.parameters(), { lr: settings.lr, momentum: 0.9 });
    return {
      ...rest,
      ...(kind === "replayed" ? {} : { parts: { model, optimizer, randomState } }),
      async *train({ from, settings: now }: Start<Settings>) {
        for (const group of optimizer.paramGroups) group.lr = from === 0 ? now.lr : group.lr;
        for (let step = from + 1; step <= steps; step++) {
          if (kind === "throws" && step === 5) throw new RangeError("the fifth step");
          if (kind === "hangs" && step === 3) await new Promise(() => {});
          let loss = F.mseLoss(model(x), y);
          if (kind === "diverges" && step === 4) loss = loss.mul(Number.NaN);
          if (heavy !== null) loss = loss.add(heavy.matmul(heavy).matmul(heavy).mean().mul(1e-9));
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          yield { step, steps, loss, optimizer };
        }
      },
      snapshot: async (): Promise<Snapshot> => ({
        bias: Float32Array.from(await calls.weights()).slice(-1),
      }),
      measures: async () => ({ atOne: await calls.predict(1) }),
      set({ lr }: Partial<Settings>) {
        for (const group of optimizer.paramGroups) group.lr = lr ?? group.lr;
      },
    };
  },
  {
    init: async (device) => {
      if (device !== "webgpu") return init(device === null ? {} : { device });
      if (gpu === null) gpu = await openGPUDevice();
      return init({ device: gpu });
    },
  },
);

export type Line = typeof line;
