import { ArgumentError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";
import { Best, type MonitorOptions } from "./best.ts";
import type { Callback } from "./callback.ts";

/** Settings of EarlyStopping. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Number of epochs without improvement to wait (default 3). */
  readonly patience?: number;
  /** Restores the weights of the best epoch at the end (default true). */
  readonly restoreBest?: boolean;
}

/** State of EarlyStopping. */
export interface EarlyStoppingStateDict {
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly waited: number;
  readonly weights: Readonly<Record<string, Tensor>> | null;
}

/**
 * Ends the training when a score has not improved for `patience` epochs. Restores the weights of
 * the best epoch, even if training ends for another reason.
 */
export class EarlyStopping implements Callback {
  /** Number of the best epoch so far, from 1; 0 before the first epoch. */
  bestEpoch = 0;
  readonly #patience: number;
  readonly #restoreBest: boolean;
  readonly #best: Best;
  #waited = 0;
  /** Weights of the best epoch, on the device. */
  #weights: Record<string, Tensor> | null = null;

  constructor(options: EarlyStoppingOptions = {}) {
    checkCall(
      'new EarlyStopping({ monitor: string, mode: "min" | "max", minDelta: number, patience: number, restoreBest: boolean })',
      arguments,
    );
    const { patience = 3, restoreBest = true, ...monitor } = options;
    if (!Number.isInteger(patience) || patience < 0) {
      throw new ArgumentError(
        `EarlyStopping: patience is ${patience}\n  hint: a whole number of epochs, 0 or more`,
      );
    }
    this.#patience = patience;
    this.#restoreBest = restoreBest;
    this.#best = new Best("EarlyStopping", monitor);
  }

  /** The best score so far; null before the first epoch. */
  get best(): number | null {
    return this.#best.score;
  }

  onEpoch(run: Run, record: EpochRecord): void {
    if (this.#best.improves(record)) {
      this.bestEpoch = record.epoch;
      this.#waited = 0;
      if (this.#restoreBest) this.#remember(run.model.stateDict());
      return;
    }
    this.#waited++;
    if (this.#waited <= this.#patience) return;
    run.stop(`no better score for ${this.#waited} epochs; the best was in epoch ${this.bestEpoch}`);
  }

  onEnd(run: Run): void {
    if (this.#weights === null) return;
    run.model.loadStateDict(this.#weights);
    for (const weight of Object.values(this.#weights)) weight.dispose();
    this.#weights = null;
  }

  /** The best score, epoch and weights so far. */
  stateDict(): EarlyStoppingStateDict {
    if (arguments.length > 0) checkCall("stopping.stateDict()", arguments);
    const { best, bestEpoch } = this;
    return { best, bestEpoch, waited: this.#waited, weights: this.#weights };
  }

  /**
   * Restores what `stateDict()` returned. Throws ArgumentError if `saved` is not such a state;
   * nothing is then changed.
   */
  loadStateDict(saved: EarlyStoppingStateDict): void {
    checkCall("callback.loadStateDict(saved: any)", arguments);
    checkState(saved);
    const { best, bestEpoch, waited, weights } = saved;
    this.#best.score = best;
    this.bestEpoch = bestEpoch;
    this.#waited = waited;
    if (weights === null) this.#weights = null;
    else this.#remember(weights);
  }

  #remember(weights: Readonly<Record<string, Tensor>>): void {
    const kept = this.#weights;
    noGrad(() => {
      if (kept === null) {
        const copies = Object.entries(weights).map(([name, x]) => [name, persist(x.clone())]);
        this.#weights = Object.fromEntries(copies) as Record<string, Tensor>;
      } else for (const [name, copy] of Object.entries(kept)) copy.copy_(weights[name] as Tensor);
    });
  }
}

function checkState(saved: EarlyStoppingStateDict): void {
  const { best, bestEpoch, waited, weights } = (saved ?? {}) as Partial<EarlyStoppingStateDict>;
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  const isScore = best === null || (typeof best === "number" && !Number.isNaN(best));
  const isWeights =
    weights === null ||
    (typeof weights === "object" && Object.values(weights).every((x) => x instanceof Tensor));
  if (isScore && isCount(bestEpoch) && isCount(waited) && isWeights) return;
  throw new ArgumentError(
    "EarlyStopping.loadStateDict: not the state of an EarlyStopping\n  hint: pass what stateDict() returned",
  );
}
