import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";

/**
 * Something that looks on while a model trains: an object with the moments it wants to see.
 * Training waits for what returns a promise. One with `stateDict` and `loadStateDict` takes part in
 * checkpoints.
 */
export interface Callback {
  /** Before the first batch. */
  onStart?(run: Run): void | Promise<void>;
  /**
   * After each update of the parameters; the loss is not read: `await run.loss?.item()` reads it.
   */
  onStep?(run: Run): void | Promise<void>;
  /** After each epoch, its validation and its scheduler's step. */
  onEpoch?(run: Run, record: EpochRecord): void | Promise<void>;
  /** When training has ended, in whatever way; `error` is what ended it, if something did. */
  onEnd?(run: Run, error?: unknown): void | Promise<void>;
  /** Called after the others: what saves their states. */
  readonly last?: boolean;
}
