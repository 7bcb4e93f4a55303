import type { ErrorClass } from "../protocol/errors.ts";
import type { Checkpoint, Frame, Opened, Wanted } from "../protocol/protocol.ts";
import { Connection, type NodeThread, type WebWorker, WorkerError } from "./connection.ts";
import type { ConnectOptions, Events, OpenOptions, Resting, RunPace, State } from "./events.ts";
import { checkOptions } from "./options.ts";

/** Another training was opened, or this one was stopped, before an answer came. */
export class SupersededError extends Error {
  override readonly name: string = "SupersededError";
}

interface Standing<Settings, Snapshot, Info> {
  readonly opened: Opened<Snapshot, Info>;
  wanted: Wanted<Settings>;
  told: boolean;
}

/** A training in a worker: it takes steps only while it is asked for the next frame. */
export class Training<Settings = unknown, Snapshot = unknown, Info = unknown, Own = object> {
  /** May be changed at any time, and is read before every frame. */
  pace: RunPace;
  readonly #make: () => WebWorker | NodeThread;
  readonly #errors: readonly ErrorClass[];
  readonly #checkpointEvery: number;
  readonly #listeners = new Map<string, Set<(...args: never[]) => void>>();
  #connection: Connection | null = null;
  #state: State = "idle";
  /** Counts beginnings: answers of an earlier training are dropped. */
  #turn = 0;
  #playing: Promise<void> = Promise.resolve();
  #running: Promise<Frame<Snapshot>> | null = null;
  #frame: Frame<Snapshot> | null = null;
  /**
   * The training that the worker has: listeners were told of it unless a later one was wanted
   * before it began.
   */
  #standing: Standing<Settings, Snapshot, Info> | null = null;
  /** What is wanted of the training that is being opened, with what was set meanwhile. */
  #wanting: Wanted<Settings> | null = null;
  /** Of the training that stood last, for `restart`. */
  #last: { readonly wanted: Wanted<Settings>; readonly checkpoint: Checkpoint | null } | null =
    null;
  #keptAt = 0;
  /** Where to go back to if no other training begins. */
  #rest: Resting = "idle";

  constructor(make: () => WebWorker | NodeThread, options: ConnectOptions) {
    const { errors = [], checkpointEvery = 0, pace = { milliseconds: 50 } } = options;
    this.#make = make;
    this.#errors = errors;
    this.#checkpointEvery = checkpointEvery;
    this.pace = pace;
  }

  get state(): State {
    return this.#state;
  }

  /** What the training that stands was opened with, as far as it has changed since; else null. */
  get wanted(): Wanted<Settings> | null {
    return this.#standing?.wanted ?? null;
  }

  /** What is wanted of the training that is being opened, with what was set meanwhile; else null. */
  get opening(): Wanted<Settings> | null {
    return this.#wanting;
  }

