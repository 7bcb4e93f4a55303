/**
 * What each pass of the scheduler is worth: the same step with it left out, in dispatches, bytes
 * and time.
 */
import { type InitOptions, init, manualSeed } from "@wgrad/autograd";
import { counters, passes } from "@wgrad/autograd/testing";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

/** Everything on first, everything off last. */
const variants: readonly {
  readonly name: string;
  readonly fusion: NonNullable<InitOptions["fusion"]>;
}[] = [
  { name: "all passes", fusion: "on" },
  ...passes.map((pass) => ({ name: `without ${pass}`, fusion: { without: [pass] } })),
  { name: "no pass", fusion: "off" },
];

export interface Cost {
  dispatches: number;
  megabytes: number;
  peakMegabytes: number;
  /** Milliseconds of a step, its loss read: the least of the steps timed. */
  ms: number;
}

const WARM_UP = 3;
const TIMED = { least: 2, most: 50, milliseconds: 1000 };
const MEGA = 1e6;

/** What a model's step costs, a row a variant. */
export async function ablation(name: string): Promise<Record<string, Cost>> {
  const rows: Record<string, Cost> = {};
  for (const { name: variant, fusion } of variants) rows[variant] = await costOf(name, fusion);
  return rows;
}

async function costOf(name: string, fusion: NonNullable<InitOptions["fusion"]>): Promise<Cost> {
  await init({ device: "webgpu", fusion });
  manualSeed(0);
  const workload = (workloads[name] as (typeof workloads)[string])();
  const { run } = (models[name] as (typeof models)[string])(workload);
  for (let i = 0; i < WARM_UP; i++) await run().item();
  const before = counters();
  const times: number[] = [];
  const end = performance.now() + TIMED.milliseconds;
  while (times.length < TIMED.least || (times.length < TIMED.most && performance.now() < end)) {
    const start = performance.now();
    await run().item();
    times.push(performance.now() - start);
  }
  const after = counters();
  const bytes = after.bytesRead + after.bytesWritten - before.bytesRead - before.bytesWritten;
  return {
    dispatches: (after.dispatches - before.dispatches) / times.length,
    megabytes: Number((bytes / times.length / MEGA).toFixed(3)),
    peakMegabytes: Number((after.peakBytes / MEGA).toFixed(3)),
    ms: Number(Math.min(...times).toFixed(2)),
  };
}
