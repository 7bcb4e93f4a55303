import { defaultGenerator, manualSeed } from "@wgrad/autograd";
import { summary } from "@wgrad/nn";
import { isLanguage, t } from "../../src/shared/language.ts";
import { giveWeights, settingsIn, weightsOf } from "../../src/shared/state.ts";
import type {
  Checkpoint,
  DeviceFacts,
  Frame,
  Loading,
  Opened,
  Pace,
  Session,
  Setting,
  Settings,
  Wanted,
} from "../session/protocol.ts";
import { learn } from "../tables.ts";
import { openDevice } from "./device.ts";
import { fetchOnce } from "./fetch.ts";
import { Progress } from "./progress.ts";
import { release } from "./release.ts";
import type { Held } from "./run.ts";
import { trainings } from "./trainings.ts";

export class TrainingSession implements Session {
  #progress: Progress | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #watched = false;

  open(wanted: Wanted, onLoading: (loading: Loading) => void): Promise<Opened> {
    return this.#inTurn(async () => {
      await learn(
        ["page", "names", "shared", wanted.page],
        isLanguage(self.name) ? self.name : "en",
      );
      const device = await openDevice(wanted.device);
      const random = defaultGenerator().getState();
      try {
        manualSeed(wanted.seed);
        const progress = await begin(wanted, onLoading);
        const opened = await describe(device, progress).catch(async (error) => {
          await progress.end();
          throw error;
        });
        await this.#progress?.end();
        this.#progress = progress;
        progress.watched = this.#watched;
        return opened;
      } catch (error) {
        defaultGenerator().setState(random);
        throw error;
      }
    });
  }

  advance(pace: Pace): Promise<Frame> {
    return this.#inTurn(() => this.#current.advance(pace));
  }

  set(name: string, value: Setting): Promise<void> {
    return this.#inTurn(async () => this.#current.set(name, value));
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
      const { run, page, settings } = this.#current;
      if (run.model === null) throw new TypeError(`${page} has no weights`);
      return weightsOf(run.model, page, settings);
    });
  }

  watch(on: boolean): Promise<void> {
    return this.#inTurn(async () => {
      this.#watched = on;
      if (this.#progress !== null) this.#progress.watched = on;
    });
  }

  look(seed: number): Promise<void> {
    return this.#inTurn(() => this.#current.landscape.look(seed));
  }

  lossesAt(places: readonly number[], at: number): Promise<Float32Array> {
    return this.#inTurn(() => this.#current.landscape.row(places, at));
  }

  checkpoint(): Promise<Checkpoint | null> {
    return this.#inTurn(async () => {
      const progress = this.#current;
      const { run, page, settings } = progress;
      if (run.inStages === true) return null;
      const weights = run.model === null ? null : await weightsOf(run.model, page, settings);
      return { ...progress.reached, weights };
    });
  }

  resume({ step, steps, weights }: Checkpoint): Promise<Frame> {
    return this.#inTurn(async () => {
      const progress = this.#current;
      const { run, page } = progress;
      if (weights === null) return progress.advance({ milliseconds: Infinity, steps: step });
      if (run.model === null) throw new TypeError(`${page} has no weights`);
      giveWeights(run.model, weights, page, t("the last training"));
      progress.goOnFrom({ step, steps });
      return progress.frame();
    });
  }

  settingsOf(file: File): Promise<Settings | null> {
    return this.#inTurn(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      return settingsIn(bytes, this.#current.page, file.name);
    });
  }

  load(file: File): Promise<Frame> {
    return this.#inTurn(async () => {
      const progress = this.#current;
      const { run, page } = progress;
      if (run.model === null) throw new TypeError(`${page} has no weights`);
      giveWeights(run.model, new Uint8Array(await file.arrayBuffer()), page, file.name);
      progress.measureSoon();
      return progress.frame();
    });
  }

  get #current(): Progress {
    if (this.#progress === null) throw new TypeError("nothing has been opened");
    return this.#progress;
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
  const held: Held[] = [];
  const desk = {
    settings,
    file,
    fetch: (url: string, what: string) => fetchOnce(url, what, onLoading),
    hold: <T extends Held>(first: T, ...others: readonly Held[]): T => {
      held.push(first, ...others);
      return first;
    },
  };
  try {
    const run = await begin(desk);
    if (run.model !== null && !held.includes(run.model))
      throw new TypeError(`${page}: its model is not held`);
    return new Progress(run, page, settings, held);
  } catch (error) {
    release(held);
    throw error;
  }
}

/** PyTorch's name of a layer that is a Linear to all who do not quantize. */
const plain = (table: string): string =>
  table.replace(/NonDynamicallyQuantizable(\S+ \(\w+\))/g, (name, rest: string) =>
    rest.padEnd(name.length),
  );

async function describe(device: DeviceFacts, progress: Progress): Promise<Opened> {
  const { model, inputShape, inputType: dtype = "f32" } = progress.run;
  const sizes = model?.parameters().map(({ shape }) => shape.reduce((a, b) => a * b, 1)) ?? [];
  return {
    device,
    parameters: sizes.reduce((a, b) => a + b, 0),
    summary:
      model === null || inputShape === undefined
        ? null
        : plain(summary(model, inputShape, { dtype })),
    hasWeights: model !== null,
    hasLandscape: progress.run.loss !== undefined,
    frame: await progress.frame(),
  };
}
