/** One rank: trains on its share of every batch. Under mpirun it prints what it came to. */

import { parentPort } from "node:worker_threads";
import { init, manualSeed } from "@wgrad/autograd";
import { DataLoader } from "@wgrad/datasets";
import {
  DistributedDataParallel,
  DistributedSampler,
  destroyProcessGroup,
  getRank,
  getWorldSize,
  initProcessGroup,
} from "@wgrad/distributed";
import { functional as F } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { digitPictures } from "../digits/data.ts";
import { perceptron } from "../digits/model.ts";
import { judgeClassifier } from "../shared/classifier.ts";
import { t } from "../shared/language.ts";

/** Of all ranks together. */
const BATCH = 64;

export interface RankSettings {
  readonly device: "webgpu" | "wasm" | "cpu";
  readonly seed: number;
  readonly epochs: number;
}

export interface RankResult {
  readonly rank: number;
  /** The mean of all ranks' losses, step by step. */
  readonly losses: readonly number[];
  /** After the first epoch, and at the end. */
  readonly first: Float32Array;
  readonly last: Float32Array;
  readonly accuracy: number;
  readonly seconds: number;
  /** Numbers that are averaged in each step. */
  readonly gradients: number;
}

const [text = "{}"] = process.argv.slice(2);
const given = JSON.parse(text) as Partial<RankSettings>;
const { device = "wasm", seed = 0, epochs = 15 } = given;

await init(device === "wasm" ? { device, threads: 1 } : { device });
await initProcessGroup();
const [rank, size] = [getRank(), getWorldSize()];
const { train, test } = await digitPictures();

manualSeed(seed + rank); // all begin with rank 0's parameters
const model = perceptron();
const ddp = await new DistributedDataParallel(model).ready();
const optimizer = new Adam(model.parameters(), { lr: 3e-3 });
const sampler = new DistributedSampler(train.length, { seed });
const loader = new DataLoader(train, { batchSize: BATCH / size, sampler, dropLast: true });

const weights = async (): Promise<Float32Array> => {
  const all = await Promise.all(model.parameters().map((parameter) => parameter.data()));
  return Float32Array.from(all.flatMap((values) => [...values]));
};

const losses: number[] = [];
let first: Float32Array = new Float32Array();
const began = performance.now();
for (let epoch = 0; epoch < epochs; epoch++) {
  sampler.setEpoch(epoch);
  for await (const { images, labels } of loader) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(ddp(images), labels);
    loss.backward();
    await ddp.synchronize();
    optimizer.step();
    const [sum] = await ddp.sumNumbers([await loss.item()]);
    losses.push((sum as number) / size);
  }
  if (epoch === 0) first = await weights();
}
const seconds = (performance.now() - began) / 1000;
const { accuracy } = await judgeClassifier(model, test, 10);
const last = await weights();
const result: RankResult = {
  rank,
  losses,
  first,
  last,
  accuracy,
  seconds,
  gradients: last.length,
};
if (parentPort !== null) parentPort.postMessage(result);
else if (rank === 0)
  console.log(
    t("{size} ranks: accuracy {accuracy}, loss {losses}, {seconds} s", {
      size,
      accuracy,
      losses: losses.at(-1),
      seconds,
    }),
  );
await destroyProcessGroup();
