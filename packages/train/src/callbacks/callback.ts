import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";

/**
 * An object with hooks that `fit` calls during training. If a hook returns a promise, training
 * waits for it. A callback with `stateDict` and `loadStateDict` is part of checkpoints.
 */
export interface Callback {
  /** Called before the first batch. */
  onStart?(run: Run): void | Promise<void>;
  /**
   * Called after each update of the parameters. The loss is not read yet: `await run.loss?.item()`
   * reads it.
   */
  onStep?(run: Run): void | Promise<void>;
  /** Called after each epoch, its validation and the scheduler's step. */
  onEpoch?(run: Run, record: EpochRecord): void | Promise<void>;
  /** Called when training ends, for whatever reason. `error` is the error that ended it, if any. */
  onEnd?(run: Run, error?: unknown): void | Promise<void>;
  /** If true, called after the other callbacks, so that it can save their states. */
  readonly last?: boolean;
}
