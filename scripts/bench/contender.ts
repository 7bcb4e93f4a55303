import type { Workload } from "../steps/workloads.ts";

/** One library on one backend with one workload. */
export interface Contender {
  /** Issues one step: forward, backward, update. Awaits nothing. */
  step(): void;
  /** The loss of the last step, once it has run. */
  loss(): Promise<number>;
  /**
   * A number that depends on all gradients, for libraries that skip gradients that the loss does
   * not need.
   */
  check?(): Promise<number>;
  /** Counts that the library keeps itself. */
  counts?(): Record<string, number>;
}

/**
 * Opens the backend and sets up the workload. Throws `Unsupported` if the library lacks an
 * operation.
 */
export type Start = (line: string, backend: string, workload: Workload) => Promise<Contender>;

/** Thrown if the library cannot run the workload on this backend. */
export class Unsupported extends Error {
  override name = "Unsupported";
}
