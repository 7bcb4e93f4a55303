import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import {
  checkPlace,
  checkSchedulerState,
  LRScheduler,
  ratesOf,
  type Scheduled,
  type SchedulerStateDict,
  setRates,
} from "./scheduler.ts";

/** Several schedules' places as plain data. */
export interface CombinedStateDict {
  readonly lastEpoch: number;
  readonly schedulers: readonly SchedulerStateDict[];
  readonly lastLr: readonly number[];
}

/**
 * One schedule after the other: the next begins, at its step 0, when as many steps were taken as
 * its milestone says.
 */
export class SequentialLR {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];
  /** Steps taken, from 0. */
  lastEpoch = 0;

  constructor(
    optimizer: Scheduled,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    checkCall("new SequentialLR(optimizer, schedulers, milestones: list)", arguments);
    checkParts("SequentialLR", optimizer, schedulers);
    if (milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: ${schedulers.length} schedulers and ${milestones.length} milestones` +
          "\n  hint: one milestone less than schedulers",
      );
    }
    if (milestones.some((milestone, i) => milestone <= (milestones[i - 1] ?? 0))) {
      throw new ArgumentError(
        `SequentialLR: milestones ${milestones.join(", ")} do not rise from above 0`,
      );
    }
    this.optimizer = optimizer;
    this.schedulers = schedulers;
    this.milestones = milestones;
    // each of them took its step 0 when it was made
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    (schedulers[0] as LRScheduler).restart();
  }

  /** Takes the next step of the schedule whose turn it is. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.lastEpoch++;
    const turn = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    const scheduler = this.schedulers[turn] as LRScheduler;
    if (turn > 0 && this.milestones[turn - 1] === this.lastEpoch) scheduler.restart();
    else scheduler.step();
  }

  /** Each group's rate. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** Where it and its schedules are. */
  stateDict(): CombinedStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return pack(this);
  }

  /** Goes on where `stateDict()` was taken, and sets the rates of then. */
  loadStateDict(saved: CombinedStateDict): void {
    checkCall("scheduler.loadStateDict(saved)", arguments);
    restore(this, saved);
  }
}

/** All schedules at once: each changes the rate that the one before it gave. */
export class ChainedScheduler {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];
  /** Steps taken, from 0. */
  lastEpoch = 0;

  constructor(
    schedulers: readonly LRScheduler[],
    options: { readonly optimizer?: Scheduled } = {},
  ) {
    checkCall("new ChainedScheduler(schedulers, { optimizer })", arguments);
    const { optimizer = schedulers?.[0]?.optimizer } = options;
    checkParts("ChainedScheduler", optimizer, schedulers);
    this.optimizer = optimizer as Scheduled;
    this.schedulers = schedulers;
  }

  /** Takes the next step of every schedule. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.lastEpoch++;
    for (const scheduler of this.schedulers) scheduler.step();
  }

  /** Each group's rate. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** Where its schedules are. */
  stateDict(): CombinedStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return pack(this);
  }

  /** Goes on where `stateDict()` was taken, and sets the rates of then. */
  loadStateDict(saved: CombinedStateDict): void {
    checkCall("scheduler.loadStateDict(saved)", arguments);
    restore(this, saved);
  }
}

interface Combined {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];
  lastEpoch: number;
  getLastLr(): number[];
}

function pack(scheduler: Combined): CombinedStateDict {
  const { schedulers, lastEpoch } = scheduler;
  return {
    lastEpoch,
    schedulers: schedulers.map((part) => part.stateDict()),
    lastLr: scheduler.getLastLr(),
  };
}

function restore(scheduler: Combined, saved: CombinedStateDict): void {
  checkCombined(scheduler, saved);
  scheduler.schedulers.forEach((part, i) => {
    part.loadStateDict(saved.schedulers[i] as SchedulerStateDict);
  });
  scheduler.lastEpoch = saved.lastEpoch;
  setRates(scheduler.optimizer, saved.lastLr);
}

/** Checks the state and those of all parts, before any of them is changed. */
function checkCombined(scheduler: Combined, saved: CombinedStateDict): void {
  const { optimizer, schedulers } = scheduler;
  checkPlace(scheduler, optimizer, saved);
  const call = `${scheduler.constructor.name}.loadStateDict`;
  if (!Array.isArray(saved.schedulers)) {
    throw new ArgumentError(`${call}: schedulers is ${describe(saved.schedulers)}, not a list`);
  }
  if (saved.schedulers.length !== schedulers.length) {
    throw new ArgumentError(
      `${call}: saved of ${saved.schedulers.length} schedulers, here are ${schedulers.length}`,
    );
  }
  schedulers.forEach((part, i) => {
    const own = saved.schedulers[i] as SchedulerStateDict;
    if (part instanceof LRScheduler) checkSchedulerState(part, part.optimizer, own);
    else checkCombined(part as Combined, own as unknown as CombinedStateDict);
  });
}

function checkParts(
  name: string,
  optimizer: Scheduled | undefined,
  schedulers: readonly LRScheduler[],
): void {
  if (!Array.isArray(schedulers)) {
    throw new ArgumentError(`${name}: takes an array of schedulers, got ${describe(schedulers)}`);
  }
  if (schedulers.length > 0 && schedulers.every((part) => part.optimizer === optimizer)) return;
  throw new ArgumentError(
    `${name}: ${schedulers.length === 0 ? "no schedulers" : "its schedulers are of different optimizers"}`,
  );
}
