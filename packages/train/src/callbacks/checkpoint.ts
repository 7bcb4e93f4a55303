import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import type { Target } from "@wgrad/autograd/saving";
import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";
import { Best, type MonitorOptions } from "./best.ts";
import type { Callback } from "./callback.ts";

/** Settings of Checkpoint. */
export interface CheckpointOptions extends MonitorOptions {
  /** Also saves after every so many updates, within epochs. */
  readonly everySteps?: number;
  /** Saves after an epoch only if its score is the best so far (default false). */
  readonly bestOnly?: boolean;
}

/**
 * Saves the whole run after every epoch: model, optimizer, scheduler, loader, metrics, other
 * callbacks, random state and history. `fit({ resume })` continues from the file. If `target` is a
 * function of the run, it gives each file its own name.
 */
export class Checkpoint implements Callback {
  readonly last: boolean = true;
  readonly #target: Target | ((run: Run) => Target);
  readonly #everySteps: number;
  readonly #best: Best | null;

  constructor(target: Target | ((run: Run) => Target), options: CheckpointOptions = {}) {
    checkCall(
      'new Checkpoint(target: any, { monitor: string, mode: "min" | "max", minDelta: number, everySteps: number, bestOnly: boolean })',
      arguments,
    );
    const { everySteps = 0, bestOnly = false, ...monitor } = options;
    if (!Number.isInteger(everySteps) || everySteps < 0) {
      throw new ArgumentError(
        `Checkpoint: everySteps is ${everySteps}\n  hint: a whole number of updates`,
      );
    }
    this.#target = target;
    this.#everySteps = everySteps;
    this.#best = bestOnly ? new Best("Checkpoint", monitor) : null;
  }

  async onStep(run: Run): Promise<void> {
    if (this.#everySteps > 0 && run.step % this.#everySteps === 0) await this.#save(run);
  }

  async onEpoch(run: Run, record: EpochRecord): Promise<void> {
    if (this.#best === null || this.#best.improves(record)) await this.#save(run);
  }

  /** The best score that was saved. */
  stateDict(): { readonly best: number | null } {
    if (arguments.length > 0) checkCall("checkpoint.stateDict()", arguments);
    return { best: this.#best?.score ?? null };
  }

  /** Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state. */
  loadStateDict(saved: { readonly best: number | null }): void {
    checkCall("callback.loadStateDict(saved: any)", arguments);
    const best: unknown = (saved as { best?: unknown } | null)?.best;
    if (best !== null && (typeof best !== "number" || Number.isNaN(best))) {
      throw new ArgumentError(
        `Checkpoint.loadStateDict: best is ${describe(best)}\n  hint: pass what stateDict() returned`,
      );
    }
    if (this.#best !== null) this.#best.score = best;
  }

  #save(run: Run): Promise<void> {
    return run.save(typeof this.#target === "function" ? this.#target(run) : this.#target);
  }
}
