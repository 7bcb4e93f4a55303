import type { Plan } from "./plan.ts";

/** What the runtime has done since it was opened: exact counts, for tests and benchmarks. */
export interface Counters {
  flushes: number;
  submits: number;
  dispatches: number;
  planHits: number;
  planMisses: number;
  /** Sources written from the host. */
  uploads: number;
  /** Sources and results copied on the device. */
  copies: number;
  readbacks: number;
  /** Nodes computed a second time because their value was not cached. */
  recomputed: number;
  /** Bytes that kernels read, each input once a kernel. */
  bytesRead: number;
  /** Bytes that kernels wrote. */
  bytesWritten: number;
  /** Scalar operations; a multiplication and an addition are two. */
  flops: number;
  /** Milliseconds spent making plans: scheduling, shaders, pipelines, buffers. */
  compileMs: number;
  /** Bytes of temporary buffers that the plan which ran last uses. */
  peakBytes: number;
  /** The most bytes of temporaries that its order of kernels needs at once. */
  liveBytes: number;
}

export const newCounters = (): Counters => ({
  flushes: 0,
  submits: 0,
  dispatches: 0,
  planHits: 0,
  planMisses: 0,
  uploads: 0,
  copies: 0,
  readbacks: 0,
  recomputed: 0,
  bytesRead: 0,
  bytesWritten: 0,
  flops: 0,
  compileMs: 0,
  peakBytes: 0,
  liveBytes: 0,
});

/** Notes one run of a plan. */
export function countRun(counters: Counters, { template: { cost }, memory }: Plan): void {
  counters.bytesRead += cost.bytesRead;
  counters.bytesWritten += cost.bytesWritten;
  counters.flops += cost.flops;
  counters.peakBytes = memory.peakBytes;
  counters.liveBytes = memory.liveBytes;
}
