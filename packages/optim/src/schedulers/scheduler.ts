import { ArgumentError } from "@wgrad/autograd";
import { checkCall, defineKind, describe } from "@wgrad/autograd/plugin";

/** The settings of a group that a scheduler reads and writes. */
export interface ScheduledGroup {
  lr: number;
  /** The rate that schedules start from: the value of `lr` when the first scheduler was made. */
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** What a scheduler needs of an optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Settings that every scheduler has. */
export interface SchedulerOptions {
  /** Number of the last step taken before a resumed run (default -1: none). */
  readonly lastEpoch?: number;
}

/**
 * Arguments of a rule: the step `epoch`, the index of the group, its current value `now` and its
 * first rate `base`.
 */
export interface RuleContext {
  readonly epoch: number;
  /**
   * True while the scheduler is constructed. With `lastEpoch`, the current rate then belongs to
   * this step already.
   */
  readonly initial: boolean;
  readonly group: number;
  readonly now: number;
  readonly base: number;
}

/** Computes the next value of a setting. */
export type Rule = (context: RuleContext) => number;

/**
 * Rules of the rate and, for schedules that cycle it, of the momentum (β₁ for Adam and its
 * variants).
 */
export interface Rules {
  readonly lr: Rule;
  readonly momentum?: Rule;
}

/** A scheduler's state as plain data. */
export interface SchedulerStateDict {
  readonly lastEpoch: number;
  readonly baseLrs: readonly number[];
  readonly lastLr: readonly number[];
}

/**
 * Base class of schedules that depend only on the number of steps. The constructor takes step 0,
 * which sets the first rate. Call `step()` after the optimizer's step, or once per epoch, as the
 * schedule requires.
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
  /** Number of steps taken. */
  lastEpoch: number;
  readonly #rules: Rules;
  #lastLr: number[] = [];

  constructor(optimizer: Scheduled, rules: Rules, options: SchedulerOptions = {}) {
    // subclasses check their own calls
    if (new.target === LRScheduler)
      checkCall("new LRScheduler(optimizer: any, rules: rules, { lastEpoch: number })", arguments);
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

  /** Takes the next step and sets every group's rate. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.#moveTo(this.lastEpoch + 1);
  }

  /**
   * Jumps to step `epoch` as if the schedule had started at the first rate. SequentialLR starts
   * schedulers this way.
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
      // a group added later starts from its own rate
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

  /** Restarts the schedule at its first rate. */
  restart(): void {
    checkCall("scheduler.restart()", arguments);
    this.jumpTo(0);
  }

  /** Each group's rate as set by the last step. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return [...this.#lastLr];
  }

  /** Its state; the settings are the constructor's. */
  stateDict(): SchedulerStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return {
      lastEpoch: this.lastEpoch,
      baseLrs: [...this.baseLrs],
      lastLr: this.getLastLr(),
    };
  }

  /**
   * Restores what `stateDict()` returned, and sets the saved rates. Throws ArgumentError if `saved`
   * is not such a state or has another number of groups; nothing is then changed.
   */
  loadStateDict(saved: SchedulerStateDict): void {
    checkCall("scheduler.loadStateDict(saved: any)", arguments);
    checkSchedulerState(this, this.optimizer, saved);
    const { lastEpoch, baseLrs, lastLr } = saved;
    this.lastEpoch = lastEpoch;
    this.baseLrs.splice(0, this.baseLrs.length, ...baseLrs);
    this.#lastLr = [...lastLr];
    setRates(this.optimizer, lastLr);
  }
}

/**
 * Throws ArgumentError unless `saved` is a scheduler's state with one rate per group of the
 * optimizer.
 */
export function checkSchedulerState(
  scheduler: object,
  optimizer: Scheduled,
  saved: SchedulerStateDict,
): void {
  checkProgress(scheduler, optimizer, saved);
  checkRates(scheduler, optimizer, "baseLrs", saved.baseLrs);
}

/** Throws ArgumentError unless `saved` has a step number and one rate per group. */
export function checkProgress(
  scheduler: object,
  optimizer: Scheduled,
  saved: { readonly lastEpoch: number; readonly lastLr: readonly number[] },
): void {
  const { name } = scheduler.constructor;
  if (typeof saved !== "object" || saved === null || Array.isArray(saved)) {
    throw new ArgumentError(
      `${name}.loadStateDict: takes a scheduler's state, got ${describe(saved)}\n  hint: pass what stateDict() returned`,
    );
  }
  checkAmount(scheduler, "lastEpoch", saved.lastEpoch);
  checkRates(scheduler, optimizer, "lastLr", saved.lastLr);
}

/** Throws ArgumentError unless `value` is a finite number ≥ 0. */
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
      `${call}: ${name} is ${describe(rates)}\n  hint: one rate per group, 0 or more`,
    );
  }
  if (rates.length === paramGroups.length) return;
  throw new ArgumentError(
    `${call}: the state has ${rates.length} groups, but the optimizer has ${paramGroups.length}`,
  );
}

export function ratesOf(optimizer: Scheduled): number[] {
  return optimizer.paramGroups.map(({ lr }) => lr);
}

export function setRates(optimizer: Scheduled, rates: readonly number[]): void {
  for (const [i, group] of optimizer.paramGroups.entries()) group.lr = rates[i] as number;
}

/** The momentum of a group, which is β₁ for Adam and its variants. */
export function momentumOf(group: ScheduledGroup): number | undefined {
  return group.betas?.[0] ?? group.momentum;
}

function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas === undefined) group.momentum = momentum;
  else group.betas = [momentum, group.betas[1]];
}

defineKind(
  "rules",
  "rules, { lr }",
  (value) => typeof (value as Partial<Rules> | null)?.lr === "function",
);

/** Throws ArgumentError unless `optimizer` has parameter groups. */
export function checkOptimizer(scheduler: string, optimizer: Scheduled): void {
  if (Array.isArray((optimizer as Partial<Scheduled> | null)?.paramGroups)) return;
  throw new ArgumentError(
    `${scheduler}: takes an optimizer, got ${describe(optimizer)}\n  hint: new ${scheduler}(optimizer, …)`,
  );
}

/**
 * One value per group, from a single value or a list. Throws ArgumentError if the list has another
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
    `${scheduler}: ${setting} has ${value.length} values, but there are ${paramGroups.length} groups`,
  );
}
