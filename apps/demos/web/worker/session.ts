import { type InitResult, init, manualSeed, memory, type Tensor } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import { summary } from "@wgrad/nn";
import type { Optimizer } from "@wgrad/optim";
import { giveWeights, weightsOf } from "../../src/shared/state.ts";
import type {
  Frame,
  Loading,
  Opened,
  Pace,
  Session,
  Setting,
  Settings,
  Wanted,
} from "../session/protocol.ts";
import { fetchOnce } from "./fetch.ts";
import { release } from "./release.ts";
import type { Run } from "./run.ts";
import { trainings } from "./trainings.ts";

/** Steps recorded before the device is waited for. */
const AHEAD = 16;
/** Measuring takes at most this part of the time. */
const MEASURING = 0.2;

/** What has become of a run so far. */
interface Progress {
  readonly run: Run;
  readonly page: string;
  settings: Settings;
  step: number;
  steps: number;
  done: boolean;
  optimizer: Optimizer | null;
  /** When to measure next. */
  measureAt: number;
}

export class TrainingSession implements Session {
  #progress: Progress | null = null;
  #last: Promise<unknown> = Promise.resolve();

  open(wanted: Wanted, onLoading: (loading: Loading) => void): Promise<Opened> {
    return this.#inTurn(async () => {
      const device = await init();
      manualSeed(wanted.seed);
      const progress = await begin(wanted, onLoading);
      const opened = await this.#opened(device, progress);
      if (this.#progress !== null) await release(this.#progress);
      this.#progress = progress;
      return opened;
    });
  }

  advance(pace: Pace): Promise<Frame> {
    return this.#inTurn(async () => frame(this.#current, await take(this.#current, pace)));
  }

  set(name: string, value: Setting): Promise<void> {
    return this.#inTurn(async () => {
      const { run, optimizer, settings } = this.#current;
      if (name === "lr" && optimizer !== null) {
        // A schedule goes on from where it is: what it will give is scaled like what it has given.
        const factor = Number(value) / Number(settings.lr);
        for (const group of optimizer.paramGroups) group.lr *= factor;
      } else run.set?.(name, value);
      this.#current.settings = { ...settings, [name]: value };
    });
  }

  ask(question: unknown): Promise<unknown> {
    return this.#inTurn(async () => {
      const { run, page } = this.#current;
      if (run.ask === undefined) throw new TypeError(`${page} answers no questions`);
      return run.ask(question);
    });
  }

  weights(): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const { run, page } = this.#current;
      if (run.model === null) throw new TypeError(`${page} has no weights`);
      return weightsOf(run.model, page);
    });
  }

  load(file: File): Promise<Frame> {
    return this.#inTurn(async () => {
      const { run, page } = this.#current;
      if (run.model === null) throw new TypeError(`${page} has no weights`);
      giveWeights(run.model, new Uint8Array(await file.arrayBuffer()), page, file.name);
      this.#current.measureAt = 0;
      return frame(this.#current, { losses: [], milliseconds: 0, dispatches: 0 });
    });
  }

  get #current(): Progress {
    if (this.#progress === null) throw new TypeError("nothing has been opened");
    return this.#progress;
  }

  async #opened({ device: kind, description }: InitResult, progress: Progress): Promise<Opened> {
    const { model, inputShape, inputType: dtype = "f32" } = progress.run;
    const sizes = model?.parameters().map(({ shape }) => shape.reduce((a, b) => a * b, 1)) ?? [];
    return {
      device: { kind, description },
      parameters: sizes.reduce((a, b) => a + b, 0),
      summary:
        model === null || inputShape === undefined ? null : summary(model, inputShape, { dtype }),
      hasWeights: model !== null,
      frame: await frame(progress, { losses: [], milliseconds: 0, dispatches: 0 }),
    };
  }

  /** Runs after all that was asked before, whether that went well or not. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function begin(wanted: Wanted, onLoading: (loading: Loading) => void): Promise<Progress> {
  const { page, settings, file } = wanted;
  const load = trainings[page];
  if (load === undefined) throw new TypeError(`there is no page "${page}"`);
  const { begin } = await load();
  const desk = {
    settings,
    file,
    fetch: (url: string, what: string) => fetchOnce(url, what, onLoading),
  };
  const run = await begin(desk);
  return { run, page, settings, step: 0, steps: 0, done: false, optimizer: null, measureAt: 0 };
}

interface Taken {
  readonly losses: readonly number[];
  readonly milliseconds: number;
  readonly dispatches: number;
}

/** Takes steps for as long as the pace says. */
async function take(progress: Progress, { milliseconds, steps = Infinity }: Pace): Promise<Taken> {
  const losses: Tensor[] = [];
  const before = counters().dispatches;
  const start = performance.now();
  do {
    const { value, done } = await progress.run.training.next();
    if (done === true) {
      progress.done = true;
      break;
    }
    progress.step = value.step;
    progress.steps = value.steps;
    progress.optimizer = value.optimizer ?? null;
    losses.push(value.loss);
    if (losses.length % AHEAD === 0) await value.loss.item();
  } while (losses.length < steps && performance.now() - start < milliseconds);
  if (progress.step === progress.steps && progress.steps > 0) progress.done = true;
  const values = await Promise.all(losses.map((loss) => loss.item()));
  return {
    losses: values,
    milliseconds: performance.now() - start,
    dispatches: counters().dispatches - before,
  };
}

async function frame(progress: Progress, taken: Taken): Promise<Frame> {
  const { run, step, steps, done, optimizer } = progress;
  const { losses, milliseconds, dispatches } = taken;
  const now = performance.now();
  let measures: Frame["measures"] = null;
  if (run.measures !== undefined && (now >= progress.measureAt || done)) {
    measures = await run.measures();
    progress.measureAt = performance.now() + (performance.now() - now) / MEASURING;
  }
  return {
    step,
    steps,
    done,
    losses: Float32Array.from(losses),
    snapshot: await run.snapshot(),
    measures,
    machine: {
      stepsPerSecond: losses.length === 0 ? 0 : (1000 * losses.length) / milliseconds,
      dispatchesPerStep: losses.length === 0 ? 0 : dispatches / losses.length,
      bytes: memory().totalBytes,
      lr: optimizer?.paramGroups[0]?.lr ?? null,
    },
  };
}
