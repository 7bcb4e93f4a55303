export type { Batches, BatchMetric, Examples, LossFunction, Outcome } from "./batch.ts";
export type { MonitorOptions } from "./callbacks/best.ts";
export type { Callback } from "./callbacks/callback.ts";
export { Checkpoint, type CheckpointOptions } from "./callbacks/checkpoint.ts";
export {
  EarlyStopping,
  type EarlyStoppingOptions,
  type EarlyStoppingStateDict,
} from "./callbacks/early-stopping.ts";
export { JsonLines } from "./callbacks/json-lines.ts";
export { LearningRateMonitor } from "./callbacks/learning-rate-monitor.ts";
export { NaNStop, NotFiniteError } from "./callbacks/nan-stop.ts";
export { Progress, type ProgressReport, progressLine } from "./callbacks/progress.ts";
export { TensorBoard } from "./callbacks/tensor-board.ts";
export { type EvaluateOptions, evaluate } from "./evaluate.ts";
export { type FitOptions, fit } from "./fit.ts";
export type { EpochRecord, History, Scores } from "./history.ts";
export type { LogOptions, RunLog, StepRecord } from "./log/run-log.ts";
export type { LogTarget } from "./log/sink.ts";
export type { RankedModel } from "./ranks.ts";
export type { Run, TrainOptimizer } from "./run.ts";
export type { Scheduler, StepScheduler } from "./schedule.ts";
