/**
 * `pnpm gpu [--quick] [--json FILE] [--page FILE] [--class CLASS]`: tests a graphics card with its
 * own driver in Node: its capabilities, correct results, the speed of training steps compared with
 * its limits, the best forms of kernels, and PyTorch on the same card.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type DeviceClass, init } from "@wgrad/autograd";
import { nodeAdapter } from "@wgrad/autograd/node";
import { currentClass } from "@wgrad/autograd/testing";
import { loadGroup, sampleOf } from "./golden/load.ts";
import { isFault } from "./golden/report.ts";
import { runCase } from "./golden/run.ts";
import { timeForms } from "./gpu/forms.ts";
import { pageOf } from "./gpu/page.ts";
import type { GpuRecord } from "./gpu/record.ts";
import { measurePeak, timeStep } from "./gpu/steps.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string", default: ".reports/gpu.json" },
    page: { type: "string" },
    class: { type: "string" },
  },
});
const { quick } = values;
const root = join(import.meta.dirname, "..");
const say = (text: string): void => console.log(`gpu: ${text}`);

const LIMITS = [
  "maxBufferSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

async function goldenSample(): Promise<GpuRecord["golden"]> {
  const results: Record<string, { right: number; tried: number }> = {};
  for (const name of quick ? ["losses"] : ["ops", "modules", "losses", "optim"]) {
    const file = (end: string): string => join(root, "golden", `${name}.${end}`);
    const group = loadGroup(
      name,
      readFileSync(file("json"), "utf8"),
      readFileSync(file("safetensors")),
    );
    const cases = sampleOf(group.cases, quick ? 20 : 10);
    let right = 0;
    for (const item of cases) {
      const outcome = await runCase(group, item, "webgpu");
      if (isFault(outcome)) say(`${name}/${outcome.id}: ${outcome.reason}`);
      else right++;
    }
    results[name] = { right, tried: cases.length };
    say(`${name}: ${right} of ${cases.length} reference cases pass`);
  }
  return results;
}

/** PyTorch's times on a card of this machine; null without Python, PyTorch or a card. */
function torchTimes(): GpuRecord["torch"] {
  try {
    const script = join(root, "scripts/gpu/time-torch.py");
    return JSON.parse(execFileSync("python3", [script], { encoding: "utf8", timeout: 120_000 }));
  } catch {
    return null;
  }
}

const { adapter } = await nodeAdapter();
const kind = values.class as DeviceClass | undefined;
const { description } = await init({
  device: "webgpu",
  ...(kind === undefined ? {} : { class: kind }),
}).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
say(description);
const software = adapter.info.isFallbackAdapter;
const golden = await goldenSample();
const peak = await measurePeak(quick);
say(`at best ${peak.gigabytes.toFixed(1)} GB/s, ${peak.gigaflops.toFixed(1)} GFLOP/s`);
const steps = [];
for (const name of quick
  ? ["logistic", "mlp"]
  : ["chain", "matmul512", "matmul1024", "mlp", "convnet", "gpt", "lstm"]) {
  const times = await timeStep(name, quick ? 2 : 10);
  say(`${name}: ${times.stepMs.toFixed(2)} ms a step`);
  steps.push(times);
}
const forms = await timeForms(quick);
const record: GpuRecord = {
  date: new Date().toISOString().slice(0, 10),
  revision: execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  }).trim(),
  quick,
  adapter: {
    description,
    vendor: adapter.info.vendor,
    architecture: adapter.info.architecture,
    software,
    class: currentClass(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    features: [...adapter.features].sort(),
  },
  golden,
  peak,
  steps,
  forms,
  torch: torchTimes(),
};
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(record, null, 2)}\n`);
say(`wrote ${values.json}`);
if (values.page !== undefined) {
  writeFileSync(values.page, pageOf(record));
  say(`wrote ${values.page}`);
}
const wrong = Object.values(golden).some(({ right, tried }) => right < tried);
process.exit(wrong ? 1 : 0);
