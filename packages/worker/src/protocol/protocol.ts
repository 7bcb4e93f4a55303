/** What the page and its worker say to each other: data, and no tensors. */

/** What has happened since the frame before. */
export interface Frame<Snapshot = unknown> {
  /** Steps taken so far. */
  readonly step: number;
  /** Steps that the training will take; 0 where that is not known yet. */
  readonly steps: number;
  readonly done: boolean;
  /**
   * The step whose loss, or whose weights, were no finite numbers: no step is taken after it. Null
   * while all is well.
   */
  readonly diverged: number | null;
  /** Losses of the steps since the frame before; the last is that of `step`. All are finite. */
  readonly losses: Float32Array;
  /** What the training shows of itself; null where it has none, or its weights are not finite. */
  readonly snapshot: Snapshot | null;
  /** Measured beside the training; null where nothing was measured for this frame. */
  readonly measures: Readonly<Record<string, number>> | null;
  readonly machine: MachineFacts;
}

export interface MachineFacts {
  /** Steps of this frame, and the time that they took. */
  readonly steps: number;
  readonly milliseconds: number;
  readonly dispatches: number;
  /** Bytes in use on the device. */
  readonly bytes: number;
  /** The learning rate of the last step; null before the first, and where there is none. */
  readonly lr: number | null;
}

/** How many steps one frame has. */
export interface Pace {
  /** No step is begun later than this after the first; there is always one. */
  readonly milliseconds: number;
  /** At most so many (default: no limit). */
  readonly steps?: number;
}

/** How far a training is, to be taken up again; can be kept in IndexedDB or a file. */
export interface Checkpoint {
  readonly step: number;
  readonly steps: number;
  /** Its parts as a safetensors file; null where it has none, and the steps are taken again. */
  readonly file: Uint8Array | null;
}

/** How far something is that the training waits for. */
export interface Loading {
  readonly what: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes of the whole, or null where that is not known. */
  readonly total: number | null;
}

/** Where tensors live: a name that `init` knows. */
export type DeviceName = "webgpu" | "wasm" | "cpu";

export interface DeviceFacts {
  readonly device: DeviceName;
  /** The adapter, in its own words. */
  readonly description: string;
}

/** What is wanted of a training. */
export interface Wanted<Settings = unknown> {
  readonly settings: Settings;
  /** Null: the fastest there is. */
  readonly device: DeviceName | null;
  /** Decides every random number; null: chance. */
  readonly seed: number | null;
}

/** A training that is ready for its first step, or for the one after a checkpoint. */
export interface Opened<Snapshot = unknown, Info = unknown> {
  readonly device: DeviceFacts;
  /** Numbers that are trained. */
  readonly parameters: number;
  /** What else the training says of itself; null where that is nothing. */
  readonly info: Info;
  /** Before the first step. */
  readonly frame: Frame<Snapshot>;
  /** How it stands after the checkpoint that it went on from; null without one. */
  readonly resumed: Frame<Snapshot> | null;
}

/** What a worker serves, as a type: `typeof` what `serve` gave. */
export interface Served<Settings = unknown, Snapshot = unknown, Info = unknown, Own = object> {
  readonly types?: {
    readonly settings: Settings;
    readonly snapshot: Snapshot;
    readonly info: Info;
    readonly calls: Own;
  };
}

/** The worker's side. Calls are served in turn, whole; `end` and `stop` cut `advance` short. */
export interface Session {
  open(wanted: Wanted, checkpoint: Checkpoint | null): Promise<Opened>;
  advance(pace: Pace): Promise<Frame>;
  frame(): Promise<Frame>;
  set(changes: object): Promise<void>;
  call(name: string, args: readonly unknown[]): Promise<unknown>;
  checkpoint(): Promise<Checkpoint | null>;
  stop(): Promise<void>;
  /** Releases the devices; the worker may be terminated after it. */
  end(): Promise<void>;
}

/** What an answer is that may be an error. */
export type Answer<Value> = { readonly value: Value } | { readonly error: ErrorRecord };

/** An error as data. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause?: ErrorRecord | { readonly value: unknown };
  /** Of an AggregateError. */
  readonly errors?: readonly (ErrorRecord | { readonly value: unknown })[];
  /** Other fields of its own that can be sent: `code`, `rank`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a worker sends unasked. */
export type News =
  | { readonly wgrad: "serves" }
  | { readonly wgrad: "loading"; readonly loading: Loading }
  /** It ends by an error that nobody caught. */
  | { readonly wgrad: "fails"; readonly error: ErrorRecord };
