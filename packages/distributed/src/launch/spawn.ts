import { SHARE_ENV, Worker } from "node:worker_threads";
import { ArgumentError } from "@wgrad/autograd";
import { threadCode, watchThreads } from "@wgrad/autograd/node";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { DistributedError } from "../errors.ts";
import { ENDED, FAILED, shareMemory } from "../transport/threads.ts";
import { KEY, type Launched } from "./launched.ts";

/** Settings of `spawn`. */
export interface SpawnOptions {
  /** Number of ranks. */
  readonly nprocs: number;
  /** Arguments of the program in `process.argv`, after its name. */
  readonly args?: readonly string[];
  /** Options of Node, such as `["--conditions=development"]` (default: those of this process). */
  readonly execArgv?: readonly string[];
  /** Receives messages that ranks send with `parentPort.postMessage`. */
  readonly onMessage?: (message: unknown, rank: number) => void;
}

/** A rank ended with an error, which is the `cause`. */
export class RankFailedError extends DistributedError {
  static override readonly name: string = "RankFailedError";
  readonly rank: number;

  constructor(rank: number, why: string, cause?: unknown) {
    super(`rank ${rank} ${why}`, cause === undefined ? undefined : { cause });
    this.rank = rank;
  }
}

/**
 * Runs a program as several ranks and waits for them. Each rank is a thread of this process with
 * its own modules and device. The first rank that fails ends the others.
 *
 * Throws RankFailedError with the error of the rank that failed first.
 */
export async function spawn(program: string | URL, options: SpawnOptions): Promise<void> {
  checkCall(
    "spawn(program: any, { nprocs: number, args, execArgv, onMessage: function })",
    arguments,
  );
  const { nprocs, args = [], execArgv, onMessage } = options;
  if (!(Number.isInteger(nprocs) && nprocs > 0)) {
    throw new ArgumentError(`spawn: nprocs is ${describe(nprocs)}\n  hint: a whole number ≥ 1`);
  }
  watchThreads();
  const code = threadCode("spawn", program);
  const status = new Int32Array(new SharedArrayBuffer(4 * nprocs));
  const ranks = Array.from({ length: nprocs }, (_, r) => r);
  const memory = shareMemory(`wgrad-${process.pid}-${++spawned}`, ranks, status);
  let first: RankFailedError | null = null;
  const workers: Worker[] = [];
  /** Sets a rank's status and wakes the ranks that wait for it. */
  const tell = (rank: number, state: number): void => {
    Atomics.store(status, rank, state);
    for (const r of ranks) Atomics.notify(memory.arrived, r);
  };
  const fail = (rank: number, error: RankFailedError): void => {
    if (first !== null) return;
    first = error;
    tell(rank, FAILED);
    for (const worker of workers) void worker.terminate();
  };
  const ends = ranks.map(
    (rank) =>
      new Promise<void>((done) => {
        const launched: Launched = { rank, memory };
        const worker = new Worker(code, {
          eval: true,
          argv: [...args],
          env: SHARE_ENV, // software GPU drivers read the environment
          ...(execArgv !== undefined && { execArgv: [...execArgv] }),
          workerData: { [KEY]: launched },
        });
        workers.push(worker);
        worker.on("message", (message) => onMessage?.(message, rank));
        worker.on("error", (error) => fail(rank, failure(rank, error)));
        worker.on("exit", (code) => {
          if (code !== 0) fail(rank, new RankFailedError(rank, `ended with exit code ${code}`));
          if (Atomics.load(status, rank) !== FAILED) tell(rank, ENDED);
          done();
        });
      }),
  );
  await Promise.all(ends);
  if (first !== null) throw first;
}

let spawned = 0;

function failure(rank: number, error: unknown): RankFailedError {
  const text =
    error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : describe(error);
  return new RankFailedError(rank, `failed:\n${text}`, error);
}
