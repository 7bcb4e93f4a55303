import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { withDefaults } from "../parameter-groups.ts";
import {
  checkAmount,
  checkOptimizer,
  checkPlace,
  perGroup,
  ratesOf,
  type Scheduled,
  setRates,
} from "./scheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Whether smaller is better or larger (default "min"). */
  readonly mode?: "min" | "max";
  /** η ← factor · η (default 0.1). */
  readonly factor?: number;
  /** Steps without progress that are let pass (default 10). */
  readonly patience?: number;
  /** How much better counts as progress (default 1e-4). */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best so far, or a difference (default "rel"). */
  readonly thresholdMode?: "rel" | "abs";
  /** Steps after a reduction before counting begins anew (default 0). */
  readonly cooldown?: number;
  /** The smallest rate, of all groups or each (default 0). */
  readonly minLr?: number | readonly number[];
  /** A smaller change of the rate is not made (default 1e-8). */
  readonly eps?: number;
}

/** What it remembers, as plain data. */
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
 * Reduces the rate when a number has stopped to improve: `scheduler.step(await loss.item())`, once
 * an epoch.
 */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled;
  /** The best number so far. */
  best: number | null = null;
  /** Steps since then. */
  numBadEpochs = 0;
  /** Steps left in which nothing counts. */
  cooldownCounter = 0;
  /** Steps taken. */
  lastEpoch = 0;
  readonly #settings: Required<ReduceLROnPlateauOptions>;
  readonly #minLrs: readonly number[];

  constructor(optimizer: Scheduled, options: ReduceLROnPlateauOptions = {}) {
    checkCall(
      'new ReduceLROnPlateau(optimizer, { mode: "max" | "min", factor: number, patience: number, threshold: number, thresholdMode: "abs" | "rel", cooldown: number, minLr: number | list, eps: number })',
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
   * Takes note of the number after an epoch, and reduces the rates if there was no progress for too
   * long.
   */
  step(metric: number): void {
    checkCall("scheduler.step(metric)", arguments);
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

  /** Each group's rate. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** What it remembers; its settings are the constructor's. */
  stateDict(): PlateauStateDict {
    checkCall("scheduler.stateDict()", arguments);
    const { best, numBadEpochs, cooldownCounter, lastEpoch } = this;
    return { best, numBadEpochs, cooldownCounter, lastEpoch, lastLr: this.getLastLr() };
  }

  /**
   * Goes on where `stateDict()` was taken, and sets the rates of then. Throws ArgumentError for
   * what is no such state, or of another number of groups; then nothing has changed.
   */
  loadStateDict(saved: PlateauStateDict): void {
    checkCall("scheduler.loadStateDict(saved)", arguments);
    checkPlace(this, this.optimizer, saved);
    const { best, numBadEpochs, cooldownCounter, lastEpoch, lastLr } = saved;
    for (const [name, count] of Object.entries({ numBadEpochs, cooldownCounter })) {
      checkAmount(this, name, count);
    }
    if (best !== null && (typeof best !== "number" || Number.isNaN(best))) {
      throw new ArgumentError(
        `ReduceLROnPlateau.loadStateDict: best is ${describe(best)}\n  hint: a number, or null`,
      );
    }
    Object.assign(this, { best, numBadEpochs, cooldownCounter, lastEpoch });
    setRates(this.optimizer, lastLr);
  }
}
