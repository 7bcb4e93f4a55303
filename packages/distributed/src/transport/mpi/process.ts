import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { DistributedError } from "../../errors.ts";
import type { Transport } from "../transport.ts";
import { launchedSize, loadMpi, type Mpi } from "./library.ts";
import { MpiTransport } from "./transport.ts";

/** Thread level: only the main thread calls libmpi. */
const FUNNELED = 1;

/**
 * Starts MPI in this process. If the process ends without `end`, all ranks end; its error is
 * describeHeader first, so that it is not lost among the errors that follow. `leave` is called when the
 * program ends by itself.
 */
export async function openMpi(
  leave: () => Promise<void> | null,
): Promise<{ transport: Transport; end: () => Promise<void> }> {
  const mpi = await loadMpi();
  const begun: [number] = [0];
  mpi.calls.initialized(begun);
  const provided: [number] = [0];
  if (begun[0] === 0 && mpi.calls.initThread(null, null, FUNNELED, provided) !== 0)
    throw new DistributedError(`initProcessGroup: MPI_Init_thread of ${mpi.version} failed`);
  mpi.calls.setErrors(mpi.world, mpi.errorsReturn);
  const made = new BigUint64Array(1);
  mpi.calls.dup(mpi.world, made);
  const transport = new MpiTransport(mpi, mpi.readHandle(made));
  if (transport.size === 1 && launchedSize() > 1) {
    throw new DistributedError(
      `initProcessGroup: the launcher started ${launchedSize()} processes, but ${mpi.version} sees only one; the launcher belongs to another MPI` +
        "\n  hint: use mpirun of the same MPI, or set WGRAD_MPI_LIBRARY=/path/to/libmpi.so to the launcher's",
    );
  }
  const guard = new Guard(mpi, transport.rank, leave);
  return {
    transport,
    end: async () => {
      guard.stop();
      mpi.calls.finalize();
    },
  };
}

/** Aborts all ranks if this process ends early. */
class Guard {
  readonly #mpi: Mpi;
  readonly #rank: number;
  #error: { readonly thrown: unknown } | null = null;
  readonly #leave: () => void;

  constructor(mpi: Mpi, rank: number, leave: () => Promise<void> | null) {
    this.#mpi = mpi;
    this.#rank = rank;
    this.#leave = () => void leave();
    process.on("uncaughtExceptionMonitor", this.#note);
    process.once("beforeExit", this.#leave);
    process.on("exit", this.#abort);
  }

  stop(): void {
    process.off("uncaughtExceptionMonitor", this.#note);
    process.off("beforeExit", this.#leave);
    process.off("exit", this.#abort);
  }

  readonly #note = (thrown: unknown): void => {
    this.#error ??= { thrown };
  };

  readonly #abort = (code: number): void => {
    if (this.#error === null && code > 128) return; // a signal: the launcher ends this rank because another failed
    const why =
      this.#error === null
        ? `ended with exit code ${code} before destroyProcessGroup()`
        : inspect(this.#error.thrown);
    try {
      writeSync(2, `rank ${this.#rank}: ${why}\n`);
    } catch {
      // stderr is closed
    }
    this.#mpi.calls.abort(this.#mpi.world, code === 0 ? 1 : code);
  };
}
