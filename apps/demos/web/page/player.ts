import {
  type State as AnyState,
  connect,
  type RunPace,
  SupersededError,
  type Training,
} from "@wgrad/worker";
import { language } from "../../src/shared/language.ts";
import type {
  Calls,
  Checkpoint,
  Frame,
  Info,
  Lessons,
  Loading,
  Opened,
  Order,
  Setting,
  Settings,
  Shown,
  Wanted,
} from "../session/protocol.ts";

/** A page has a training from its first moment to its last. */
export type State = Exclude<AnyState, "idle" | "ended">;

/** Who is told what happens. */
export interface Listener<Snapshot> {
  state(state: State): void;
  loading(loading: Loading): void;
  /** A training has begun, with what was wanted of it. */
  opened(opened: Opened<Snapshot>, wanted: Wanted): void;
  frame(frame: Frame<Snapshot>): void;
  /** What could not be done, and the training that stands nevertheless, if one does. */
  failed(error: Error, standing: Wanted | null): void;
}

/** How fast: as slowly as the page likes to be seen, ten times that, or as fast as can be. */
export type Speed = "slow" | "faster" | "full";

/** So many steps a picture, a picture every so often. */
type PagePace = { readonly steps: number; readonly milliseconds: number };

/** Slow, where a page has no pace of its own. */
const SLOW: PagePace = { steps: 1, milliseconds: 200 };

/** At most twenty pictures a second, and few where motion is unwelcome. */
const still = matchMedia("(prefers-reduced-motion: reduce)");
const often = (): number => (still.matches ? 400 : 50);

/** Plays one page's training, and tells the page of it. */
export class Player<Snapshot> {
  speed: Speed;
  readonly #listener: Listener<Snapshot>;
  readonly #pace: PagePace;
  readonly #training: Training<Order, Shown<Snapshot>, Info, Calls>;

  /** `pace` slows down what would be over before it was seen. */
  constructor(listener: Listener<Snapshot>, pace?: PagePace) {
    this.#listener = listener;
    this.#pace = pace ?? SLOW;
    this.speed = pace === undefined ? "full" : "slow";
    const training = connect<Lessons<Snapshot>>(
      () =>
        new Worker(new URL("../worker/worker.ts", import.meta.url), {
          type: "module",
          name: language(),
        }),
    );
    training.pace = this.#paceOfNow();
    training.on("state", (state) => {
      if (state !== "idle" && state !== "ended") listener.state(state);
    });
    training.on("loading", (loading) => listener.loading(loading));
    training.on("open", (opened, wanted) => listener.opened(opened, pageWants(wanted)));
    training.on("progress", (frame) => listener.frame(frame));
    this.#training = training;
  }

  get state(): State {
    const { state } = this.#training;
    return state === "idle" || state === "ended" ? "loading" : state;
  }

  /**
   * Begins anew, and runs on if it ran; or takes up the training that was kept. If that fails, the
   * training from before is still there. Gives whether it did.
   */
  async begin(
    wanted: Wanted,
    {
      run = false,
      kept = null,
    }: { readonly run?: boolean; readonly kept?: Checkpoint | null } = {},
  ): Promise<boolean> {
    const { seed, ...order } = wanted;
    const open = (checkpoint: Checkpoint | null): Promise<unknown> =>
      this.#training.open(order, { seed, device: order.device, checkpoint });
    return this.#try(async () => {
      if (kept === null) await open(null);
      else {
        const { step, steps, file } = kept;
        // Weights that do not fit any more are let go: the page opens as if nothing had been kept.
        await open({ step, steps, file }).catch((error: unknown) => {
          if (error instanceof SupersededError) throw error;
          return open(null);
        });
      }
      if (run) this.run();
    });
  }

  /** What the training that stands was begun with, as far as it has changed since. */
  get wanted(): Wanted | null {
    const { wanted } = this.#training;
    return wanted === null ? null : pageWants(wanted);
  }

  run(): void {
    const { state } = this;
    if (state === "ready" || state === "paused") void this.#try(() => this.#training.run());
  }

  pause(): void {
    void this.#training.pause();
  }

  /** Takes one step. */
  async step(): Promise<void> {
    await this.#training.pause();
    const { state } = this;
    if (state === "ready" || state === "paused") await this.#try(() => this.#training.step());
  }

  async set(name: string, value: Setting): Promise<void> {
    const { opening, wanted } = this.#training;
    const settings = (opening ?? wanted)?.settings.settings;
    if (settings === undefined) return;
    await this.#try(() => this.#training.set({ settings: { ...settings, [name]: value } }));
  }

  /** The run's answer; what goes wrong is told like all else, and thrown. */
  async ask(question: unknown): Promise<unknown> {
    try {
      return await this.#training.call("ask", question);
    } catch (error) {
      if (!(error instanceof SupersededError)) this.#listener.failed(error as Error, this.wanted);
      throw error;
    }
  }

  /** How far the training is; null where it cannot be kept. */
  checkpoint(): Promise<Checkpoint | null> {
    return this.#asked(() => this.#training.checkpoint()).catch((error: unknown) => {
      if (error instanceof SupersededError) return null;
      throw error;
    });
  }

  async watch(on: boolean): Promise<void> {
    if (this.#training.wanted === null) return;
    await this.#asked(() => this.#training.call("watch", on));
  }

  look(seed: number): Promise<void> {
    return this.#asked(() => this.#training.call("look", seed));
  }

  lossesAt(places: readonly number[], at: number): Promise<Float32Array> {
    return this.#asked(() => this.#training.call("lossesAt", places, at));
  }

  weights(): Promise<Uint8Array> {
    return this.#asked(() => this.#training.call("weights"));
  }

  /** Takes the weights in a file; gives whether it did. */
  load(file: File): Promise<boolean> {
    return this.#try(async () => {
      await this.#training.pause();
      await this.#training.call("load", file);
      await this.#training.frame();
    });
  }

  /** The settings that a file of weights was written with. */
  settingsOf(file: File): Promise<Settings | null> {
    return this.#asked(() => this.#training.call("settingsOf", file));
  }

  /** Ends the worker, with all it holds. */
  close(): void {
    void this.#training.terminate();
  }

  /** Read before every frame: speed, and how much motion is welcome, may have changed. */
  #paceOfNow(): RunPace {
    const isFull = (): boolean => this.speed === "full";
    const { steps, milliseconds } = this.#pace;
    const most = (): number => (this.speed === "faster" ? 10 * steps : steps);
    return {
      get milliseconds() {
        return often();
      },
      get steps() {
        return isFull() ? Infinity : most();
      },
      get every() {
        return isFull() ? 0 : Math.max(milliseconds, often());
      },
    };
  }

  /** Tells the page if this call is the first to find that the worker is gone; throws all errors. */
  async #asked<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.state;
    try {
      return await work();
    } catch (error) {
      if (before !== "failed" && this.state === "failed")
        this.#listener.failed(error as Error, null);
      throw error;
    }
  }

  async #try(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof SupersededError) return false;
      this.#listener.failed(error as Error, this.wanted);
      return false;
    }
  }
}

const pageWants = ({
  settings,
  seed,
}: {
  readonly settings: Order;
  readonly seed: number | null;
}): Wanted => ({
  ...settings,
  seed: seed ?? 0,
});
