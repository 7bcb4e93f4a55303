import { type Connection, connect } from "../session/connect.ts";
import type {
  Checkpoint,
  Frame,
  Loading,
  Opened,
  Pace,
  Setting,
  Settings,
  Wanted,
} from "../session/protocol.ts";

/**
 * `pausing`: the last picture asked for is on its way. `diverged`: the numbers are not finite any
 * more.
 */
export type State =
  | "loading"
  | "ready"
  | "running"
  | "pausing"
  | "paused"
  | "done"
  | "diverged"
  | "failed";

/** States in which nothing goes on. */
type Resting = Exclude<State, "loading" | "running" | "pausing" | "failed">;

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

/** Slow, where a page has no pace of its own. */
const SLOW: Required<Pace> = { steps: 1, milliseconds: 200 };

/** At most twenty pictures a second, and few where motion is unwelcome. */
const still = matchMedia("(prefers-reduced-motion: reduce)");
const often = (): number => (still.matches ? 400 : 50);

/** Plays one page's training: the worker takes steps only when it is asked for the next picture. */
export class Player<Snapshot> {
  readonly #listener: Listener<Snapshot>;
  readonly #pace: Pace | undefined;
  speed: Speed;
  #connection: Connection<Snapshot>;
  #state: State = "loading";
  /** Counts beginnings: answers of an earlier training are dropped. */
  #turn = 0;
  #playing: Promise<void> = Promise.resolve();
  /**
   * The training that the worker has: the page was told of it unless a later one was wanted before
   * it began.
   */
  #standing: { opened: Opened<Snapshot>; wanted: Wanted; told: boolean } | null = null;
  /** What is wanted of the training that is being opened, with what was set meanwhile. */
  #wanting: Wanted | null = null;
  /** Where to go back to if no other training begins. */
  #rest: Resting = "ready";

  /** `pace` slows down what would be over before it was seen. */
  constructor(listener: Listener<Snapshot>, pace?: Pace) {
    this.#listener = listener;
    this.#pace = pace;
    this.speed = pace === undefined ? "full" : "slow";
    this.#connection = connect();
  }

