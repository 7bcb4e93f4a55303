import type { Device, Submission } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Counters } from "./counters.ts";

/** The number of unfinished submits at which the program is warned, once. */
const UNFINISHED_WARNING = 64;
/** The most unfinished submits when a loader gives its next batch. */
const IN_FLIGHT = 2;

/** Counts submits, and those that are known to have finished. */
export class Queue {
  private readonly device: Device;
  private readonly counters: Counters;
  private finished = 0;
  private warned = false;
  /** The number of the last submit. */
  submitted = 0;

  constructor(device: Device, counters: Counters) {
    this.device = device;
    this.counters = counters;
  }

  submit(submission: Submission): Promise<TypedArray>[] {
    const values = this.device.submit(submission);
    this.submitted++;
    this.counters.submits++;
    this.counters.dispatches += submission.program?.dispatches ?? 0;
    this.counters.readbacks += submission.reads.length;
    if (this.submitted - this.finished > UNFINISHED_WARNING) this.warn();
    return values;
  }

  /** Notes that submit number `serial` and all before it have finished. */
  finish(serial: number): void {
    this.finished = Math.max(this.finished, serial);
  }

  /** Waits until at most two submits are unfinished. */
  async throttle(): Promise<void> {
    if (this.submitted - this.finished > IN_FLIGHT) await this.drain();
  }

  /** Waits until all submits have finished. */
  async drain(): Promise<void> {
    const serial = this.submitted;
    await this.device.idle();
    this.finish(serial);
  }

  private warn(): void {
    if (this.warned || this.device.now !== undefined) return;
    this.warned = true;
    console.warn(
      `wgrad: ${UNFINISHED_WARNING} steps were submitted and none awaited, so the device's queue grows` +
        "\n  hint: await loss.item() now and then, or iterate a DataLoader",
    );
  }
}
