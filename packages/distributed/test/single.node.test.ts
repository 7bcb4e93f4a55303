import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeviceError, Generator, init, Tensor, tensor } from "@wgrad/autograd";
import { BatchNorm2d, Linear, Sequential } from "@wgrad/nn";
import { LBFGS } from "@wgrad/optim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allGather,
  allReduce,
  DistributedDataParallel,
  DistributedSampler,
  destroyProcessGroup,
  getBackend,
  getRank,
  getWorldSize,
  initProcessGroup,
  isInitialized,
  newGroup,
  reduceScatter,
  SyncBatchNorm,
  ZeroRedundancyOptimizer,
} from "../src/index.ts";

const errorOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return "none";
  } catch (error) {
    return String(error);
  }
};

test("collectives need initProcessGroup", async () => {
  expect(isInitialized()).toBe(false);
  expect(await errorOf(() => getRank())).toBe(
    "DistributedError: getRank: this process has not joined a group\n  hint: await initProcessGroup() first",
  );
  expect(await errorOf(() => initProcessGroup({ backend: "threads" }))).toBe(
    'DistributedError: initProcessGroup: backend "threads" needs ranks that were started by wgrad-run or spawn()' +
      "\n  hint: npx wgrad-run -n 2 train.ts",
  );
  expect(await errorOf(() => initProcessGroup({ backend: "gloo" as never }))).toMatch(
    /backend is "gloo"/,
  );
});

describe("a single process", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
    await initProcessGroup();
  });
  afterAll(() => destroyProcessGroup());

  test("is a group of one", async () => {
    expect([getBackend(), getRank(), getWorldSize()]).toEqual(["single", 0, 1]);
    const x = tensor([1, 2]);
    expect(await allReduce(x)).toBe(x);
    expect([...(await x.data())]).toEqual([1, 2]);
    expect((await allGather(x)).length).toBe(1);
    expect(await errorOf(() => initProcessGroup())).toMatch(/has already joined a group/);
    expect(await errorOf(() => newGroup([0, 0]))).toMatch(/ranks is \[0, 0\]/);
    expect(await errorOf(() => newGroup([1]))).toMatch(/numbers from 0 to 0/);
  });

  test("refuses values that cannot be reduced", async () => {
    expect(await errorOf(() => allReduce(tensor([1], { dtype: "i32" }), { op: "avg" }))).toMatch(
      /the average of i32 values is not i32/,
    );
    expect(await errorOf(() => allReduce(tensor([true])))).toMatch(
      /sum is not defined for bool\n {2}hint: use op: "max"/,
    );
    expect(await errorOf(() => allReduce(tensor([1]), { op: "mean" as never }))).toMatch(
      /op is "mean"/,
    );
    expect(await errorOf(() => allReduce([1, 2] as never))).toMatch(
      /takes a tensor or a typed array/,
    );
    expect(await errorOf(() => reduceScatter([tensor([1]), tensor([2])]))).toMatch(
      /takes a list of 1 items of one shape and dtype, one per rank/,
    );
  });

  test("refuses unsuitable models and optimizers", async () => {
    const frozen = new Linear(2, 2).requiresGrad_(false);
    expect(await errorOf(() => new DistributedDataParallel(frozen))).toMatch(
      /Linear has no parameters to train/,
    );
    const early = new DistributedDataParallel(new Linear(2, 2));
    expect(await errorOf(() => early(tensor([[1, 2]])))).toMatch(
      /await new Distributed.*ready\(\)/,
    );
    const { weight } = new Linear(2, 2);
    expect(await errorOf(() => new ZeroRedundancyOptimizer([weight], LBFGS as never))).toMatch(
      /does not update each parameter separately/,
    );
  });

  test("a wrapped model takes several inputs, and its state has PyTorch's names", async () => {
    const ddp = await new DistributedDataParallel(new Sequential(new Linear(2, 3))).ready();
    expect(Object.keys(ddp.stateDict())).toEqual(["module.0.weight", "module.0.bias"]);
    expect(ddp(tensor([[1, 2]]))).toBeInstanceOf(Tensor);
  });

  test("batch norm over ranks needs a device on the host", async () => {
    await init({ device: "webgpu" });
    try {
      const norm = SyncBatchNorm.convertSyncBatchnorm(new BatchNorm2d(2));
      expect(() => norm(tensor([[[[1]], [[2]]]]))).toThrow(DeviceError);
      expect(await errorOf(() => norm(tensor([[[[1]], [[2]]]])))).toMatch(
        /sum over ranks: is computed on the host, and webgpu cannot wait for it/,
      );
    } finally {
      await init({ device: "cpu" });
    }
  });
});

interface Order {
  readonly count: number;
  readonly ranks: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly seed: number;
  readonly epoch: number;
  readonly orders: readonly (readonly number[])[];
}

const orders = JSON.parse(
  readFileSync(join(import.meta.dirname, "reference/sampler.json"), "utf8"),
) as Order[];

test.each(orders)(
  "DistributedSampler is PyTorch's: $count over $ranks, seed $seed, epoch $epoch",
  ({ count, ranks, epoch, orders: wanted, ...settings }) => {
    const found = wanted.map((_, rank) => {
      const sampler = new DistributedSampler(count, { numReplicas: ranks, rank, ...settings });
      sampler.setEpoch(epoch);
      expect(sampler.length).toBe(wanted[rank]?.length);
      return [...sampler.indices(new Generator(9))];
    });
    expect(found).toEqual(wanted);
  },
);
