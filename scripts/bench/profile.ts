/** The time of each kernel of a step, and the compile time of each of its pipelines. */
import { init, manualSeed, profile } from "@wgrad/autograd";
import { openGPUDevice } from "@wgrad/autograd/testing";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

interface Share {
  readonly kernel: string;
  readonly result: string;
  readonly calls: number;
  readonly ms: number;
  readonly percent: number;
}

interface Compilation {
  readonly pipeline: string;
  readonly ms: number;
}

const WARM_UP = 3;
const STEPS = 3;
const WIDTH = 56;
const short = (text: string): string =>
  text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
const rounded = (value: number): number => Number(value.toFixed(1));

/** The kernels of a model over three steps, slowest first. */
export async function kernelsOf(name: string): Promise<Share[]> {
  await init({ device: "webgpu" });
  const step = stepOf(name);
  for (let i = 0; i < WARM_UP; i++) await step();
  const { kernels, kernelMs } = await profile(async () => {
    for (let i = 0; i < STEPS; i++) await step();
  });
  return kernels.map(({ kernel, result, calls, totalMs }) => ({
    kernel: short(kernel),
    result: short(result),
    calls,
    ms: rounded(totalMs),
    percent: rounded((100 * totalMs) / kernelMs),
  }));
}

/** The pipelines of a model's first step on a fresh device, slowest to compile first. */
export async function pipelinesOf(name: string): Promise<Compilation[]> {
  const compiled: Compilation[] = [];
  await init({ device: timed(await openGPUDevice(), (one) => compiled.push(one)) });
  await stepOf(name)();
  return compiled.toSorted((a, b) => b.ms - a.ms);
}

/** The same device; `tell` is called for each pipeline that it makes. */
function timed(device: GPUDevice, tell: (one: Compilation) => void): GPUDevice {
  const createComputePipeline = (descriptor: GPUComputePipelineDescriptor): GPUComputePipeline => {
    const start = performance.now();
    const pipeline = device.createComputePipeline(descriptor);
    tell({ pipeline: descriptor.label ?? "", ms: rounded(performance.now() - start) });
    return pipeline;
  };
  return new Proxy(device, {
    get: (target, key) => {
      if (key === "createComputePipeline") return createComputePipeline;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function stepOf(name: string): () => Promise<unknown> {
  manualSeed(0);
  const workload = (workloads[name] as (typeof workloads)[string])();
  const { run } = (models[name] as (typeof models)[string])(workload);
  return () => run().item();
}
