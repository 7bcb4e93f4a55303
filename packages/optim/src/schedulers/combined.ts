import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import {
  checkProgress,
  checkSchedulerState,
  LRScheduler,
  ratesOf,
  type Scheduled,
  type SchedulerStateDict,
  setRates,
} from "./scheduler.ts";

/** States of several schedulers as plain data. */
export interface CombinedStateDict {
  readonly lastEpoch: number;
  readonly schedulers: readonly SchedulerStateDict[];
  readonly lastLr: readonly number[];
}

/**
 * Runs schedulers one after another. Each starts at its own step 0 when the number of steps reaches
 * its milestone.
 */
export class SequentialLR {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];
  /** Number of steps taken. */
  lastEpoch = 0;

  constructor(
    optimizer: Scheduled,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    checkCall("new SequentialLR(optimizer: any, schedulers: array, milestones: int[])", arguments);
    checkParts("SequentialLR", optimizer, schedulers);
    if (milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: ${schedulers.length} schedulers and ${milestones.length} milestones` +
          "\n  hint: give one milestone less than schedulers",
      );
    }
    if (milestones.some((milestone, i) => milestone <= (milestones[i - 1] ?? 0))) {
      throw new ArgumentError(
        `SequentialLR: milestones must be above 0 and increase, got ${milestones.join(", ")}`,
      );
    }
    this.optimizer = optimizer;
    this.schedulers = schedulers;
    this.milestones = milestones;
    // every scheduler took its step 0 when it was made; undo that
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    (schedulers[0] as LRScheduler).restart();
  }

  /** Takes the next step of the active scheduler. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.lastEpoch++;
    const turn = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    const scheduler = this.schedulers[turn] as LRScheduler;
    if (turn > 0 && this.milestones[turn - 1] === this.lastEpoch) scheduler.restart();
    else scheduler.step();
  }

  /** The current learning rate of each group. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** Its own state and those of its schedulers. */
  stateDict(): CombinedStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return pack(this);
  }

  /** Restores what `stateDict()` returned, and sets the saved rates. */
  loadStateDict(saved: CombinedStateDict): void {
    checkCall("scheduler.loadStateDict(saved: any)", arguments);
    restore(this, saved);
  }
}

/** Steps several schedulers at once. Each changes the rate that the previous one has set. */
export class ChainedScheduler {
  readonly optimizer: Scheduled;
  readonly schedulers: readonly LRScheduler[];
  /** Number of steps taken. */
  lastEpoch = 0;

  constructor(
    schedulers: readonly LRScheduler[],
    options: { readonly optimizer?: Scheduled } = {},
  ) {
    checkCall("new ChainedScheduler(schedulers: any, { optimizer: object })", arguments);
    const { optimizer = schedulers?.[0]?.optimizer } = options;
    checkParts("ChainedScheduler", optimizer, schedulers);
    this.optimizer = optimizer as Scheduled;
    this.schedulers = schedulers;
  }

  /** Takes the next step of every scheduler. */
  step(): void {
    checkCall("scheduler.step()", arguments);
    this.lastEpoch++;
    for (const scheduler of this.schedulers) scheduler.step();
  }

  /** The current learning rate of each group. */
  getLastLr(): number[] {
    checkCall("scheduler.getLastLr()", arguments);
    return ratesOf(this.optimizer);
  }

  /** The states of its schedulers. */
  stateDict(): CombinedStateDict {
    checkCall("scheduler.stateDict()", arguments);
    return pack(this);
  }

  /** Restores what `stateDict()` returned, and sets the saved rates. */
  loadStateDict(saved: CombinedStateDict): void {
    checkCall("scheduler.loadStateDict(saved: any)", arguments);
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

/** Checks its own state and those of all parts, before any of them changes. */
function checkCombined(scheduler: Combined, saved: CombinedStateDict): void {
  const { optimizer, schedulers } = scheduler;
  checkProgress(scheduler, optimizer, saved);
  const call = `${scheduler.constructor.name}.loadStateDict`;
  if (!Array.isArray(saved.schedulers)) {
    throw new ArgumentError(`${call}: schedulers is ${describe(saved.schedulers)}, not a list`);
  }
  if (saved.schedulers.length !== schedulers.length) {
    throw new ArgumentError(
      `${call}: the state has ${saved.schedulers.length} schedulers, but there are ${schedulers.length}`,
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
  const own = optimizer !== undefined && schedulers.length > 0;
  if (own && schedulers.every((part) => part?.optimizer === optimizer)) return;
  throw new ArgumentError(
    `${name}: ${schedulers.length === 0 ? "no schedulers" : "the schedulers belong to different optimizers"}`,
  );
}
