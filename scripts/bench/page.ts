/** Runs one library on one backend and one workload in the browser, as the runner demands. */
import { workloads } from "../steps/workloads.ts";
import type { Contender, Start } from "./contender.ts";
import { countGPU, type GPUCounts, takeCounts } from "./gpu-counts.ts";

const libraries: Record<string, () => Promise<{ start: Start }>> = {
  wgrad: () => import("./wgrad.ts"),
  tfjs: () => import("./tfjs/start.ts"),
  jax: () => import("./jax/start.ts"),
};

/** The result of opening a contender. */
export interface Opened {
  /**
   * Milliseconds from opening the backend to the first loss; library and data are loaded before.
   */
  readonly firstMs: number;
  /** Milliseconds of the third step, including reading its loss. */
  readonly steadyMs: number;
  readonly losses: readonly number[];
  readonly pipelines: number;
  /** Counts of the third step: WebGPU calls of the library after warm-up; null without a GPU. */
  readonly counts: GPUCounts | null;
  /** Counts of the third step that the library keeps itself. */
  readonly own: Readonly<Record<string, number>> | null;
  readonly adapter: string;
}

/** The times of a block of steps. */
export interface Block {
  /** Milliseconds of a step, from the first call to the last loss. */
  readonly ms: number;
  /** Milliseconds for which the call of a step occupies the program. */
  readonly hostMs: number;
}

type Counts = Readonly<Record<string, number>>;

let contender: Contender | null = null;

const bench = {
  async open(library: string, backend: string, line: string): Promise<Opened> {
    countGPU();
    const load = libraries[library] as (typeof libraries)[string];
    const { start } = await load();
    const workload = (workloads[line] as (typeof workloads)[string])();
    const begin = performance.now();
    const opened = await start(line, backend, workload);
    opened.step();
    const losses = [await opened.loss()];
    const firstMs = performance.now() - begin;
    let pipelines = takeCounts().pipelinesCreated;
    opened.step();
    losses.push(await opened.loss());
    pipelines += takeCounts().pipelinesCreated;
    const before = opened.counts?.();
    const third = performance.now();
    opened.step();
    losses.push(await opened.loss());
    const steadyMs = performance.now() - third;
    const counts = takeCounts();
    const after = opened.counts?.();
    if (opened.check !== undefined) losses.push(await opened.check());
    contender = opened;
    return {
      firstMs,
      steadyMs,
      losses,
      pipelines,
      counts: backend === "webgpu" ? counts : null,
      own: before && after ? difference(after, before) : null,
      adapter: await adapterName(),
    };
  },
  /** Runs steps one after another; only the loss of the last one is awaited. */
  async steps(count: number): Promise<Block> {
    const { step, loss } = contender as Contender;
    let host = 0;
    const begin = performance.now();
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      step();
      host += performance.now() - start;
    }
    await loss();
    return { ms: (performance.now() - begin) / count, hostMs: host / count };
  },
};

const difference = (after: Counts, before: Counts): Counts =>
  Object.fromEntries(Object.entries(after).map(([key, n]) => [key, n - (before[key] ?? 0)]));

async function adapterName(): Promise<string> {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  return info === undefined ? "no adapter" : [info.vendor, info.architecture].join(" ");
}

export type Bench = typeof bench;
(globalThis as { bench?: Bench }).bench = bench;
