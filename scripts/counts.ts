/** `pnpm counts [--json FILE]`: what a steady training step asks of the GPU, exactly. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { init, manualSeed } from "@wgrad/autograd";
import {
  counters,
  countingDevice,
  type DeviceCounts,
  openGPUDevice,
} from "@wgrad/autograd/testing";
import { models } from "./steps/models.ts";

interface StepCounts extends Omit<DeviceCounts, "writes"> {
  pipelinesTotal: number;
  uploads: number;
  planMisses: number;
}

/** Iterations before a step is steady: from the fourth on nothing may be created. */
const WARM_UP = 3;
const STEADY = 5;

async function countsOf(make: (typeof models)[string]): Promise<StepCounts> {
  const watched = countingDevice(await openGPUDevice());
  await init({ device: watched.device });
  manualSeed(0);
  const step = make();
  let pipelinesTotal = 0;
  for (let i = 0; i < WARM_UP; i++) await step.run().item();
  const before = counters();
  pipelinesTotal += watched.take().pipelinesCreated;
  const each: DeviceCounts[] = [];
  for (let i = 0; i < STEADY; i++) {
    await step.run().item();
    each.push(watched.take());
  }
  const [first, ...rest] = each.map((counts) => JSON.stringify(counts));
  if (rest.some((other) => other !== first))
    throw new Error(`the steps differ:\n${[first, ...rest].join("\n")}`);
  const { writes: _, ...steady } = each[0] as DeviceCounts;
  const after = counters();
  return {
    ...steady,
    pipelinesTotal: pipelinesTotal + steady.pipelinesCreated,
    uploads: (after.uploads - before.uploads) / STEADY,
    planMisses: after.planMisses - before.planMisses,
  };
}

const { values } = parseArgs({ options: { json: { type: "string" }, only: { type: "string" } } });
const report: Record<string, StepCounts> = {};
for (const [name, make] of Object.entries(models)) {
  if (values.only === undefined || values.only.split(",").includes(name))
    report[name] = await countsOf(make);
}
console.table(report);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(0); // Dawn's instance would keep the process waiting
