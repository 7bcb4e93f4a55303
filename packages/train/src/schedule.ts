import { ArgumentError } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";
import { ReduceLROnPlateau } from "@wgrad/optim";
import { type EpochRecord, monitorsOf, scoreOf } from "./history.ts";

/** A schedule of the learning rate, as those of `@wgrad/optim` are. */
export interface StepScheduler extends Stateful {
  step(): void;
}

/** One that goes by the number of steps, or by a score. */
export type Scheduler = StepScheduler | ReduceLROnPlateau;

/** When and by what a scheduler steps. */
export interface ScheduleOptions {
  readonly scheduler?: Scheduler;
  readonly schedulePer?: "epoch" | "step";
  readonly scheduleMonitor?: string;
}

/** Throws ArgumentError for settings that do not fit each other. */
export function checkSchedule({ scheduler, schedulePer = "epoch" }: ScheduleOptions): void {
  if (schedulePer !== "epoch" && schedulePer !== "step") {
    throw new ArgumentError(
      `fit: schedulePer is "epoch" or "step"; got ${JSON.stringify(schedulePer)}`,
    );
  }
  if (schedulePer === "step" && scheduler instanceof ReduceLROnPlateau) {
    throw new ArgumentError(
      'fit: ReduceLROnPlateau goes by a score, which there is after epochs only\n  hint: leave out schedulePer: "step"',
    );
  }
}

/** The scheduler's step after an update. */
export function stepAfterUpdate({ scheduler, schedulePer }: ScheduleOptions): void {
  if (schedulePer === "step") (scheduler as StepScheduler | undefined)?.step();
}

/** The scheduler's step after an epoch. */
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
 * A record's number. Throws ArgumentError, with the names there are, if there is none of this name.
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
