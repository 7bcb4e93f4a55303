/**
 * `pnpm counts [--only NAME,…] [--json FILE] [--runs N]`: the exact GPU calls of a steady training
 * step; with `--runs`, also whether that many trainings from one seed are equal bit for bit. `pnpm
 * counts --class discrete|integrated [--only NAME,…] [--batch N]`: the expected times of its
 * kernels on GPUs of that class, from their published figures.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { init, manualSeed } from "@wgrad/autograd";
import {
  type Counters,
  counters,
  countingDevice,
  type DeviceCounts,
  openGPUDevice,
} from "@wgrad/autograd/testing";
import { models, type Step } from "./steps/models.ts";
import { printPredictions } from "./steps/predictions.ts";
import { workloads } from "./steps/workloads.ts";

/** The record of one model. Counts are those of one steady step unless stated otherwise. */
interface StepRecord extends DeviceCounts {
  bytesRead: number;
  bytesWritten: number;
  flops: number;
  /** Number of pipelines since the start. */
  pipelinesTotal: number;
  /** Bytes of temporary buffers, and the least possible for this order of kernels. */
  peakBytes: number;
  liveBytes: number;
  peakRatio: number;
  uploads: number;
  readbacks: number;
  planHits: number;
  planMisses: number;
  /**
   * Least host time of recording, backward and update, up to the submit, without waiting for the
   * GPU.
   */
  hostMicroseconds: number;
  /** Milliseconds of planning since the start. */
  compileMs: number;
  adapter: string;
  /** How many trainings from the same seed have exactly the losses of the first. */
  sameBits?: string;
}

/** Steps before the steady state: from the fourth step on nothing may be created. */
const WARM_UP = 3;
const STEADY = 5;
/** Host times are measured over more steps, within these limits. */
const TIMED = { least: 3, most: 300, milliseconds: 500 };

/** Number of steps of each training whose bits are compared. */
const TRAINED = 3;

const keys = ["chain", "logistic", "mlp", "convnet", "gpt", "lstm"] as const;

async function recordOf(name: string): Promise<StepRecord> {
  const make = models[name] as (typeof models)[string];
  const workload = (workloads[name] as (typeof workloads)[string])();
  const watched = countingDevice(await openGPUDevice());
  const { description } = await init({ device: watched.device });
  manualSeed(0);
  const step = make(workload);
  for (let i = 0; i < WARM_UP; i++) await step.run().item();
  const pipelinesTotal = watched.take().pipelinesCreated;
  const before = counters();
  const each: DeviceCounts[] = [];
  for (let i = 0; i < STEADY; i++) {
    await step.run().item();
    each.push(watched.take());
  }
  const [first, ...rest] = each.map((counts) => JSON.stringify(counts));
  if (rest.some((other) => other !== first))
    throw new Error(`${name}: the steps differ:\n${[first, ...rest].join("\n")}`);
  const steady = each[0] as DeviceCounts;
  const after = counters();
  const perStep = (key: keyof Counters): number => (after[key] - before[key]) / STEADY;
  return {
    ...steady,
    bytesRead: perStep("bytesRead"),
    bytesWritten: perStep("bytesWritten"),
    flops: perStep("flops"),
    pipelinesTotal: pipelinesTotal + steady.pipelinesCreated,
    peakBytes: after.peakBytes,
    liveBytes: after.liveBytes,
    peakRatio: after.liveBytes === 0 ? 1 : round(after.peakBytes / after.liveBytes, 2),
    uploads: perStep("uploads"),
    readbacks: perStep("readbacks"),
    planHits: perStep("planHits"),
    planMisses: perStep("planMisses"),
    hostMicroseconds: await hostTime(step.run),
    compileMs: Math.round(after.compileMs),
    adapter: description,
    ...(runs > 0 ? { sameBits: await sameBits(name) } : {}),
  };
}

/** Trains again from the same seed and compares the bits of every loss. */
async function sameBits(name: string): Promise<string> {
  const losses: string[] = [];
  for (let i = 0; i < runs; i++) {
    manualSeed(0);
    const workload = (workloads[name] as (typeof workloads)[string])();
    const step = (models[name] as (typeof models)[string])(workload);
    const values: unknown[] = [];
    for (let s = 0; s < TRAINED; s++) values.push(await step.run().item());
    if (step.check !== undefined) values.push(await step.check().item());
    losses.push(values.join(" "));
  }
  return `${losses.filter((one) => one === losses[0]).length} of ${runs}`;
}

/** Least microseconds for which `run` occupies the program; awaiting its result is not timed. */
async function hostTime(run: Step["run"]): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + TIMED.milliseconds;
  while (times.length < TIMED.least || (times.length < TIMED.most && performance.now() < end)) {
    const start = performance.now();
    const loss = run();
    times.push((performance.now() - start) * 1000);
    await loss.item();
  }
  return Math.round(Math.min(...times));
}

function refuse(message: string): never {
  console.error(`counts: ${message}`);
  process.exit(1);
}

function batchOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const batch = Number(text);
  if (!Number.isInteger(batch) || batch < 1)
    refuse(`--batch must be a whole number of 1 or more, got ${text}`);
  return batch;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    only: { type: "string" },
    runs: { type: "string" },
    class: { type: "string" },
    batch: { type: "string" },
  },
});
const runs = Number(values.runs ?? 0);
const chosen = values.only?.split(",") ?? keys;
for (const name of chosen) {
  if (!(keys as readonly string[]).includes(name))
    refuse(`unknown model "${name}"; known are ${keys.join(", ")}`);
}
if (values.class !== undefined) {
  const unused = (["json", "runs"] as const).find((name) => values[name] !== undefined);
  if (unused !== undefined)
    refuse(`--${unused} cannot be combined with --class, which runs nothing`);
  if (values.class !== "discrete" && values.class !== "integrated")
    refuse(`--class must be discrete or integrated, got ${values.class}`);
  await printPredictions(chosen, values.class, batchOf(values.batch));
  process.exit(0);
}
if (values.batch !== undefined) refuse("--batch needs --class");
const report: Record<string, StepRecord> = {};
for (const name of chosen) report[name] = await recordOf(name);
const metrics = Object.keys(Object.values(report)[0] ?? {}) as (keyof StepRecord)[];
const columns = Object.entries(report);
console.table(
  Object.fromEntries(
    metrics
      .filter((metric) => metric !== "adapter")
      .map((metric) => [
        metric,
        Object.fromEntries(columns.map(([name, record]) => [name, record[metric]])),
      ]),
  ),
);
console.log(
  `${columns[0]?.[1].adapter}; hostMicroseconds and compileMs depend on the machine, the other figures do not`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(0); // Dawn's instance would keep the process alive
