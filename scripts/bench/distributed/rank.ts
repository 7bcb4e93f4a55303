/**
 * One rank of the benchmark: a thread, or a process under mpirun. Rank 0 returns the measured
 * times.
 */
import { parentPort } from "node:worker_threads";
import { init, manualSeed } from "@wgrad/autograd";
import {
  allReduce,
  barrier,
  DistributedDataParallel,
  destroyProcessGroup,
  getRank,
  getWorldSize,
  initProcessGroup,
} from "@wgrad/distributed";
import { Adam } from "@wgrad/optim";
import { onRanks, type Trained } from "../../steps/models.ts";
import { LEARNING_RATE, workloads } from "../../steps/workloads.ts";
import { type Cost, type Measured, medianOf, repeats, sizes } from "./lines.ts";

await init({ device: "wasm", threads: 1 });
await initProcessGroup({ timeout: 120_000 });
const rank = getRank();
const ranksHere = parentPort === null ? 1 : getWorldSize();
const measured: Measured = { exchange: {}, steps: {} };

for (const bytes of sizes) {
  const values = new Float32Array(bytes / 4).fill(1 + rank);
  const times: number[] = [];
  for (let i = -2; i < repeats(bytes); i++) {
    await barrier();
    const start = performance.now();
    await allReduce(values, { op: "avg" });
    if (i >= 0) times.push(performance.now() - start);
  }
  measured.exchange[bytes] = medianOf(times);
}

/** Number of turns. Steps alone and together alternate, so that other load slows both. */
const TURNS = 12;
const STEPS = 5;
for (const [name, make] of Object.entries(onRanks)) {
  const step = await stepOf(make((workloads[name] as () => never)()));
  const alone: Cost[] = [];
  const together: Cost[] = [];
  for (let turn = -2; turn < TURNS; turn++) {
    await barrier();
    if (rank === 0) {
      const cost = await costOf(step.alone);
      if (turn >= 0) alone.push(cost);
    }
    await barrier();
    const cost = await costOf(step.together);
    if (turn >= 0) together.push(cost);
  }
  measured.steps[name] = { alone: medianCost(alone), together: medianCost(together, ranksHere) };
}

if (rank === 0) {
  if (parentPort === null) process.stdout.write(`\n@measured ${JSON.stringify(measured)}\n`);
  else parentPort.postMessage(measured);
}
await destroyProcessGroup();

async function costOf(step: () => Promise<void>): Promise<Cost> {
  const [start, worked] = [performance.now(), process.cpuUsage()];
  for (let k = 0; k < STEPS; k++) await step();
  const { user, system } = process.cpuUsage(worked);
  return { wall: (performance.now() - start) / STEPS, processor: (user + system) / 1000 / STEPS };
}

/** The medians. If a process has several ranks, its processor time is divided by their number. */
function medianCost(costs: readonly Cost[], ranks = 1): Cost {
  return {
    wall: medianOf(costs.map(({ wall }) => wall)),
    processor: medianOf(costs.map(({ processor }) => processor)) / ranks,
  };
}

/** A step on the batch of this rank, alone and together with the others. */
async function stepOf({
  model,
  loss,
}: Trained): Promise<{ alone: () => Promise<void>; together: () => Promise<void> }> {
  manualSeed(0);
  const ddp = await new DistributedDataParallel(model).ready();
  const optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE.adam });
  return {
    async alone() {
      const value = loss(model);
      optimizer.zeroGrad();
      ddp.noSync(() => value.backward());
      optimizer.step();
      await value.item();
    },
    async together() {
      const value = loss(ddp);
      optimizer.zeroGrad();
      value.backward();
      await ddp.synchronize();
      optimizer.step();
      await value.item();
    },
  };
}
