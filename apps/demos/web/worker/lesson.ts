import { summary } from "@wgrad/nn";
import type * as serve from "@wgrad/worker/serve";
import { giveWeights, settingsIn, weightsOf } from "../../src/shared/state.ts";
import type { Step, Training } from "../../src/shared/training.ts";
import type { Calls, Info, Order, Setting, Settings, Shown } from "../session/protocol.ts";
import { lackHere } from "./device.ts";
import { fetchOnce } from "./fetch.ts";
import { gradientsOf } from "./gradients.ts";
import { Landscape } from "./landscape.ts";
import type { AnyModule, Run } from "./run.ts";
import { trainings } from "./trainings.ts";

/** Makes the run of a page that is asked for. */
export async function begin(
  desk: serve.Desk<Order>,
): Promise<serve.Run<Order, Shown, Info, Calls>> {
  const { page, settings, file, device } = desk.settings;
  const load = trainings[page];
  if (load === undefined) throw new TypeError(`there is no page "${page}"`);
  const { begin } = await load();
  const run = await begin({
    settings,
    file,
    fetch: (url, what) => fetchOnce(url, what, desk.loading),
    hold: desk.hold,
  });
  const lack = device === null && desk.device.device !== "webgpu" ? await lackHere() : null;
  return new Lesson(page, settings, run).served(lack);
}

/** One run of a page, with what all pages can be asked beside it. */
class Lesson {
  readonly #page: string;
  readonly #run: Run;
  #settings: Settings;
  #watched = false;
  #last: Step | null = null;
  #landscape: Landscape | null = null;

  constructor(page: string, settings: Settings, run: Run) {
    this.#page = page;
    this.#settings = settings;
    this.#run = run;
  }

  served(lack: Info["lack"]): serve.Run<Order, Shown, Info, Calls> {
    const run = this.#run;
    return {
      ...(run.model !== null && { model: run.model, parts: { model: run.model } }),
      ...(run.measures && { measures: () => run.measures?.() ?? Promise.resolve({}) }),
      resumable: run.inStages !== true,
      info: {
        lack,
        summary: summaryOf(run),
        hasWeights: run.model !== null,
        hasLandscape: run.loss !== undefined,
      },
      train: ({ from }) => this.#train(from),
      snapshot: async () => ({
        picture: await run.snapshot(),
        gradients: this.#watched ? await gradientsOf(run.model) : null,
      }),
      set: ({ settings = {} }) => {
        const before = this.#settings;
        this.#settings = settings;
        for (const [name, value] of Object.entries(settings)) {
          if (value !== before[name]) this.#set(name, value);
        }
      },
      calls: this.#calls(),
    };
  }

  #calls(): Calls {
    const run = this.#run;
    const page = this.#page;
    return {
      ask: async (question) => {
        if (run.ask === undefined) throw new TypeError(`${page} answers no questions`);
        return run.ask(question);
      },
      weights: async () => weightsOf(this.#model, page, this.#settings),
      watch: async (on) => {
        this.#watched = on;
      },
      look: (seed) => this.#around.look(seed),
      lossesAt: (places, at) => this.#around.row(places, at),
      settingsOf: async (file) => settingsIn(await bytesOf(file), page, file.name),
      load: async (file) => giveWeights(this.#model, await bytesOf(file), page, file.name),
    };
  }

  get #model(): AnyModule {
    if (this.#run.model === null) throw new TypeError(`${this.#page} has no weights`);
    return this.#run.model;
  }

  /** The loss around the weights. */
  get #around(): Landscape {
    const { model, loss } = this.#run;
    if (model === null || loss === undefined) {
      throw new TypeError(`${this.#page} has no loss to look at around its weights`);
    }
    this.#landscape ??= new Landscape(model, () => loss.call(this.#run));
    return this.#landscape;
  }

  /** The optimizer starts afresh where a training goes on, its schedule where it was. */
  async *#train(from: number): Training {
    try {
      for await (const value of this.#run.train(this.#settings)) {
        if (this.#last === null) skip(value, from);
        this.#last = value;
        yield { ...value, step: from + value.step };
        if (from + value.step >= value.steps) return;
      }
    } finally {
      this.#landscape?.end();
    }
  }

  #set(name: string, value: Setting): void {
    if (name === "lr" && this.#last?.optimizer !== undefined) setRate(this.#last, Number(value));
    else this.#run.set?.(name, value);
  }
}

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

function summaryOf({ model, inputShape, inputType: dtype = "f32" }: Run): string | null {
  return model === null || inputShape === undefined
    ? null
    : plain(summary(model, inputShape, { dtype }));
}

/** PyTorch's name of a layer that is a Linear to all who do not quantize. */
const plain = (table: string): string =>
  table.replace(/NonDynamicallyQuantizable(\S+ \(\w+\))/g, (name, rest: string) =>
    rest.padEnd(name.length),
  );

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
