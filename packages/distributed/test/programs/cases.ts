import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, type Tensor, tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { MulticlassAccuracy } from "@wgrad/metrics";
import { BatchNorm1d, functional as F, Linear, Module, Sequential, Tanh } from "@wgrad/nn";
import { Adam, clipGradNorm_, GradScaler, SGD } from "@wgrad/optim";
import { Checkpoint, fit } from "@wgrad/train";
import {
  allGather,
  allGatherObject,
  allReduce,
  broadcast,
  broadcastObject,
  DistributedDataParallel,
  DistributedSampler,
  type ProcessGroup,
  reduceScatter,
  SyncBatchNorm,
  ZeroRedundancyOptimizer,
} from "../../src/index.ts";
import {
  BATCH,
  batchOf,
  lossOf,
  makeModel,
  partOf,
  range,
  STEPS,
  type Trained,
  trainAlone,
  weightsOf,
} from "./training.ts";

/** Trains on a group's ranks and returns numbers that do not depend on their number. */
export type Case = (group: ProcessGroup) => Promise<unknown>;

const steps = range(0, STEPS).map((k) => range(k * BATCH, (k + 1) * BATCH));

async function train(
  group: ProcessGroup,
  makeOptimizer: (params: readonly Tensor[]) => { zeroGrad(): void; step(): unknown },
  { bucketCapMb = 25, clip = false } = {},
): Promise<Trained> {
  const model = makeModel(group.rank); // all ranks start with rank 0's parameters
  const ddp = await new DistributedDataParallel(model, { group, bucketCapMb }).ready();
  const optimizer = makeOptimizer(model.parameters());
  const losses: number[] = [];
  for (const examples of steps) {
    optimizer.zeroGrad();
    const loss = lossOf(ddp, partOf(examples, group.rank, group.size));
    loss.backward();
    await ddp.synchronize();
    if (clip) clipGradNorm_(model.parameters(), 0.1);
    await optimizer.step();
    const [sum] = await ddp.sumNumbers([await loss.item()]);
    losses.push((sum as number) / group.size);
  }
  return { losses, weights: await weightsOf(model) };
}

const adam = (params: readonly Tensor[]) => new Adam(params, { lr: 0.05 });

/** Batches of at most 2 examples per rank, from 11 examples, which do not divide evenly. */
const unevenBatches = (rank: number, size: number): number[][] => {
  const own = range(0, 11).filter((i) => i % size === rank);
  return range(0, Math.ceil(own.length / 2)).map((k) => own.slice(2 * k, 2 * k + 2));
};

class Branches extends Module<[Tensor, boolean]> {
  readonly trunk: Linear = new Linear(5, 3);
  readonly branch: Linear = new Linear(5, 3);
  forward(x: Tensor, both: boolean): Tensor {
    return both ? this.trunk(x).add(this.branch(x)) : this.trunk(x);
  }
}

const dataset = (count: number) => new TensorDataset(batchOf(range(0, count)));

type Batch = { x: Tensor; y: Tensor };
const outcome = (model: (x: Tensor) => Tensor, { x, y }: Batch) => {
  const predictions = model(x);
  return { loss: F.crossEntropy(predictions, y), predictions, targets: y };
};

/** Trains with `fit` on `count` examples in joined batches of 12. */
async function fitted(
  group: ProcessGroup,
  { epochs = 2, count = 24, file = "", resume = "", accumulate = 1 } = {},
): Promise<Trained & { readonly epochs: unknown }> {
  const model = makeModel(group.rank);
  const ddp = new DistributedDataParallel(model, { group });
  const data = dataset(count);
  const sampler = new DistributedSampler(count, {
    numReplicas: group.size,
    rank: group.rank,
    shuffle: false,
    dropLast: true,
  });
  manualSeed(5);
  const loader = new DataLoader(data, { batchSize: BATCH / group.size / accumulate, sampler });
  const history = await fit(ddp, loader, {
    loss: outcome as never,
    optimizer: adam(model.parameters()),
    epochs,
    accumulate,
    clipGradNorm: 0.5,
    metrics: { accuracy: new MulticlassAccuracy(3, { average: "micro" }) as never },
    validation: new DataLoader(data, { batchSize: 8 }),
    callbacks: file === "" ? [] : [new Checkpoint(file)],
    ...(resume !== "" && { resume }),
  });
  const { epochs: records, losses } = history;
  return { losses: [losses.length], epochs: records, weights: await weightsOf(model) };
}

