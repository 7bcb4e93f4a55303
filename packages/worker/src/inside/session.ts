import { defaultGenerator, manualSeed } from "@wgrad/autograd";
import { closeDevices } from "@wgrad/autograd/plugin";
import type {
  Checkpoint,
  DeviceFacts,
  DeviceName,
  Frame,
  Loading,
  Opened,
  Pace,
  Session,
  Wanted,
} from "../protocol/protocol.ts";
import { Progress } from "./progress.ts";
import { release } from "./release.ts";
import type { Begin, Desk, Held } from "./run.ts";

/** Milliseconds that a step which does not end is given before its device is closed under it. */
const PATIENCE = 3000;

/** The trainings of one worker, one after the other. */
export class TrainingSession implements Session {
  readonly #begin: Begin;
  readonly #init: (device: DeviceName | null) => Promise<DeviceFacts>;
  readonly #loading: (report: Loading) => void;
  #progress: Progress | null = null;
  #last: Promise<unknown> = Promise.resolve();
  /** Of the training that stands, and of one that is being opened. */
  readonly #stoppings = new Set<AbortController>();
  #ended = false;

  constructor(
    begin: Begin,
    init: (device: DeviceName | null) => Promise<DeviceFacts>,
    loading: (report: Loading) => void,
  ) {
    this.#begin = begin;
    this.#init = init;
    this.#loading = loading;
  }

  /** Begins anew. If that fails, what was there is as it was, its random numbers too. */
  open(wanted: Wanted, checkpoint: Checkpoint | null): Promise<Opened> {
    return this.#inTurn(async () => {
      const device = await this.#init(wanted.device);
      const random = defaultGenerator().getState();
      const stopping = new AbortController();
      const before = [...this.#stoppings];
      this.#stoppings.add(stopping);
      try {
        if (wanted.seed !== null) manualSeed(wanted.seed);
        const progress = await this.#make(wanted.settings as object, device, stopping.signal);
        const opened = await describe(device, progress, checkpoint).catch(async (error) => {
          await progress.end().catch(() => undefined);
          throw error;
        });
        await this.#progress?.end();
        this.#progress = progress;
        for (const each of before) this.#abort(each);
        return opened;
      } catch (error) {
        this.#abort(stopping);
        defaultGenerator().setState(random);
        throw error;
      }
    });
  }

  advance(pace: Pace): Promise<Frame> {
    return this.#inTurn(() => this.#current.advance(pace));
  }

  frame(): Promise<Frame> {
    return this.#inTurn(() => {
      this.#current.measureSoon();
      return this.#current.frame();
    });
  }

  set(changes: object): Promise<void> {
    return this.#inTurn(async () => this.#current.set(changes));
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#inTurn(async () => {
      const calls = (this.#current.run.calls ?? {}) as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      if (!Object.hasOwn(calls, name)) {
        throw new TypeError(
          `call: this training has no "${name}"\n  hint: ${Object.keys(calls).length === 0 ? "it has no calls" : `one of ${Object.keys(calls).join(", ")}`}`,
        );
      }
      return calls[name]?.(...args);
    });
  }

  checkpoint(): Promise<Checkpoint | null> {
    return this.#inTurn(() => this.#current.checkpoint());
  }

  /** Releases the training; another one may be opened. */
  stop(): Promise<void> {
    for (const each of this.#stoppings) this.#abort(each);
    return this.#inTurn(() => this.#release());
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const each of this.#stoppings) this.#abort(each);
    const over = this.#last.then(() => this.#release());
    await Promise.race([over.catch(() => undefined), pause(PATIENCE)]);
    await closeDevices();
  }

  #abort(stopping: AbortController): void {
    this.#stoppings.delete(stopping);
    stopping.abort();
  }

  async #release(): Promise<void> {
    const progress = this.#progress;
    this.#progress = null;
    await progress?.end();
  }

  get #current(): Progress {
    if (this.#progress === null) throw new TypeError("no training is open\n  hint: open() one");
    return this.#progress;
  }

  async #make(settings: object, device: DeviceFacts, signal: AbortSignal): Promise<Progress> {
    const held: Held[] = [];
    const desk: Desk<object> = {
      settings,
      device,
      signal,
      loading: this.#loading,
      hold: (first, ...others) => {
        held.push(first, ...others);
        return first;
      },
    };
    try {
      const run = await this.#begin(desk);
      if (run.model !== undefined && !held.includes(run.model)) {
        throw new TypeError(
          "serve: the run's model is not held\n  hint: const model = hold(new …()), so that it is released with its run",
        );
      }
      return new Progress(run, settings, held, signal);
    } catch (error) {
      release(held, []);
      throw error;
    }
  }

  /** Runs after all that was asked before, whether that went well or not. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      if (this.#ended) throw new TypeError("the worker is ending");
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function describe(
  device: DeviceFacts,
  progress: Progress,
  checkpoint: Checkpoint | null,
): Promise<Opened> {
  const { model, info } = progress.run;
  const sizes = model?.parameters().map(({ shape }) => shape.reduce((a, b) => a * b, 1)) ?? [];
  const { device: name, description } = device;
  return {
    device: { device: name, description },
    parameters: sizes.reduce((a, b) => a + b, 0),
    info: info ?? null,
    frame: await progress.frame(),
    resumed: checkpoint === null ? null : await progress.resume(checkpoint),
  };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
