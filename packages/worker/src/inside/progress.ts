import { memory, noGrad, scope, stack, type Tensor } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";
import { counters } from "@wgrad/autograd/testing";
import type { Checkpoint, Frame, Pace } from "../protocol/protocol.ts";
import { release } from "./release.ts";
import type { Held, Run, Step } from "./run.ts";

/** Steps recorded before the device is waited for. */
const AHEAD = 16;
/** Measuring takes at most this part of the time. */
const MEASURING = 0.2;

/** Loaded with the first checkpoint. */
const saving = (): Promise<typeof import("@wgrad/autograd/saving")> =>
  import("@wgrad/autograd/saving");

interface Taken {
  readonly losses: readonly number[];
  readonly milliseconds: number;
  readonly dispatches: number;
}

const NOTHING: Taken = { losses: [], milliseconds: 0, dispatches: 0 };

/** What has become of a run so far: takes its steps, and says after them how it stands. */
export class Progress {
  readonly run: Run;
  settings: object;
  readonly #held: readonly Held[];
  /** Ends `advance` before its time. */
  readonly #signal: AbortSignal;
  #training: AsyncGenerator<Step, void, undefined> | null = null;
  #last: Step | null = null;
  #step = 0;
  #steps = 0;
  #done = false;
  #diverged: number | null = null;
  /** What a step threw: there is none after it. */
  #failure: { readonly error: unknown } | null = null;
  #measureAt = 0;

  /** `held` is what this run alone has on the device, its model included. */
  constructor(run: Run, settings: object, held: readonly Held[], signal: AbortSignal) {
    this.run = run;
    this.settings = settings;
    this.#held = held;
    this.#signal = signal;
  }

  /** Takes steps for as long as the pace says, and no more once the numbers are not finite. */
  async advance(pace: Pace): Promise<Frame> {
    return this.frame(this.#done || this.#diverged !== null ? NOTHING : await this.#take(pace));
  }

  /** How it stands. */
  async frame({ losses, milliseconds, dispatches }: Taken = NOTHING): Promise<Frame> {
    const { run } = this;
    const finite = await this.#weightsAreFinite();
    if (!finite) this.#diverged ??= this.#step;
    const now = performance.now();
    const due = finite && (now >= this.#measureAt || this.#done);
    const measures = due ? ((await run.measures?.()) ?? null) : null;
    if (due) this.#measureAt = performance.now() + (performance.now() - now) / MEASURING;
    return {
      step: this.#step,
      steps: this.#done ? this.#step : this.#steps,
      done: this.#done,
      diverged: this.#diverged,
      losses: Float32Array.from(losses),
      snapshot: finite ? ((await run.snapshot?.()) ?? null) : null,
      measures,
      machine: {
        steps: losses.length,
        milliseconds,
        dispatches,
        bytes: memory().totalBytes,
        lr: this.#last?.optimizer?.paramGroups[0]?.lr ?? null,
      },
    };
  }

  /**
   * Changes settings from the next step on; before the first one the training has yet to be made
   * with them.
   */
  set(changes: object): void {
    if (this.run.set === undefined && this.#training !== null) {
      throw new TypeError(
        `set: this training takes no settings while it goes on; got ${Object.keys(changes).join(", ")}` +
          "\n  hint: give its run set(changes), or open it anew",
      );
    }
    this.settings = { ...this.settings, ...changes };
    this.run.set?.(changes);
  }

  /** What is measured next is measured at once. */
  measureSoon(): void {
    this.#measureAt = 0;
  }

  async checkpoint(): Promise<Checkpoint | null> {
    const { parts, resumable = true } = this.run;
    if (!resumable) return null;
    const file = parts === undefined ? null : await (await saving()).toBlob(parts);
    return {
      step: this.#step,
      steps: this.#done ? this.#step : this.#steps,
      file: file && new Uint8Array(await file.arrayBuffer()),
    };
  }

  /** Goes on from a checkpoint, all or nothing of it. */
  async resume({ step, steps, file }: Checkpoint): Promise<Frame> {
    const { parts } = this.run;
    if ((file === null) !== (parts === undefined)) {
      throw new TypeError(
        `open: the checkpoint has ${file === null ? "no parts" : "parts"}, this training has ${parts === undefined ? "none" : Object.keys(parts).join(", ")}`,
      );
    }
    if (file === null || parts === undefined) {
      return step === 0 ? this.frame() : this.advance({ milliseconds: Infinity, steps: step });
    }
    await (await saving()).restore(parts, file as Uint8Array<ArrayBuffer>);
    await this.run.resumed?.();
    this.#step = step;
    this.#steps = steps;
    this.#done = step > 0 && step >= steps && steps > 0;
    this.measureSoon();
    return this.frame();
  }

  /** Gives back all that it has on the device. */
  async end(): Promise<void> {
    const optimizer = this.#last?.optimizer;
    const parts = new Set<Stateful>(Object.values(this.run.parts ?? {}));
    if (optimizer !== undefined) parts.add(optimizer);
    try {
      await this.#training?.return();
    } finally {
      release(this.#held, parts);
    }
  }

  async #take({ milliseconds, steps = Infinity }: Pace): Promise<Taken> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      return await this.#takeSteps(milliseconds, steps);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #takeSteps(milliseconds: number, steps: number): Promise<Taken> {
    this.#training ??= this.run.train({ from: this.#step, settings: this.settings });
    const losses: Tensor[] = [];
    const before = counters().dispatches;
    const start = performance.now();
    do {
      const { value, done } = await this.#training.next();
      if (done === true) {
        this.#done = true;
        break;
      }
      this.#checkStep(value);
      this.#last = value;
      this.#step = value.step;
      this.#steps = value.steps ?? 0;
      losses.push(value.loss);
      if (value.steps !== undefined && value.step >= value.steps) {
        this.#done = true;
        break;
      }
      if (losses.length % AHEAD === 0 && !Number.isFinite(await value.loss.item())) break;
    } while (
      losses.length < steps &&
      performance.now() - start < milliseconds &&
      !this.#signal.aborted
    );
    const values = await Promise.all(losses.map((loss) => loss.item()));
    const taken = {
      milliseconds: performance.now() - start,
      dispatches: counters().dispatches - before,
    };
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return { ...taken, losses: values };
    this.#done = false;
    this.#diverged = this.#step - values.length + 1 + bad;
    this.#step = this.#diverged - 1;
    return { ...taken, losses: values.slice(0, bad) };
  }

  #checkStep({ step }: Step): void {
    if (Number.isInteger(step) && step > this.#step) return;
    throw new RangeError(
      `train: step ${step} came after step ${this.#step}` +
        (this.#last === null && this.#step > 0
          ? "\n  hint: train({ from }) goes on after `from` steps: the first is from + 1"
          : "\n  hint: yield every step once, numbered from 1"),
    );
  }

  async #weightsAreFinite(): Promise<boolean> {
    const parameters = this.run.model?.parameters() ?? [];
    if (parameters.length === 0) return true;
    const [reading] = scope(() => [
      noGrad(() => stack(parameters.map((each) => each.sum())).sum()).data(),
    ]);
    return Number.isFinite(Number((await reading)?.[0]));
  }
}
