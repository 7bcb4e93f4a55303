import { workerData } from "node:worker_threads";
import type { SharedGroup } from "../transport/threads.ts";

/** Where a rank that is a thread finds what it was given. */
export const KEY = "@wgrad/distributed";

/** What the launcher gives a rank. */
export interface Launched {
  readonly rank: number;
  readonly memory: SharedGroup;
}

/** What this thread was given; null where it was not started as a rank. */
export function launchedRank(): Launched | null {
  return (workerData as { [KEY]?: Launched } | null)?.[KEY] ?? null;
}
