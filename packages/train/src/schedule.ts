import { ArgumentError } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";
import { ReduceLROnPlateau } from "@wgrad/optim";
import { type EpochRecord, monitorsOf, scoreOf } from "./history.ts";

/** A learning-rate schedule, such as those of `@wgrad/optim`. */
export interface StepScheduler extends Stateful {
  step(): void;
}

/** A schedule that depends on the number of steps, or on a score. */
export type Scheduler = StepScheduler | ReduceLROnPlateau;

/** When the scheduler steps, and which score it gets. */
export interface ScheduleOptions {
  readonly scheduler?: Scheduler;
  readonly schedulePer?: "epoch" | "step";
  readonly scheduleMonitor?: string;
}

/** Throws ArgumentError for settings that contradict each other. */
export function checkSchedule({ scheduler, schedulePer = "epoch" }: ScheduleOptions): void {
  if (schedulePer !== "epoch" && schedulePer !== "step") {
    throw new ArgumentError(
      `fit: schedulePer is "epoch" or "step"; got ${JSON.stringify(schedulePer)}`,
    );
  }
  if (schedulePer === "step" && scheduler instanceof ReduceLROnPlateau) {
    throw new ArgumentError(
      'fit: ReduceLROnPlateau needs a score, which exists only after epochs\n  hint: leave out schedulePer: "step"',
    );
  }
}

/** Steps the scheduler after an update. */
export function stepAfterUpdate({ scheduler, schedulePer }: ScheduleOptions): void {
  if (schedulePer === "step") (scheduler as StepScheduler | undefined)?.step();
}

/** Steps the scheduler after an epoch. */
export function stepAfterEpoch(
  record: EpochRecord,
  { scheduler, schedulePer = "epoch", scheduleMonitor }: ScheduleOptions,
): void {
  if (scheduler === undefined || schedulePer === "step") return;
  if (!(scheduler instanceof ReduceLROnPlateau)) {
    scheduler.step();
    return;
  }
  const monitor =
    scheduleMonitor ?? (record.validation === null ? "training.loss" : "validation.loss");
  scheduler.step(monitored("fit", "scheduleMonitor", record, monitor));
}

/**
 * A score of a record by name. Throws ArgumentError, with the recorded names, if there is none of
 * this name.
 */
export function monitored(
  call: string,
  setting: string,
  record: EpochRecord,
  monitor: string,
): number {
  const score = scoreOf(record, monitor);
  if (score !== undefined) return score;
  throw new ArgumentError(
    `${call}: ${setting} is ${JSON.stringify(monitor)}, which is not recorded` +
      `\n  hint: one of ${monitorsOf(record).join(", ")}`,
  );
}
