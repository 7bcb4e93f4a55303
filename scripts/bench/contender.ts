import type { Workload } from "../steps/workloads.ts";

/** One library on one backend, set up for one workload. */
export interface Contender {
  /** Issues one step: forward, backward, update. Nothing is awaited. */
  step(): void;
  /** The last step's loss, once it has run. */
  loss(): Promise<number>;
  /** A number that all gradients take part in, where the loss never shows them. */
  check?(): Promise<number>;
  /** What the library counts itself. */
  counts?(): Record<string, number>;
}

/**
 * Opens the backend and sets the workload up; throws `Unsupported` where the library lacks what it
 * takes.
 */
export type Start = (line: string, backend: string, workload: Workload) => Promise<Contender>;

/** The library cannot do this work on this backend, for this reason. */
export class Unsupported extends Error {
  override name = "Unsupported";
}
