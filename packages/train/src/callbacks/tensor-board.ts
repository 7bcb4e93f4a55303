import { checkCall } from "@wgrad/autograd/plugin";
import type { EpochRecord } from "../history.ts";
import { eventRecord } from "../log/event.ts";
import { type LogOptions, RunLog, type StepRecord } from "../log/run-log.ts";
import type { LogTarget } from "../log/sink.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Writes event files that TensorBoard shows: `step/loss` and `step/lr` after every `every` updates,
 * and `training/…` and `validation/…` after every epoch. A path is a folder, and each run, also one
 * that goes on, writes a file of its own in it: TensorBoard then forgets what earlier files have
 * after that step. A function gets each record's bytes; without a target `blob()` has the file.
 *
 * ```ts
 * new TensorBoard("runs/a"); // tensorboard --logdir runs
 * ```
 *
 * Training ends with a SavingError where the file cannot be written.
 */
export class TensorBoard extends RunLog<Bytes> {
  constructor(target?: LogTarget<Bytes>, options: LogOptions = {}) {
    checkCall("new TensorBoard(target?, { every: number })", arguments);
    super("TensorBoard", target, options);
  }

  /** The event file so far, where there is no target. */
  blob(): Blob {
    if (arguments.length > 0) checkCall("log.blob()", arguments);
    return this.blobOf("application/octet-stream");
  }

  protected override begin(step: number): readonly Bytes[] {
    const first = eventRecord({ ...now(), step: 0, fileVersion: "brain.Event:2" });
    return step === 0 ? [first] : [first, eventRecord({ ...now(), step: step + 1, starts: true })];
  }

  protected override step({ step, loss, learningRates }: StepRecord): readonly Bytes[] {
    const rates = learningRates.map((rate, i): [string, number] => [
      learningRates.length === 1 ? "step/lr" : `step/lr/${i}`,
      rate,
    ]);
    const scalars = { "step/loss": loss, ...Object.fromEntries(rates) };
    return [eventRecord({ ...now(), step, scalars })];
  }

  protected override epoch({ step, training, validation }: EpochRecord): readonly Bytes[] {
    const named = (pass: string, scores: object | null): [string, number][] =>
      Object.entries(scores ?? {}).map(([name, score]) => [`${pass}/${name}`, score]);
    const scalars = Object.fromEntries([
      ...named("training", training),
      ...named("validation", validation),
    ]);
    return [eventRecord({ ...now(), step, scalars })];
  }

  protected override bytesOf(part: Bytes): Bytes {
    return part;
  }

  /** TensorBoard reads the files of a folder in the order of their names. */
  protected override fileAt(path: string): string {
    const { hostname } = process.getBuiltinModule("node:os");
    const milliseconds = String(Date.now()).padStart(13, "0");
    const seconds = milliseconds.slice(0, -3);
    const own = `${process.pid}.${milliseconds.slice(-3)}.${files++}`;
    return `${path.replace(/[\\/]$/, "")}/events.out.tfevents.${seconds.padStart(10, "0")}.${hostname()}.${own}`;
  }
}

let files = 0;
const now = (): { readonly wallTime: number } => ({ wallTime: Date.now() / 1000 });