  /** Calls `listener` whenever that happens, until the function that it gives is called. */
  on<Name extends keyof Events<Settings, Snapshot, Info>>(
    name: Name,
    listener: Events<Settings, Snapshot, Info>[Name],
  ): () => void {
    const known = ["state", "loading", "open", "progress"];
    if (!known.includes(name)) {
      throw new TypeError(`on: there is no event "${name}"\n  hint: one of ${known.join(", ")}`);
    }
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /**
   * Begins a training; one from before is there until this one is ready, and stays if it fails.
   * Rejects with what `begin` threw in the worker, and with SupersededError if another one is opened
   * meanwhile.
   */
  async open(settings: Settings, options: OpenOptions = {}): Promise<Opened<Snapshot, Info>> {
    checkOptions("open(settings, { device, seed, checkpoint })", options);
    const { device = null, seed = null, checkpoint = null } = options;
    this.#checkAlive("open");
    const turn = ++this.#turn;
    this.#enter("loading");
    const wanted: Wanted<Settings> = { settings, device, seed };
    this.#wanting = wanted;
    const connection = this.#connectionFor(wanted);
    try {
      const opened = (await connection.open(wanted, checkpoint)) as Opened<Snapshot, Info>;
      if (connection !== this.#connection) {
        if (turn !== this.#turn) throw superseded();
        this.#replaceBy(connection);
      }
      const now = turn === this.#turn ? (this.#wanting ?? wanted) : wanted;
      this.#standing = { opened, wanted: now, told: false };
      this.#last = { wanted: now, checkpoint };
      if (turn !== this.#turn) throw superseded();
      this.#wanting = null;
      if (now !== wanted) await connection.set(now.settings as object);
      if (turn !== this.#turn) throw superseded();
      this.#frame = opened.frame;
      this.#keptAt = performance.now();
      this.#tell();
      if (opened.resumed !== null) this.#show(opened.resumed, "paused");
      return opened;
    } catch (error) {
      if (connection !== this.#connection) void connection.close();
      if (turn !== this.#turn) throw superseded();
      this.#wanting = null;
      throw this.#fail(error as Error);
    }
  }

  /**
   * Begins to take steps, or goes on. Resolves with the last frame when it rests: it is done,
   * paused, stopped, or its numbers are not finite any more. Rejects with what a step threw.
   */
  run(): Promise<Frame<Snapshot>> {
    if (this.#running !== null && (this.#state === "running" || this.#state === "pausing")) {
      this.#enter("running");
      return this.#running;
    }
    if (this.#state !== "ready" && this.#state !== "paused") {
      return Promise.reject(this.#idle("run"));
    }
    this.#enter("running");
    const turn = this.#turn;
    const playing = this.#playing.then(() => this.#play(turn));
    this.#playing = playing.catch(() => undefined);
    const running = playing.then(() => this.#frame as Frame<Snapshot>);
    this.#running = running;
    return running;
  }

  /** Takes no step after those under way; resolves when they are taken. */
  async pause(): Promise<void> {
    if (this.#state === "running") this.#enter("pausing");
    await this.#playing;
  }

  /** Takes so many steps and rests. */
  async step(steps = 1): Promise<Frame<Snapshot>> {
    if (!Number.isInteger(steps) || steps < 1) {
      throw new RangeError(`step: ${steps} steps\n  hint: a whole number from 1 on`);
    }
    const turn = this.#turn;
    await this.pause();
    if (this.#state !== "ready" && this.#state !== "paused") throw this.#idle("step");
    return this.#try(turn, async (connection) => {
      const frame = await connection.advance({ milliseconds: Infinity, steps });
      if (turn === this.#turn) this.#show(frame as Frame<Snapshot>, "paused");
      return frame as Frame<Snapshot>;
    }).catch((error: unknown) => this.#halt(turn, error));
  }

  /** How it stands now, measured anew; listeners of "progress" are told. */
  frame(): Promise<Frame<Snapshot>> {
    const turn = this.#turn;
    return this.#try(turn, async (connection) => {
      const frame = (await connection.frame()) as Frame<Snapshot>;
      if (turn === this.#turn) this.#emit("progress", frame);
      return frame;
    });
  }

  /** Changes settings of the training that goes on, or is about to. */
  async set(changes: Partial<Settings>): Promise<void> {
    const set = (wanted: Wanted<Settings>): Wanted<Settings> => {
      return { ...wanted, settings: { ...wanted.settings, ...changes } };
    };
    if (this.#wanting !== null) {
      this.#wanting = set(this.#wanting);
      return;
    }
    await this.#try(this.#turn, async (connection) => {
      await connection.set(changes as object);
      if (this.#standing === null) return;
      this.#standing.wanted = set(this.#standing.wanted);
      this.#last = { checkpoint: null, ...this.#last, wanted: this.#standing.wanted };
    });
  }

  /** Calls a function of the training's `calls`, between two frames. */
  async call<Name extends keyof Own & string>(
    name: Name,
    ...args: Own[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Own[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never> {
    return this.#try(this.#turn, (connection) => connection.call(name, args)) as never;
  }

  /** How far it is, to be taken up again; null where that cannot be. */
  async checkpoint(): Promise<Checkpoint | null> {
    const turn = this.#turn;
    return this.#try(turn, async (connection) => {
      const checkpoint = await connection.checkpoint();
      if (turn !== this.#turn) throw superseded();
      this.#keep(checkpoint);
      return checkpoint;
    });
  }

  /**
   * Opens the last training again, from its last checkpoint, or from its beginning: after its
   * device was lost. It has a worker of its own.
   */
  async restart(): Promise<Opened<Snapshot, Info>> {
    this.#checkAlive("restart");
    if (this.#last === null) throw this.#idle("restart");
    const { wanted, checkpoint } = this.#last;
    const { settings, device, seed } = wanted;
    return this.open(settings, { device, seed, checkpoint });
  }

  /** Releases the training; the worker is there for another one. */
  async stop(): Promise<void> {
    if (this.#standing === null) return;
    this.#turn++;
    this.#standing = null;
    this.#wanting = null;
    this.#enter("idle");
    await this.#connection?.stop();
  }

  /** Ends the worker, once it has released its devices. */
  async terminate(): Promise<void> {
    this.#turn++;
    this.#standing = null;
    this.#wanting = null;
    this.#enter("ended");
    await this.#connection?.close();
  }

  #connect(): Connection {
    return new Connection(this.#make(), this.#errors, (loading) => this.#emit("loading", loading));
  }

  /**
   * A worker's training is on one device: another one has a worker of its own, which takes over
   * when its training has begun.
   */
  #connectionFor({ device }: Wanted<Settings>): Connection {
    const standing = this.#standing?.wanted;
    if (standing !== undefined && standing.device !== device) return this.#connect();
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  #replaceBy(connection: Connection): void {
    void this.#connection?.close();
    this.#connection = connection;
    // What was asked of the worker that is gone is never answered.
    this.#playing = Promise.resolve();
  }

  /** Asks for the next frame before listeners are told of the one that came. */
  async #play(turn: number): Promise<void> {
    await this.#try(turn, async (connection) => {
      let next = this.#next(connection);
      for (;;) {
        const frame = await next;
        if (turn !== this.#turn) return;
        await this.#keepNow(connection);
        if (turn !== this.#turn) return;
        const more = this.#state === "running" && !frame.done && frame.diverged === null;
        if (more) {
          next = this.#next(connection);
          next.catch(() => undefined);
        }
        this.#show(frame, more ? "running" : "paused");
        if (!more) return;
      }
    }).catch((error: unknown) => {
      if (!(error instanceof SupersededError)) return this.#halt(turn, error);
    });
  }

  /** A step threw: it rests. */
  #halt(turn: number, error: unknown): never {
    if (turn === this.#turn && !isGone(error as Error)) this.#enter("paused");
    throw error;
  }

  /** The next frame, no sooner than the pace says. */
  async #next(connection: Connection): Promise<Frame<Snapshot>> {
    const { milliseconds, steps, every = 0 } = this.pace;
    const asked = connection.advance({ milliseconds, ...(steps !== undefined && { steps }) });
    if (every === 0) return (await asked) as Frame<Snapshot>;
    const [frame] = await Promise.all([
      asked,
      new Promise((resolve) => setTimeout(resolve, every)),
    ]);
    return frame as Frame<Snapshot>;
  }

  /** Takes a checkpoint, if that is due. */
  async #keepNow(connection: Connection): Promise<void> {
    if (this.#checkpointEvery === 0) return;
    if (performance.now() - this.#keptAt < this.#checkpointEvery) return;
    this.#keep(await connection.checkpoint());
  }

  #keep(checkpoint: Checkpoint | null): void {
    this.#keptAt = performance.now();
    if (this.#last !== null && checkpoint !== null) this.#last = { ...this.#last, checkpoint };
  }

  #show(frame: Frame<Snapshot>, state: Resting | "running"): void {
    this.#frame = frame;
    this.#emit("progress", frame);
    // a listener may have paused it, or opened another
    if (state === "running" && this.#state !== "running") return;
    this.#enter(frame.diverged !== null ? "diverged" : frame.done ? "done" : state);
  }

  /** Says that the training which stands has begun. */
  #tell(): void {
    if (this.#standing === null || this.#standing.told) return;
    this.#standing.told = true;
    this.#emit("open", this.#standing.opened, this.#standing.wanted);
    this.#enter(this.#standing.opened.frame.diverged === null ? "ready" : "diverged");
  }

  async #try<Result>(
    turn: number,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    this.#checkAlive("training");
    if (this.#connection === null || this.#standing === null) throw this.#idle("training");
    try {
      return await work(this.#connection);
    } catch (error) {
      if (turn !== this.#turn || error instanceof SupersededError) throw superseded();
      throw isGone(error as Error) ? this.#fail(error as Error) : error;
    }
  }

  /** What was to be opened was not, or no step can be taken. */
  #fail(error: Error): Error {
    if (isGone(error) || this.#standing === null) {
      this.#turn++;
      this.#standing = null;
      void this.#connection?.close();
      this.#connection = null;
      this.#enter("failed");
    } else {
      this.#tell();
      this.#enter(this.#rest);
    }
    return error;
  }

  #enter(state: State): void {
    if (state === this.#state || this.#state === "ended") return;
    this.#state = state;
    if (state === "running" || state === "pausing") this.#rest = "paused";
    else if (state !== "loading" && state !== "failed" && state !== "ended") this.#rest = state;
    this.#emit("state", state);
  }

  #emit<Name extends keyof Events<Settings, Snapshot, Info>>(
    name: Name,
    ...args: Parameters<Events<Settings, Snapshot, Info>[Name]>
  ): void {
    for (const listener of this.#listeners.get(name) ?? [])
      listener(...(args as unknown as never[]));
  }

  #checkAlive(call: string): void {
    if (this.#state === "ended") throw new TypeError(`${call}: the worker was terminated`);
  }

  #idle(call: string): TypeError {
    return new TypeError(
      `${call}: the training is ${this.#state}${this.#state === "done" || this.#state === "idle" ? "\n  hint: open() begins one" : ""}`,
    );
  }
}

/** Whether nothing can be asked of the worker any more. */
const isGone = (error: Error): boolean =>
  error.name === "DeviceLostError" || error instanceof WorkerError;

const superseded = (): SupersededError =>
  new SupersededError("another training was opened, or this one was stopped, before this was done");
