import { memory, stack, type Tensor } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import type { Step, Training } from "../../src/shared/training.ts";
import type { Frame, Pace, Setting, Settings } from "../session/protocol.ts";
import { gradientsOf } from "./gradients.ts";
import { Landscape } from "./landscape.ts";
import { number } from "./numbers.ts";
import { release } from "./release.ts";
import type { Held, Run } from "./run.ts";

/** Steps recorded before the device is waited for. */
const AHEAD = 16;
/** Measuring takes at most this part of the time. */
const MEASURING = 0.2;

interface Taken {
  readonly losses: readonly number[];
  readonly milliseconds: number;
  readonly dispatches: number;
}

const NOTHING: Taken = { losses: [], milliseconds: 0, dispatches: 0 };

/** What has become of a run so far: takes its steps, and says after them how it stands. */
export class Progress {
  readonly run: Run;
  readonly page: string;
  settings: Settings;
  /** Whether frames say how long gradients are. */
  watched = false;
  readonly #held: readonly Held[];
  #training: Training | null = null;
  #last: Step | null = null;
  #step = 0;
  /** Steps that were taken before this training took up another one. */
  #before = { step: 0, steps: 0 };
  #done = false;
  #diverged: number | null = null;
  #measureAt = 0;
  #landscape: Landscape | null = null;

  /** `held` is what this run alone has on the device, its model included. */
  constructor(run: Run, page: string, settings: Settings, held: readonly Held[]) {
    this.run = run;
    this.page = page;
    this.settings = settings;
    this.#held = held;
  }

  /** Takes steps for as long as the pace says, and no more once the numbers are not finite. */
  async advance(pace: Pace): Promise<Frame> {
    return this.frame(this.#done || this.#diverged !== null ? NOTHING : await this.#take(pace));
  }

  /** Steps taken, and those that it will have taken at its end. */
  get reached(): { readonly step: number; readonly steps: number } {
    const steps = this.#last?.steps ?? this.#before.steps;
    return { step: this.#step, steps: this.#done ? this.#step : steps };
  }

  /** Takes up another training, of which the weights are there. */
  goOnFrom(before: { readonly step: number; readonly steps: number }): void {
    this.#before = before;
    this.#step = before.step;
    this.#done = before.step > 0 && before.step >= before.steps;
    this.measureSoon();
  }

  /** How it stands. */
  async frame({ losses, milliseconds, dispatches }: Taken = NOTHING): Promise<Frame> {
    const finite = await this.#weightsAreFinite();
    if (!finite) this.#diverged ??= this.#step;
    const now = performance.now();
    const due = finite && (now >= this.#measureAt || this.#done);
    const measures = due ? ((await this.run.measures?.()) ?? null) : null;
    if (due) this.#measureAt = performance.now() + (performance.now() - now) / MEASURING;
    return {
      step: this.#step,
      steps: this.reached.steps,
      done: this.#done,
      diverged: this.#diverged,
      losses: Float32Array.from(losses),
      snapshot: finite ? await this.run.snapshot() : null,
      measures,
      gradients: this.watched && finite ? await gradientsOf(this.run.model) : null,
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
   * A setting from the next step on; before the first one the training has yet to be made with it.
   */
  set(name: string, value: Setting): void {
    this.settings = { ...this.settings, [name]: value };
    if (name === "lr" && this.#last?.optimizer !== undefined) setRate(this.#last, Number(value));
    else this.run.set?.(name, value);
  }

  /** What is measured next is measured at once. */
  measureSoon(): void {
    this.#measureAt = 0;
  }

  /** The loss around the weights. */
  get landscape(): Landscape {
    const { model, loss } = this.run;
    if (model === null || loss === undefined) {
      throw new TypeError(`${this.page} has no loss to look at around its weights`);
    }
    this.#landscape ??= new Landscape(model, () => loss.call(this.run));
    return this.#landscape;
  }

  /** Gives back all that it has on the device. */
  async end(): Promise<void> {
    this.#landscape?.end();
    await this.#training?.return();
    release(this.#held, this.#last?.optimizer);
  }

  async #take({ milliseconds, steps = Infinity }: Pace): Promise<Taken> {
    this.#training ??= this.run.train(this.settings);
    const losses: Tensor[] = [];
    const before = counters().dispatches;
    const start = performance.now();
    do {
      const { value, done } = await this.#training.next();
      if (done === true) {
        this.#done = true;
        break;
      }
      if (this.#last === null) skip(value, this.#before.step);
      this.#last = value;
      this.#step = this.#before.step + value.step;
      losses.push(value.loss);
      if (this.#step >= value.steps) break;
      if (losses.length % AHEAD === 0 && !Number.isFinite(await value.loss.item())) break;
    } while (losses.length < steps && performance.now() - start < milliseconds);
    if (this.#last !== null && this.#step >= this.#last.steps) this.#done = true;
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

  async #weightsAreFinite(): Promise<boolean> {
    const parameters = this.run.model?.parameters() ?? [];
    if (parameters.length === 0) return true;
    return Number.isFinite(await number(() => stack(parameters.map((each) => each.sum())).sum()));
  }
}

/** Brings the schedule to where it was after so many steps. */
function skip({ schedule }: Step, steps: number): void {
  for (let step = 0; step < steps; step++) schedule?.step();
}

/** Makes `value` the rate that the schedule starts from, and moves the rate of now by as much. */
function setRate({ optimizer, schedule }: Step, value: number): void {
  for (const [i, group] of (optimizer?.paramGroups ?? []).entries()) {
    const base = schedule?.baseLrs[i] ?? group.lr;
    group.lr *= value / base;
    if (schedule !== undefined) schedule.baseLrs[i] = value;
  }
}
