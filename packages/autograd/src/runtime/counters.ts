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
});
