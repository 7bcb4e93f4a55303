import { manualSeed, profile, rand, type Tensor } from "@wgrad/autograd";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";
import type { GpuRecord, StepTimes } from "./record.ts";

/** A training step of a workload: its time, and the time and rates of each kernel. */
export async function timeStep(name: string, runs: number): Promise<StepTimes> {
  manualSeed(0);
  const workload = (workloads[name] as (typeof workloads)[string])();
  const step = (models[name] as (typeof models)[string])(workload);
  for (let i = 0; i < 3; i++) await step.run().item();
  let stepMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await step.run().item();
    stepMs = Math.min(stepMs, performance.now() - start);
  }
  const { kernels, kernelMs, source } = await profile(() => step.run().item());
  return {
    name,
    stepMs,
    kernelMs,
    source,
    kernels: kernels.slice(0, 8).map((one) => ({
      kernel: one.kernel,
      calls: one.calls,
      ms: one.totalMs,
      gigabytes: one.gigabytesPerSecond,
      gigaflops: one.gigaflopsPerSecond,
      threads: one.threads,
    })),
  };
}

/** Computes the whole tensor and reads one element. */
const computed = (x: Tensor): Promise<unknown> => x.realize().flatten().narrow(0, 0, 1).data();

/** The highest rates of the adapter: by a sum of two long vectors and a large product. */
export async function measurePeak(quick: boolean): Promise<GpuRecord["peak"]> {
  const [length, size] = quick ? [2 ** 16, 128] : [2 ** 25, 2048];
  const [x, y] = [rand([length]), rand([length])];
  const [a, b] = [rand([size, size]), rand([size, size])];
  const run = async (body: () => Promise<unknown>): Promise<{ bytes: number; flops: number }> => {
    await body();
    const { kernels } = await profile(body);
    const [longest] = kernels;
    return {
      bytes: longest?.gigabytesPerSecond ?? 0,
      flops: longest?.gigaflopsPerSecond ?? 0,
    };
  };
  const sum = await run(() => computed(x.add(y)));
  const product = await run(() => computed(a.matmul(b)));
  return { gigabytes: sum.bytes, gigaflops: product.flops };
}
