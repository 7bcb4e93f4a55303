import { workerData } from "node:worker_threads";
import type { SharedGroup } from "../transport/threads.ts";

/** Key of the launch arguments in a thread's `workerData`. */
export const KEY = "@wgrad/distributed";

/** What the launcher passes to a rank. */
export interface Launched {
  readonly rank: number;
  readonly memory: SharedGroup;
}

/** The launch arguments of this thread; null if it was not started as a rank. */
export function launchedRank(): Launched | null {
  return (workerData as { [KEY]?: Launched } | null)?.[KEY] ?? null;
}
