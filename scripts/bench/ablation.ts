/** The benefit of each scheduler pass: dispatches, bytes and time of a step without it. */
import { type InitOptions, init, manualSeed } from "@wgrad/autograd";
import { counters, passes } from "@wgrad/autograd/testing";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

/** The first variant has all passes, the last has none. */
const variants: readonly {
  readonly name: string;
  readonly fusion: NonNullable<InitOptions["fusion"]>;
}[] = [
  { name: "all passes", fusion: "on" },
  ...passes.map((pass) => ({ name: `without ${pass}`, fusion: { without: [pass] } })),
  { name: "no pass", fusion: "off" },
];

/** The cost of a step. */
export interface Cost {
  dispatches: number;
  megabytes: number;
  peakMegabytes: number;
  /** Milliseconds of a step, including reading its loss: the least of the timed steps. */
  ms: number;
}

const WARM_UP = 3;
const TIMED = { least: 2, most: 50, milliseconds: 1000 };
const MEGA = 1e6;

/** The cost of a model's step for each variant. */
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
