import { checkCall } from "@wgrad/autograd/plugin";
import type { EpochRecord } from "../history.ts";
import { type LogOptions, RunLog, type StepRecord } from "../log/run-log.ts";
import type { LogTarget } from "../log/sink.ts";

/**
 * Writes a line of JSON after every `every` updates, `{"epoch", "step", "loss", "learningRates"}`,
 * and one after every epoch, its record. `time` is in milliseconds since 1970; NaN and infinities
 * are texts. The file at a path is written anew by a run that begins, and appended to, after a line
 * `{"resumed": step}`, by one that goes on. A function gets each line; without a target `blob()`
 * has them.
 *
 * ```ts
 * new JsonLines("runs/a.jsonl", { every: 50 });
 * new JsonLines((line) => navigator.sendBeacon("/log", line));
 * ```
 *
 * Training ends with a SavingError where the file cannot be written.
 */
export class JsonLines extends RunLog<string> {
  constructor(target?: LogTarget<string>, options: LogOptions = {}) {
    checkCall("new JsonLines(target?, { every: number })", arguments);
    super("JsonLines", target, options);
  }

  /** All lines so far, where there is no target. */
  blob(): Blob {
    if (arguments.length > 0) checkCall("log.blob()", arguments);
    return this.blobOf("application/jsonl");
  }

  protected override begin(step: number): readonly string[] {
    return step === 0 ? [] : [line({ resumed: step })];
  }

  protected override step(record: StepRecord): readonly string[] {
    return [line(record)];
  }

  protected override epoch(record: EpochRecord): readonly string[] {
    return [line(record)];
  }

  protected override bytesOf(part: string): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(`${part}\n`);
  }

  protected override fileAt(path: string): string {
    return path;
  }
}

const line = (record: object): string =>
  JSON.stringify({ time: Date.now(), ...record }, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
