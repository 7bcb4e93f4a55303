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

/** What a rule is told: how many steps were taken, a group's number, its rate or momentum now, and its first rate. */
export interface Moment {
  readonly epoch: number;
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
 * Base of every schedule that depends on the number of steps alone. Making one takes step 0: it sets the first rate.
 * Call `step()` after the optimizer's, once an epoch or a batch, as the schedule is meant.
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

  constructor(optimizer: Scheduled, rules: Rules, { lastEpoch = -1 }: SchedulerOptions = {}) {
    checkOptimizer(new.target.name, optimizer);
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
    this.#moveTo(lastEpoch + 1);
  }

  /** Takes the next step: sets every group's rate. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.#moveTo(this.lastEpoch + 1);
  }

  /** Goes to step `epoch` (from 0) of the schedule as if it began at the first rate. Schedules in a sequence start so. */
  protected jumpTo(epoch: number): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.lr = this.baseLrs[i] ?? group.lr;
    }
    this.#moveTo(epoch);
  }

  #moveTo(epoch: number): void {
    this.lastEpoch = epoch;
    const { lr, momentum } = this.#rules;
    // a group added later has no first rate yet: that is the one it came with
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.initialLr ??= group.lr;
      this.baseLrs[i] ??= group.initialLr;
      const place = { epoch, group: i, base: this.baseLrs[i] as number };
      group.lr = lr({ ...place, now: group.lr });
      if (momentum !== undefined)
        setMomentum(group, momentum({ ...place, now: momentumOf(group) as number }));
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

  /** Goes on where `stateDict()` was taken, and sets the rates of then. */
  loadStateDict({ lastEpoch, baseLrs, lastLr }: SchedulerStateDict): void {
    checkCall("scheduler.loadStateDict(saved)", arguments);
    checkGroups(this, this.optimizer, lastLr);
    this.lastEpoch = lastEpoch;
    this.baseLrs.splice(0, this.baseLrs.length, ...baseLrs);
    this.#lastLr = [...lastLr];
    setRates(this.optimizer, lastLr);
  }
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

/** Throws ArgumentError unless there is one saved rate per group. */
export function checkGroups(
  scheduler: object,
  { paramGroups }: Scheduled,
  rates: readonly number[],
): void {
  if (rates.length === paramGroups.length) return;
  throw new ArgumentError(
    `${scheduler.constructor.name}.loadStateDict: saved for ${rates.length} groups, here are ${paramGroups.length}`,
  );
}

/** One value per group: the same for all, or a list. Throws ArgumentError if the list has another length. */
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
