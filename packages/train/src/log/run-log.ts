import type { Callback } from "../callbacks/callback.ts";
import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";
import { checkLog, type LogTarget, openLog, type Sink } from "./sink.ts";

/** Settings of the logs. */
export interface LogOptions {
  /** Writes a batch's loss and the learning rates after so many updates (default 10). */
  readonly every?: number;
}

/** What is known after an update. */
export interface StepRecord {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly learningRates: readonly number[];
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Writes what a run comes to, part by part: what has been written stays if the run fails. */
export abstract class RunLog<Part> implements Callback {
  readonly #call: string;
  readonly #target: LogTarget<Part> | undefined;
  readonly #every: number;
  /** What was written, where there is no target. */
  readonly #parts: Bytes[] = [];
  #sink: Sink | null = null;

  constructor(call: string, target: LogTarget<Part> | undefined, { every = 10 }: LogOptions) {
    checkLog(call, target, every);
    this.#call = call;
    this.#target = target;
    this.#every = every;
  }

  /** A run has begun, at its start or after so many updates. */
  protected abstract begin(step: number): readonly Part[];
  protected abstract step(record: StepRecord): readonly Part[];
  protected abstract epoch(record: EpochRecord): readonly Part[];
  protected abstract bytesOf(part: Part): Bytes;
  /** The file that is written where this path is asked for. */
  protected abstract fileAt(path: string): string;

  /** What was written so far, where there is no target. */
  protected blobOf(type: string): Blob {
    return new Blob(this.#parts, { type });
  }

  async onStart({ step }: Run): Promise<void> {
    if (step === 0) this.#parts.length = 0;
    if (typeof this.#target === "string") {
      const fileAt = (path: string): string => this.fileAt(path);
      this.#sink = await openLog(this.#call, this.#target, fileAt, step > 0);
    }
    await this.#write(this.begin(step));
  }

  async onStep({ epoch, step, loss, lastRates }: Run): Promise<void> {
    if (step % this.#every !== 0 || loss === null) return;
    const value = await loss.item();
    await this.#write(this.step({ epoch: epoch + 1, step, loss: value, learningRates: lastRates }));
  }

  async onEpoch(_: Run, record: EpochRecord): Promise<void> {
    await this.#write(this.epoch(record));
  }

  async onEnd(): Promise<void> {
    const sink = this.#sink;
    this.#sink = null;
    await sink?.close();
  }

  async #write(parts: readonly Part[]): Promise<void> {
    for (const part of parts) {
      if (typeof this.#target === "function") await this.#target(part);
      else if (this.#sink === null) this.#parts.push(this.bytesOf(part));
      else await this.#sink.write(this.bytesOf(part));
    }
  }
}
