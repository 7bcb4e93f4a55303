import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { withDefaults } from "../parameter-groups.ts";
import {
  checkAmount,
  checkOptimizer,
  checkProgress,
  perGroup,
  ratesOf,
  type Scheduled,
  setRates,
} from "./scheduler.ts";

/** Settings of ReduceLROnPlateau, with PyTorch's defaults. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller ("min") or a larger ("max") metric is better (default "min"). */
  readonly mode?: "min" | "max";
  /** Factor of a reduction: η ← factor · η (default 0.1). */
  readonly factor?: number;
  /** Number of steps without improvement to wait before a reduction (default 10). */
  readonly patience?: number;
  /** Smallest change that counts as an improvement (default 1e-4). */
  readonly threshold?: number;
  /** Whether the threshold is relative to the best metric or absolute (default "rel"). */
  readonly thresholdMode?: "rel" | "abs";
  /** Number of steps to wait after a reduction before counting again (default 0). */
  readonly cooldown?: number;
  /** Minimum rate, one for all groups or one per group (default 0). */
  readonly minLr?: number | readonly number[];
  /** Reductions smaller than this are skipped (default 1e-8). */
  readonly eps?: number;
}

/** State of ReduceLROnPlateau as plain data. */
export interface PlateauStateDict {
  readonly best: number | null;
  readonly numBadEpochs: number;
  readonly cooldownCounter: number;
  readonly lastEpoch: number;
  readonly lastLr: readonly number[];
}

const defaults = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
} as const;

/**
 * Reduces the rate when a metric has stopped improving. Call `scheduler.step(await loss.item())`
 * once per epoch.
 */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled;
  /** The best metric so far. */
  best: number | null = null;
  /** Number of steps without improvement since the last one or the last reduction. */
  numBadEpochs = 0;
  /** Number of cooldown steps left. */
  cooldownCounter = 0;
  /** Number of steps taken. */
  lastEpoch = 0;
  readonly #settings: Required<ReduceLROnPlateauOptions>;
  readonly #minLrs: readonly number[];

  constructor(optimizer: Scheduled, options: ReduceLROnPlateauOptions = {}) {
    checkCall(
      'new ReduceLROnPlateau(optimizer: any, { mode: "max" | "min", factor: number, patience: int, threshold: number, thresholdMode: "abs" | "rel", cooldown: int, minLr: number | list, eps: number })',
      arguments,
    );
    checkOptimizer("ReduceLROnPlateau", optimizer);
    this.optimizer = optimizer;
    this.#settings = withDefaults<Required<ReduceLROnPlateauOptions>>(defaults, options);
    const { factor, minLr } = this.#settings;
    if (!(factor < 1)) {
      throw new ArgumentError(`ReduceLROnPlateau: factor is ${factor}\n  hint: a number below 1`);
    }
    this.#minLrs = perGroup("ReduceLROnPlateau", "minLr", optimizer, minLr);
  }

  /**
   * Records the metric of an epoch, and reduces the rates if it has not improved for longer than
   * `patience`.
   */
  step(metric: number): void {
    checkCall("scheduler.step(metric: any)", arguments);
    if (typeof metric !== "number") {
      throw new ArgumentError(
        "ReduceLROnPlateau.step: takes a number\n  hint: scheduler.step(await loss.item())",
      );
    }
    const { patience, cooldown } = this.#settings;
    this.lastEpoch++;
    if (this.#isBetter(metric)) {
      this.best = metric;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs <= patience) return;
    this.#reduce();
    this.cooldownCounter = cooldown;
    this.numBadEpochs = 0;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#settings;
    const sign = mode === "min" ? -1 : 1;
    if (this.best === null) return !Number.isNaN(metric) && sign * metric > -Infinity;
    const margin =
      thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === "min" ? metric < margin : metric > margin;
  }

  #reduce(): void {
    const { factor, eps } = this.#settings;
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const reduced = Math.max(group.lr * factor, this.#minLrs[i] ?? 0);
      if (group.lr - reduced > eps) group.lr = reduced;
    }
  }

  /** The current learning rate of each group. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** Its state; the settings are the constructor's. */
  stateDict(): PlateauStateDict {
    checkCall("scheduler.stateDict()", arguments);
    const { best, numBadEpochs, cooldownCounter, lastEpoch } = this;
    return { best, numBadEpochs, cooldownCounter, lastEpoch, lastLr: this.getLastLr() };
  }

  /**
   * Restores what `stateDict()` returned, and sets the saved rates. Throws ArgumentError if `saved`
   * is not such a state or has another number of groups; nothing is then changed.
   */
  loadStateDict(saved: PlateauStateDict): void {
    checkCall("scheduler.loadStateDict(saved: any)", arguments);
    checkProgress(this, this.optimizer, saved);
    const { best, numBadEpochs, cooldownCounter, lastEpoch, lastLr } = saved;
    for (const [name, count] of Object.entries({ numBadEpochs, cooldownCounter })) {
      checkAmount(this, name, count);
    }
    if (best !== null && (typeof best !== "number" || Number.isNaN(best))) {
      throw new ArgumentError(
        `ReduceLROnPlateau.loadStateDict: best is ${describe(best)}\n  hint: a number or null`,
      );
    }
    Object.assign(this, { best, numBadEpochs, cooldownCounter, lastEpoch });
    setRates(this.optimizer, lastLr);
  }
}
