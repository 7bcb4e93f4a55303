import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";

/** What a scheduler reads and sets of a group. */
export interface ScheduledGroup {
  lr: number;
  /** The rate that schedules start from: what `lr` was when the first scheduler was made. */
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** Any optimizer: what a scheduler needs of it. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Settings every scheduler has. */
export interface SchedulerOptions {
  /** The last step already taken, to take up a run again (default -1: none). */
  readonly lastEpoch?: number;
}

/**
 * What a rule is told: how many steps were taken, a group's number, its rate or momentum now, and
 * its first rate.
 */
export interface Moment {
  readonly epoch: number;
  /**
   * Whether the scheduler is being made: with `lastEpoch`, the rate of now is that of this step
   * already.
   */
  readonly initial: boolean;
  readonly group: number;
  readonly now: number;
  readonly base: number;
}

/** A setting's next value. */
export type Rule = (moment: Moment) => number;

/** The rule of the rate, and of momentum (β₁ for Adam's kin) where a schedule moves that too. */
export interface Rules {
  readonly lr: Rule;
  readonly momentum?: Rule;
}

/** A scheduler's place as plain data. */
export interface SchedulerStateDict {
  readonly lastEpoch: number;
  readonly baseLrs: readonly number[];
  readonly lastLr: readonly number[];
}

/**
 * Base of every schedule that depends on the number of steps alone. Making one takes step 0: it
 * sets the first rate. Call `step()` after the optimizer's, once an epoch or a batch, as the
 * schedule is meant.
 *
 * ```ts
 * class HalvingLR extends LRScheduler {
 *   constructor(optimizer: Scheduled) {
 *     super(optimizer, { lr: ({ epoch, now }) => (epoch === 0 ? now : now / 2) });
 *   }
 * }
 * ```
 */
export class LRScheduler {
  readonly optimizer: Scheduled;
  /** The first rate of each group. */
  readonly baseLrs: number[];
  /** Steps taken, from 0. */
  lastEpoch: number;
  readonly #rules: Rules;
  #lastLr: number[] = [];

  constructor(optimizer: Scheduled, rules: Rules, options: SchedulerOptions = {}) {
    // each schedule has checked its own
    if (new.target === LRScheduler)
      checkCall("new LRScheduler(optimizer, rules, { lastEpoch: number })", arguments);
    const { lastEpoch = -1 } = options;
    checkOptimizer(new.target.name, optimizer);
    if (!Number.isInteger(lastEpoch) || lastEpoch < -1) {
      throw new ArgumentError(
        `${new.target.name}: lastEpoch is ${lastEpoch}\n  hint: the number of the last step taken, or -1`,
      );
    }
    this.optimizer = optimizer;
    this.#rules = rules;
    this.lastEpoch = lastEpoch;
    this.baseLrs = optimizer.paramGroups.map((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      if (group.initialLr !== undefined) return group.initialLr;
      throw new ArgumentError(
        `${this.constructor.name}: lastEpoch is ${lastEpoch}, but group ${i} has no initialLr` +
          "\n  hint: load the optimizer's state, or give its groups initialLr",
      );
    });
    this.#moveTo(lastEpoch + 1, true);
  }

  /** Takes the next step: sets every group's rate. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.#moveTo(this.lastEpoch + 1);
  }

  /**
   * Goes to step `epoch` (from 0) of the schedule as if it began at the first rate. Schedules in a
   * sequence start so.
   */
  protected jumpTo(epoch: number): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.lr = this.baseLrs[i] ?? group.lr;
    }
    this.#moveTo(epoch);
  }

  /** Sets every group's rate and momentum, or none if a rule throws. */
  #moveTo(epoch: number, initial = false): void {
    const { lr, momentum } = this.#rules;
    const { paramGroups } = this.optimizer;
    const next = paramGroups.map((group, i) => {
      // a group added later has no first rate yet: that is the one it came with
      const base = this.baseLrs[i] ?? group.initialLr ?? group.lr;
      const place = { epoch, initial, group: i, base };
      return {
        base,
        lr: lr({ ...place, now: group.lr }),
        momentum: momentum?.({ ...place, now: momentumOf(group) as number }),
      };
    });
    this.lastEpoch = epoch;
    for (const [i, group] of paramGroups.entries()) {
      const { base, lr: rate, momentum: own } = next[i] as (typeof next)[number];
      group.initialLr ??= base;
      this.baseLrs[i] ??= base;
      group.lr = rate;
      if (own !== undefined) setMomentum(group, own);
    }
    this.#lastLr = ratesOf(this.optimizer);
  }

  /** Begins the schedule anew, at its first rate. */
  restart(): void {
    checkCall("scheduler.restart()", arguments);
    this.jumpTo(0);
  }

  /** Each group's rate as the last step set it. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return [...this.#lastLr];
  }

  /** Where the schedule is; its settings are the constructor's. */
  stateDict(): SchedulerStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return {
      lastEpoch: this.lastEpoch,
      baseLrs: [...this.baseLrs],
      lastLr: this.getLastLr(),
    };
  }

  /**
   * Goes on where `stateDict()` was taken, and sets the rates of then. Throws ArgumentError for
   * what is no such state, or of another number of groups; then nothing has changed.
   */
  loadStateDict(saved: SchedulerStateDict): void {
    checkCall("scheduler.loadStateDict(saved)", arguments);
    checkSchedulerState(this, this.optimizer, saved);
    const { lastEpoch, baseLrs, lastLr } = saved;
    this.lastEpoch = lastEpoch;
    this.baseLrs.splice(0, this.baseLrs.length, ...baseLrs);
    this.#lastLr = [...lastLr];
    setRates(this.optimizer, lastLr);
  }
}