export const cases: Readonly<Record<string, Case>> = {
  adam: (group) => train(group, adam),
  momentum: (group) => train(group, (params) => new SGD(params, { lr: 0.1, momentum: 0.9 })),
  "small buckets, clipped": (group) => train(group, adam, { bucketCapMb: 1e-5, clip: true }),
  "adam alone": () => trainAlone(steps, adam),

  /** Splits each batch into halves, whose gradients are accumulated before they are sent. */
  async accumulated(group) {
    const model = makeModel(group.rank);
    const ddp = await new DistributedDataParallel(model, { group }).ready();
    const optimizer = adam(model.parameters());
    for (const examples of steps) {
      optimizer.zeroGrad();
      const own = partOf(examples, group.rank, group.size);
      ddp.noSync(() =>
        lossOf(ddp, partOf(own, 0, 2))
          .div(2)
          .backward(),
      );
      lossOf(ddp, partOf(own, 1, 2))
        .div(2)
        .backward();
      await ddp.synchronize();
      optimizer.step();
    }
    return weightsOf(model);
  },

  /** Compares with one process that has all ranks' examples in each step. */
  async uneven(group) {
    const model = makeModel(group.rank);
    const ddp = await new DistributedDataParallel(model, { group }).ready();
    const optimizer = adam(model.parameters());
    for await (const batch of ddp.join(unevenBatches(group.rank, group.size))) {
      optimizer.zeroGrad();
      if (batch !== null) lossOf(ddp, batch).backward();
      await ddp.synchronize({ examples: batch?.length ?? 0 });
      optimizer.step();
    }
    const all = range(0, group.size).map((rank) => unevenBatches(rank, group.size));
    const most = Math.max(...all.map(({ length }) => length));
    const joined = range(0, most).map((k) => all.flatMap((batches) => batches[k] ?? []));
    const alone = await trainAlone(joined, adam);
    return { weights: await weightsOf(model), reference: alone.weights };
  },

  async unused(group) {
    const reported: string[] = [];
    const found: number[] = [];
    for (const findUnusedParameters of [false, true]) {
      const model = new Branches();
      const ddp = await new DistributedDataParallel(model, { group, findUnusedParameters }).ready();
      const { x } = batchOf(range(0, 2));
      // only the first rank uses the branch
      ddp(x, group.rank === 0 && findUnusedParameters)
        .sum()
        .backward();
      try {
        await ddp.synchronize();
        found.push(await (model.branch.weight.grad as Tensor).sum().item());
      } catch (error) {
        reported.push(String(error).replaceAll(/\d of \d/g, "k of n"));
      }
    }
    return { reported, found: (found[0] as number) * group.size };
  },

  async forgotten(group) {
    const ddp = await new DistributedDataParallel(makeModel(), { group }).ready();
    lossOf(ddp, [0, 1]).backward();
    let reported = "";
    try {
      lossOf(ddp, [0, 1]);
    } catch (error) {
      reported = String(error);
    }
    await ddp.synchronize();
    lossOf(ddp, [0, 1]);
    return reported;
  },

  async "split over ranks"(group) {
    let held = 0;
    const trained = await train(group, (params) => {
      const zero = new ZeroRedundancyOptimizer(params, Adam, { lr: 0.05, group });
      const step = zero.step.bind(zero);
      zero.step = async () => {
        await step();
        held = zero.state.size;
      };
      return zero;
    });
    const states = await allGatherObject(held, { group });
    return { ...trained, states: states.reduce((sum, one) => sum + one, 0) };
  },

  async "split state, saved"(group) {
    const run = async (loadsAfter: number): Promise<number[]> => {
      const model = makeModel();
      const ddp = await new DistributedDataParallel(model, { group }).ready();
      let zero = new ZeroRedundancyOptimizer(model.parameters(), Adam, { lr: 0.05, group });
      for (const [k, examples] of steps.entries()) {
        zero.zeroGrad();
        lossOf(ddp, partOf(examples, group.rank, group.size)).backward();
        await ddp.synchronize();
        await zero.step();
        if (k !== loadsAfter) continue;
        await zero.consolidateStateDict();
        const saved = zero.stateDict();
        zero = new ZeroRedundancyOptimizer(model.parameters(), Adam, { lr: 1, group });
        zero.loadStateDict(saved);
      }
      return weightsOf(model);
    };
    return { straight: await run(-1), resumed: await run(1) };
  },

  async "scaled loss"(group) {
    const model = makeModel(group.rank);
    const ddp = await new DistributedDataParallel(model, { group }).ready();
    const optimizer = adam(model.parameters());
    const scaler = new GradScaler({ initScale: 1024 });
    const scales: number[] = [];
    for (const [k, examples] of steps.entries()) {
      optimizer.zeroGrad();
      const loss = lossOf(ddp, partOf(examples, group.rank, group.size));
      // an infinity on one rank makes all ranks skip the step
      const burst = k === 1 && group.rank === group.size - 1 ? Number.POSITIVE_INFINITY : 1;
      scaler.scale(loss.mul(burst)).backward();
      await ddp.synchronize();
      await scaler.step(optimizer);
      scaler.update();
      scales.push(scaler.getScale());
    }
    return { scales, weights: await weightsOf(model) };
  },

  fit: (group) => fitted(group),
  "fit, accumulated": (group) => fitted(group, { accumulate: 2 }),

  async "saved and resumed"(group) {
    const [name] = await allGatherObject(`${process.pid}-${Math.random()}`, { group });
    const file = join(tmpdir(), `wgrad-${name}.safetensors`);
    try {
      const straight = await fitted(group, { epochs: 3 });
      await fitted(group, { epochs: 2, file });
      const resumed = await fitted(group, { epochs: 3, resume: file });
      return { straight, resumed };
    } finally {
      await allGatherObject(null, { group });
      if (group.rank === 0) rmSync(file, { force: true });
    }
  },

  /** The error that ranks get when one rank cannot write. */
  async "cannot save"(group) {
    try {
      await fitted(group, { epochs: 1, file: "/nowhere/at/all/run.safetensors" });
      return "saved";
    } catch (error) {
      return (error as Error).message.includes("/nowhere/at/all");
    }
  },

  /** Compares with one process whose batch norms see the joined batch. */
  async "batch norm over ranks"(group) {
    const make = (seed: number) => {
      manualSeed(seed);
      // a bias before a batch norm has a gradient of pure rounding error, which Adam would amplify
      const first = new Linear(5, 6, { bias: false });
      return new Sequential(first, new BatchNorm1d(6), new Tanh(), new Linear(6, 3));
    };
    const alone = make(0);
    const model = SyncBatchNorm.convertSyncBatchnorm(make(group.rank), { group });
    const ddp = await new DistributedDataParallel(model, { group }).ready();
    const optimizers = [adam(alone.parameters()), adam(model.parameters())] as const;
    for (const examples of steps) {
      for (const optimizer of optimizers) optimizer.zeroGrad();
      lossOf(alone, examples).backward();
      lossOf(ddp, partOf(examples, group.rank, group.size)).backward();
      await ddp.synchronize();
      for (const optimizer of optimizers) optimizer.step();
    }
    const all = async (one: Sequential) => {
      const values = await Promise.all(one.buffers().map((buffer) => buffer.data()));
      return [...(await weightsOf(one)), ...values.flatMap((value) => [...value])];
    };
    return {
      kind: String(model.at(1)).split("(")[0],
      weights: await all(model),
      reference: await all(alone),
    };
  },

  async collectives(group) {
    const { rank, size, ranks } = group;
    const all = range(0, size);
    const is = (found: unknown, wanted: unknown) =>
      JSON.stringify(found) === JSON.stringify(wanted) ? "right" : [found, wanted];
    const numbers = async (one: Tensor) => [...(await one.data())];
    const reduced = async (op: "sum" | "avg" | "product" | "min" | "max", dtype: "f32" | "i32") =>
      numbers(await allReduce(tensor([rank + 1, 2, -rank], { dtype }), { op, group }));
    const total = all.reduce((sum, r) => sum + r + 1, 0);
    const product = all.reduce((sum, r) => sum * (r + 1), 1);
    const low = -(size - 1) || 0;
    const zero = size === 1 ? [-0] : [0];
    const long = new Float64Array(1_100_000).fill(rank + 1); // more than one chunk
    await allReduce(long, { group });
    const shares = all.map((r) => tensor([10 * r + rank, r]));
    const gathered = await allGather(tensor([[rank, 7]]), { group });
    return [
      is(await reduced("sum", "f32"), [total, 2 * size, -(total - size) || 0]),
      is(await reduced("avg", "f32"), [total / size, 2, -(total - size) / size || 0]),
      is(await reduced("product", "i32"), [product, 2 ** size, 0]),
      is(await reduced("min", "i32"), [1, 2, low]),
      is(await reduced("max", "f32"), [size, 2, zero[0]]),
      is(
        long.every((one) => one === total),
        true,
      ),
      is(await numbers(await broadcast(tensor([rank, 5]), ranks.at(-1) as number, { group })), [
        size - 1,
        5,
      ]),
      is(
        await Promise.all(gathered.map(numbers)),
        all.map((r) => [r, 7]),
      ),
      is(gathered[0]?.shape, [1, 2]),
      is(await numbers(await reduceScatter(shares, { group })), [
        all.reduce((sum, r) => sum + 10 * rank + r, 0),
        rank * size,
      ]),
      is(
        (await allGatherObject({ rank, text: "x".repeat(rank) }, { group })).map((one) => one.text),
        all.map((r) => "x".repeat(r)),
      ),
      is(
        await numbers(
          (await broadcastObject({ a: [tensor([rank])] }, ranks[0] as number, { group }))
            .a[0] as Tensor,
        ),
        [0],
      ),
    ];
  },
};
