/** What the page's thread and its worker say to each other: data, and nothing of the library. */
import type { DeviceName, Lack } from "./devices.ts";

export type Setting = number | string;
export type Settings = Readonly<Record<string, Setting>>;

export interface Wanted {
  /** The page's name. */
  readonly page: string;
  /** Decides every random number. */
  readonly seed: number;
  readonly settings: Settings;
  /** Where to compute; null is the fastest there is. */
  readonly device: DeviceName | null;
  /** A file of the user's to learn from, in place of the page's own data. */
  readonly file: File | null;
}

/** Where the work is done. */
export interface DeviceFacts {
  readonly kind: DeviceName;
  /** The adapter, in its own words. */
  readonly description: string;
  /** Why it is not WebGPU; null where it is, or where it was asked for. */
  readonly lack: Lack | null;
}

/** A training that is ready for its first step. */
export interface Opened<Snapshot = unknown> {
  readonly device: DeviceFacts;
  readonly parameters: number;
  /** The model's layers as a table of text; null where there are none. */
  readonly summary: string | null;
  /** Whether there are weights to save and to load. */
  readonly hasWeights: boolean;
  /** Whether the loss around the weights can be looked at. */
  readonly hasLandscape: boolean;
  readonly frame: Frame<Snapshot>;
}

/** What has happened since the frame before. */
export interface Frame<Snapshot = unknown> {
  /** Steps taken so far. */
  readonly step: number;
  /** Steps that the training will take; 0 before the first one says. */
  readonly steps: number;
  readonly done: boolean;
  /**
   * The step whose loss, or whose weights, were no finite numbers: no step is taken after it. Null
   * while all is well.
   */
  readonly diverged: number | null;
  /** Losses of the steps since the frame before; the last is that of `step`. All are finite. */
  readonly losses: Float32Array;
  /**
   * What the page draws; null where the weights are no finite numbers, and what was drawn before
   * stays.
   */
  readonly snapshot: Snapshot | null;
  /** Measured on data that are not learned from; null where nothing was measured for this frame. */
  readonly measures: Readonly<Record<string, number>> | null;
  /** How long each layer's gradient was at the last step; null where that is not watched. */
  readonly gradients: readonly LayerGradient[] | null;
  readonly machine: MachineFacts;
}

/** A layer's part of the gradient. */
export interface LayerGradient {
  readonly layer: string;
  /** ‖∂loss/∂θ‖₂ of its parameters. */
  readonly norm: number;
}

export interface MachineFacts {
  /** Steps of this frame, and the time that they took. */
  readonly steps: number;
  readonly milliseconds: number;
  readonly dispatches: number;
  /** Bytes in use on the device. */
  readonly bytes: number;
  /** The learning rate now; null before the first step, and where there is none. */
  readonly lr: number | null;
}

export interface Pace {
  /** No step is begun later than this after the first; there is always one. */
  readonly milliseconds: number;
  /** At most so many (default: no limit). */
  readonly steps?: number;
}

/** How far a training is, to be taken up again. */
export interface Checkpoint {
  readonly step: number;
  readonly steps: number;
  /** The weights as a safetensors file; null where there are none, and the steps are taken again. */
  readonly weights: Uint8Array | null;
}

/** How far a file is that the page needs. */
export interface Loading {
  readonly what: string;
  readonly received: number;
  /** Bytes of the whole file, or null if the server does not say. */
  readonly total: number | null;
}

/** One page's training, in its worker. Calls are served in turn, whole. */
export interface Session<Snapshot = unknown> {
  /** Begins anew. If that fails, what was there before is as it was, its random numbers too. */
  open(wanted: Wanted, onLoading: (loading: Loading) => void): Promise<Opened<Snapshot>>;
  /** Takes steps and says what happened. */
  advance(pace: Pace): Promise<Frame<Snapshot>>;
  /** Changes a setting of the training that goes on, or is about to. */
  set(name: string, value: Setting): Promise<void>;
  /** Whatever else the page asks: a drawing to classify, a sentence to judge. */
  ask(question: unknown): Promise<unknown>;
  /** The weights as a safetensors file, with the settings that they belong to. */
  weights(): Promise<Uint8Array>;
  /** Frames say from now on how long gradients are, or do not. */
  watch(on: boolean): Promise<void>;
  /** The loss around the weights of now, in two directions that `seed` draws, is looked at. */
  look(seed: number): Promise<void>;
  /** Losses at places of the first direction, at one of the second. */
  lossesAt(places: readonly number[], at: number): Promise<Float32Array>;
  /** How far it is; null where the training cannot be taken up in its middle. */
  checkpoint(): Promise<Checkpoint | null>;
  /**
   * Goes on where a training like this one was: its weights are as they were, its optimizer starts
   * afresh.
   */
  resume(checkpoint: Checkpoint): Promise<Frame<Snapshot>>;
  /** The settings that a file of weights was written with; null where it does not say. */
  settingsOf(file: File): Promise<Settings | null>;
  /** Takes weights from such a file, all or none. */
  load(file: File): Promise<Frame<Snapshot>>;
}
