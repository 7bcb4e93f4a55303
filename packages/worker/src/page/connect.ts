import type { Served } from "../protocol/protocol.ts";
import type { NodeThread, WebWorker } from "./connection.ts";
import type { ConnectOptions } from "./events.ts";
import { checkOptions } from "./options.ts";
import { Training } from "./training.ts";

/**
 * A training that a worker serves. `make` makes the worker: when the first training is opened, and
 * again where a device was lost or another one is chosen.
 *
 * ```ts
 * const training = connect<Line>(() => new Worker(new URL("./line.ts", import.meta.url), { type: "module" }));
 * training.on("progress", ({ step, losses }) => console.log(step, losses.at(-1)));
 * await training.open({ lr: 0.1 });
 * await training.run();
 * ```
 */
export function connect<Program extends Served>(
  make: () => WebWorker | NodeThread,
  options: ConnectOptions = {},
): TrainingOf<Program> {
  if (typeof make !== "function") {
    throw new TypeError(
      "connect: what makes the worker is no function\n  hint: connect(() => new Worker(…)): a fresh one is made where a device was lost",
    );
  }
  checkOptions("connect(make, { errors, checkpointEvery, pace })", options);
  return new Training(make, options) as TrainingOf<Program>;
}

/** The handle of what a worker serves. */
export type TrainingOf<Program> =
  Program extends Served<infer Settings, infer Snapshot, infer Info, infer Own>
    ? Training<Settings, Snapshot, Info, Own>
    : never;
