import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Stateful } from "@wgrad/autograd/saving";
import type { Run, Step, Stepping } from "./run.ts";

/** A run of `fit` of `@wgrad/train`, as far as it matters here. */
export interface FitRun {
  readonly step: number;
  /** Updates in all; null where the loader does not say. */
  readonly steps: number | null;
  readonly loss: Tensor | null;
  readonly optimizer: Stepping;
  readonly parts: Readonly<Record<string, Stateful>>;
}

/** What `fit` is to be given among its callbacks. */
export interface FitCallback {
  readonly last: true;
  onStart(run: FitRun): Promise<void>;
  onStep(run: FitRun): Promise<void>;
}

/** The page has stopped the training; `fit` ends by it. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * A training that `fit` of `@wgrad/train` does, as one whose steps the page asks for, one by one;
 * its checkpoints are whole runs.
 *
 * ```ts
 * return fitting((callback) => fit(model, loader, { loss, optimizer, epochs: 10, callbacks: [callback] }));
 * ```
 */
export function fitting(
  start: (callback: FitCallback) => Promise<unknown>,
): Required<Pick<Run, "parts" | "resumed" | "train">> {
  checkCall("fitting(start: function)", arguments);
  let run: FitRun | null = null;
  let saved: Readonly<Record<string, unknown>> = {};
  let fit: { readonly ready: Promise<void>; readonly ended: Promise<unknown> } | null = null;
  const turns = new Turns();
  const whole: Stateful = {
    stateDict: () =>
      Object.fromEntries(
        Object.entries(run?.parts ?? {}).map(([name, part]) => [name, part.stateDict()]),
      ),
    loadStateDict: (state: Readonly<Record<string, unknown>>) => {
      saved = state;
    },
  };
  /** Starts `fit`, which waits before its first batch. */
  const begin = (): NonNullable<typeof fit> => {
    if (fit !== null) return fit;
    let isReady: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const ended = start({
      last: true,
      onStart: (begun) => {
        run = begun;
        for (const [name, state] of Object.entries(saved)) begun.parts[name]?.loadStateDict(state);
        isReady();
        return turns.wait();
      },
      onStep: ({ step, steps, loss, optimizer }) =>
        turns.offer({ step, ...(steps !== null && { steps }), loss: loss as Tensor, optimizer }),
    }).finally(() => turns.over());
    ended.catch(() => {}); // it is awaited where it is used
    fit = { ready: Promise.race([reached, ended.then(() => {})]), ended };
    return fit;
  };
  return {
    parts: { run: whole },
    resumed: () => begin().ready,
    async *train() {
      const { ended } = begin();
      try {
        for (;;) {
          const step = await turns.next();
          if (step === null) break;
          yield step;
        }
      } finally {
        turns.stop();
        await ended.catch((error: unknown) => {
          if (!(error instanceof Stopped)) throw error;
        });
      }
    },
  };
}

/** Hands steps from one who takes them to one who waits for them, and holds the first meanwhile. */
class Turns {
  #step: Step | null = null;
  #over = false;
  #wanted = false;
  #arrived: () => void = () => {};
  #go: { readonly on: () => void; readonly stop: (error: Stopped) => void } | null = null;

  /** Resolves when the next step is wanted, and rejects when none is. */
  wait(): Promise<void> {
    return new Promise((on, stop) => {
      if (this.#wanted) on();
      this.#go = { on, stop };
    });
  }

  /** The same, after a step that was taken. */
  offer(step: Step): Promise<void> {
    this.#wanted = false;
    this.#step = step;
    this.#arrived();
    return this.wait();
  }

  /** The next step; null after the last. */
  async next(): Promise<Step | null> {
    this.#wanted = true;
    this.#go?.on();
    this.#go = null;
    while (this.#step === null && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const step = this.#step;
    this.#step = null;
    return step;
  }

  over(): void {
    this.#over = true;
    this.#arrived();
  }

  stop(): void {
    this.#go?.stop(new Stopped("the training was stopped"));
    this.#go = null;
  }
}
