/** Threads of Node. */
import { SHARE_ENV, Worker } from "node:worker_threads";
import { threadCode, watchThreads } from "@wgrad/autograd/node";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of `startThread`. */
export interface ThreadOptions {
  /** What the program finds as `workerData`. */
  readonly data?: unknown;
  /** Options of Node (default: those of this process). */
  readonly execArgv?: readonly string[];
}

/**
 * A thread of Node that runs a program, for `connect(() => startThread(file))`. It shares the
 * process's environment, as WebGPU in software asks; TypeScript is read by `tsx`, if that is
 * installed, where Node does not read it.
 */
export function startThread(program: string | URL, options: ThreadOptions = {}): Worker {
  checkCall("startThread(program: any, { data, execArgv })", arguments);
  watchThreads();
  const { data, execArgv } = options;
  return new Worker(threadCode("startThread", program), {
    eval: true,
    env: SHARE_ENV,
    workerData: data,
    ...(execArgv !== undefined && { execArgv: [...execArgv] }),
  });
}
