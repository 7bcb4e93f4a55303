import { type Connection, connect } from "../session/connect.ts";
import type { Frame, Loading, Opened, Pace, Setting, Wanted } from "../session/protocol.ts";

/** `pausing`: the last picture asked for is on its way. */
export type State = "loading" | "ready" | "running" | "pausing" | "paused" | "done" | "failed";

/** Who is told what happens. */
export interface Listener<Snapshot> {
  state(state: State): void;
  loading(loading: Loading): void;
  opened(opened: Opened<Snapshot>): void;
  frame(frame: Frame<Snapshot>): void;
  /** What could not be done; `state` says whether the training stands nevertheless. */
  failed(error: Error): void;
}

/** At most twenty pictures a second, and few where motion is unwelcome. */
const still = matchMedia("(prefers-reduced-motion: reduce)");
const often = (): number => (still.matches ? 400 : 50);

/** Plays one page's training: the worker takes steps only when it is asked for the next picture. */
export class Player<Snapshot> {
  readonly #listener: Listener<Snapshot>;
  readonly #pace: Pace | undefined;
  #connection: Connection<Snapshot>;
  #state: State = "loading";
  /** Counts beginnings: answers of an earlier training are dropped. */
  #turn = 0;
  #playing: Promise<void> = Promise.resolve();
  #opened = false;

  /** `pace` slows down what would be over before it was seen. */
  constructor(listener: Listener<Snapshot>, pace?: Pace) {
    this.#listener = listener;
    this.#pace = pace;
    this.#connection = connect();
  }

  get state(): State {
    return this.#state;
  }

  /** Begins anew, and runs on if it ran. If that fails, the training from before is still there. */
  async begin(wanted: Wanted, { run = false }: { readonly run?: boolean } = {}): Promise<void> {
    const before = this.#state;
    const turn = ++this.#turn;
    if (before === "failed" && !this.#opened) this.#connection = connect();
    this.#enter("loading");
    try {
      const opened = await this.#connection.open(wanted, (loading) => {
        if (turn === this.#turn) this.#listener.loading(loading);
      });
      if (turn !== this.#turn) return;
      this.#opened = true;
      this.#listener.opened(opened);
      this.#enter("ready");
      if (run) this.run();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error, before);
    }
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
    await this.#try(this.#turn, () => this.#connection.set(name, value));
  }

  /** The run's answer; what goes wrong is told like all else, and thrown. */
  async ask(question: unknown): Promise<unknown> {
    const turn = this.#turn;
    try {
      return await this.#connection.ask(question);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error, this.#state);
      throw error;
    }
  }

  weights(): Promise<Uint8Array> {
    return this.#connection.weights();
  }

  async load(file: File): Promise<void> {
    const turn = this.#turn;
    this.pause();
    await this.#playing;
    await this.#try(turn, async () => {
      const frame = await this.#connection.load(file);
      if (turn === this.#turn) this.#listener.frame(frame);
    });
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
        const more = this.#goesOn(turn) && !frame.done;
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
    if (this.#pace === undefined) return this.#connection.advance({ milliseconds: often() });
    const { steps, milliseconds } = this.#pace;
    const [frame] = await Promise.all([
      this.#connection.advance({ milliseconds: often(), ...(steps && { steps }) }),
      new Promise((resolve) => setTimeout(resolve, Math.max(milliseconds, often()))),
    ]);
    return frame;
  }

  #goesOn(turn: number): boolean {
    return turn === this.#turn && this.#state === "running";
  }

  #show(frame: Frame<Snapshot>, state: State): void {
    this.#listener.frame(frame);
    this.#enter(frame.done ? "done" : state);
  }

  async #try(turn: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error as Error, "paused");
    }
  }

  #fail(error: Error, before: State): void {
    const lost = error.name === "DeviceLostError";
    if (lost || !this.#opened) {
      this.#turn++;
      this.#opened = false;
      this.#connection.close();
      this.#enter("failed");
    } else this.#enter(before === "ready" || before === "done" ? before : "paused");
    this.#listener.failed(error);
  }

  #enter(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.state(state);
  }
}
