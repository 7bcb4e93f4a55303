import type { Plan } from "./plan.ts";

/** Exact counts of what a stream has done, for tests and benchmarks. */
export interface Counters {
  flushes: number;
  submits: number;
  dispatches: number;
  planHits: number;
  planMisses: number;
  /** Copies of sources from the host. */
  uploads: number;
  /** Copies of sources and results on the device. */
  copies: number;
  readbacks: number;
  /** Computations of nodes that had been computed before, but were not cached. */
  recomputed: number;
  /** Bytes that kernels read; each input counts once for each kernel. */
  bytesRead: number;
  /** Bytes that kernels wrote. */
  bytesWritten: number;
  /** Scalar operations; a multiply-add counts as two. */
  flops: number;
  /** Milliseconds spent making plans: scheduling, shaders, pipelines, buffers. */
  compileMs: number;
  /** Bytes of the temporary buffers of the last plan. */
  peakBytes: number;
  /** The most bytes of temporaries that were live at once in the last plan. */
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

/** Counts one run of a plan. */
export function countRun(counters: Counters, { template: { cost }, memory }: Plan): void {
  counters.bytesRead += cost.bytesRead;
  counters.bytesWritten += cost.bytesWritten;
  counters.flops += cost.flops;
  counters.peakBytes = memory.peakBytes;
  counters.liveBytes = memory.liveBytes;
}