/** Throws ArgumentError unless it is a schedule's state, with rates for the optimizer's groups. */
export function checkSchedulerState(
  scheduler: object,
  optimizer: Scheduled,
  saved: SchedulerStateDict,
): void {
  checkPlace(scheduler, optimizer, saved);
  checkRates(scheduler, optimizer, "baseLrs", saved.baseLrs);
}

/**
 * Throws ArgumentError unless the state says at which step it was taken, and has a rate for every
 * group.
 */
export function checkPlace(
  scheduler: object,
  optimizer: Scheduled,
  saved: { readonly lastEpoch: number; readonly lastLr: readonly number[] },
): void {
  const { name } = scheduler.constructor;
  if (typeof saved !== "object" || saved === null || Array.isArray(saved)) {
    throw new ArgumentError(
      `${name}.loadStateDict: takes a scheduler's state, got ${describe(saved)}\n  hint: what stateDict() gave`,
    );
  }
  checkAmount(scheduler, "lastEpoch", saved.lastEpoch);
  checkRates(scheduler, optimizer, "lastLr", saved.lastLr);
}

/** Throws ArgumentError unless it is a finite number, 0 or more. */
export function checkAmount(scheduler: object, name: string, value: unknown): void {
  if (Number.isFinite(value) && (value as number) >= 0) return;
  throw new ArgumentError(
    `${scheduler.constructor.name}.loadStateDict: ${name} is ${describe(value)}\n  hint: a number, 0 or more`,
  );
}

function checkRates(
  scheduler: object,
  { paramGroups }: Scheduled,
  name: string,
  rates: readonly number[],
): void {
  const call = `${scheduler.constructor.name}.loadStateDict`;
  const isList =
    Array.isArray(rates) && rates.every((rate) => Number.isFinite(rate) && (rate as number) >= 0);
  if (!isList) {
    throw new ArgumentError(
      `${call}: ${name} is ${describe(rates)}\n  hint: a rate for each group, 0 or more`,
    );
  }
  if (rates.length === paramGroups.length) return;
  throw new ArgumentError(
    `${call}: saved for ${rates.length} groups, here are ${paramGroups.length}`,
  );
}

export function ratesOf(optimizer: Scheduled): number[] {
  return optimizer.paramGroups.map(({ lr }) => lr);
}

export function setRates(optimizer: Scheduled, rates: readonly number[]): void {
  for (const [i, group] of optimizer.paramGroups.entries()) group.lr = rates[i] as number;
}

/** Momentum, or what stands for it with Adam and its kin. */
export function momentumOf(group: ScheduledGroup): number | undefined {
  return group.betas?.[0] ?? group.momentum;
}

function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas === undefined) group.momentum = momentum;
  else group.betas = [momentum, group.betas[1]];
}

/** Throws ArgumentError for anything but an optimizer. */
export function checkOptimizer(scheduler: string, optimizer: Scheduled): void {
  if (Array.isArray((optimizer as Partial<Scheduled> | null)?.paramGroups)) return;
  throw new ArgumentError(
    `${scheduler}: takes an optimizer, got ${describe(optimizer)}\n  hint: new ${scheduler}(optimizer, …)`,
  );
}

/**
 * One value per group: the same for all, or a list. Throws ArgumentError if the list has another
 * length.
 */
export function perGroup<T>(
  scheduler: string,
  setting: string,
  optimizer: Scheduled,
  value: T | readonly T[],
): readonly T[] {
  checkOptimizer(scheduler, optimizer);
  const { paramGroups } = optimizer;
  if (!Array.isArray(value)) return paramGroups.map(() => value as T);
  if (value.length === paramGroups.length) return value;
  throw new ArgumentError(
    `${scheduler}: ${setting} has ${value.length} values for ${paramGroups.length} groups`,
  );
}