  get state(): State {
    return this.#state;
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
    const turn = ++this.#turn;
    if (this.#state === "failed") this.#connection = connect();
    this.#enter("loading");
    this.#wanting = wanted;
    const connection = this.#connectionFor(wanted);
    try {
      const opened = await connection.open(wanted, (loading) => {
        if (turn === this.#turn) this.#listener.loading(loading);
      });
      if (connection !== this.#connection) {
        if (turn !== this.#turn) throw new TypeError("another training was wanted meanwhile");
        this.#replaceBy(connection);
      }
      const now = turn === this.#turn ? (this.#wanting ?? wanted) : wanted;
      this.#standing = { opened, wanted: now, told: false };
      if (turn !== this.#turn) return false;
      this.#wanting = null;
      for (const [name, value] of Object.entries(now.settings)) {
        if (value !== wanted.settings[name]) await connection.set(name, value);
      }
      // Weights that do not fit any more are let go: the page opens as if nothing had been kept.
      const resumed = kept && (await connection.resume(kept).catch(() => null));
      if (turn !== this.#turn) return false;
      this.#tell();
      if (resumed !== null) this.#show(resumed, "paused");
      if (run) this.run();
      return true;
    } catch (error) {
      if (connection !== this.#connection) connection.close();
      if (turn !== this.#turn) return false;
      this.#wanting = null;
      this.#fail(error as Error);
      return false;
    }
  }

  /**
   * A worker's training is on one device: another one has a worker of its own, which takes over
   * when its training has begun.
   */
  #connectionFor({ device }: Wanted): Connection<Snapshot> {
    const standing = this.#standing?.wanted;
    return standing === undefined || standing.device === device ? this.#connection : connect();
  }

  #replaceBy(connection: Connection<Snapshot>): void {
    this.#connection.close();
    this.#connection = connection;
    // What was asked of the worker that is gone is never answered.
    this.#playing = Promise.resolve();
  }

  /** What the training that stands was begun with, as far as it has changed since. */
  get wanted(): Wanted | null {
    return this.#standing?.wanted ?? null;
  }

  run(): void {
    if (this.#state !== "ready" && this.#state !== "paused") return;
    this.#enter("running");
    const turn = this.#turn;
    this.#playing = this.#playing.then(() => this.#play(turn));
  }

  pause(): void {
    if (this.#state === "running") this.#enter("pausing");
  }

  /** Takes one step. */
  async step(): Promise<void> {
    this.pause();
    const turn = this.#turn;
    await this.#playing;
    if (this.#state !== "ready" && this.#state !== "paused") return;
    await this.#try(turn, async () => {
      const frame = await this.#connection.advance({ milliseconds: 0 });
      if (turn === this.#turn) this.#show(frame, "paused");
    });
  }

  async set(name: string, value: Setting): Promise<void> {
    const set = (wanted: Wanted): Wanted => {
      return { ...wanted, settings: { ...wanted.settings, [name]: value } };
    };
    if (this.#wanting !== null) {
      this.#wanting = set(this.#wanting);
      return;
    }
    if (this.#standing !== null) this.#standing.wanted = set(this.#standing.wanted);
    await this.#try(this.#turn, () => this.#connection.set(name, value));
  }

  /** The run's answer; what goes wrong is told like all else, and thrown. */
  async ask(question: unknown): Promise<unknown> {
    const turn = this.#turn;
    try {
      return await this.#connection.ask(question);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error);
      throw error;
    }
  }

  /** How far the training is; null where it cannot be kept. */
  async checkpoint(): Promise<Checkpoint | null> {
    const turn = this.#turn;
    const checkpoint = await this.#connection.checkpoint();
    return turn === this.#turn ? checkpoint : null;
  }

  watch(on: boolean): Promise<void> {
    return this.#connection.watch(on);
  }

  look(seed: number): Promise<void> {
    return this.#connection.look(seed);
  }

  lossesAt(places: readonly number[], at: number): Promise<Float32Array> {
    return this.#connection.lossesAt(places, at);
  }

  weights(): Promise<Uint8Array> {
    return this.#connection.weights();
  }

  /** Takes the weights in a file; gives whether it did. */
  async load(file: File): Promise<boolean> {
    const turn = this.#turn;
    this.pause();
    await this.#playing;
    return this.#try(turn, async () => {
      const frame = await this.#connection.load(file);
      if (turn === this.#turn) this.#listener.frame(frame);
    });
  }

  /** The settings that a file of weights was written with. */
  settingsOf(file: File): Promise<Settings | null> {
    return this.#connection.settingsOf(file);
  }

  /** Ends the worker, with all it holds. */
  close(): void {
    this.#turn++;
    this.#connection.close();
  }

  /** Asks for the next picture before it draws the one that came. */
  async #play(turn: number): Promise<void> {
    await this.#try(turn, async () => {
      let next = this.#frame();
      for (;;) {
        const frame = await next;
        if (turn !== this.#turn) return;
        const more = this.#goesOn(turn) && !frame.done && frame.diverged === null;
        if (more) {
          next = this.#frame();
          next.catch(() => undefined);
        }
        this.#show(frame, more ? "running" : "paused");
        if (!more) return;
      }
    });
  }

  /** The next picture, no sooner than the pace says. */
  async #frame(): Promise<Frame<Snapshot>> {
    if (this.speed === "full") return this.#connection.advance({ milliseconds: often() });
    const { steps = SLOW.steps, milliseconds } = this.#pace ?? SLOW;
    const most = this.speed === "faster" ? 10 * steps : steps;
    const [frame] = await Promise.all([
      this.#connection.advance({ milliseconds: often(), steps: most }),
      new Promise((resolve) => setTimeout(resolve, Math.max(milliseconds, often()))),
    ]);
    return frame;
  }

  #goesOn(turn: number): boolean {
    return turn === this.#turn && this.#state === "running";
  }

  #show(frame: Frame<Snapshot>, state: State): void {
    this.#listener.frame(frame);
    this.#enter(frame.diverged !== null ? "diverged" : frame.done ? "done" : state);
  }

  /** Says that the training which stands has begun. */
  #tell(): void {
    if (this.#standing === null || this.#standing.told) return;
    this.#standing.told = true;
    this.#listener.opened(this.#standing.opened, this.#standing.wanted);
    this.#enter(this.#standing.opened.frame.diverged === null ? "ready" : "diverged");
  }

  async #try(turn: number, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error);
      return false;
    }
  }

  #fail(error: Error): void {
    if (error.name === "DeviceLostError" || this.#standing === null) {
      this.#turn++;
      this.#standing = null;
      this.#connection.close();
      this.#enter("failed");
    } else {
      this.#tell();
      this.#enter(this.#rest);
    }
    this.#listener.failed(error, this.#standing?.wanted ?? null);
  }

  #enter(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state === "running" || state === "pausing") this.#rest = "paused";
    else if (state !== "loading" && state !== "failed") this.#rest = state;
    this.#listener.state(state);
  }
}
