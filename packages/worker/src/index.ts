/** The page's side: a handle of a training in a worker. No tensor is here. */
export { connect, type TrainingOf } from "./page/connect.ts";
export { type NodeThread, type WebWorker, WorkerError } from "./page/connection.ts";
export type { ConnectOptions, Events, OpenOptions, RunPace, State } from "./page/events.ts";
export { SupersededError, type Training } from "./page/training.ts";
export type { ErrorClass } from "./protocol/errors.ts";
export type {
  Checkpoint,
  DeviceFacts,
  DeviceName,
  Frame,
  Loading,
  MachineFacts,
  Opened,
  Pace,
  Served,
  Wanted,
} from "./protocol/protocol.ts";
