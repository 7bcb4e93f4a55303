/** What a page and its training say to each other, beside what `@wgrad/worker` says: data. */
import type {
  Frame as AnyFrame,
  Opened as AnyOpened,
  Checkpoint,
  DeviceName,
  Loading,
  Served,
} from "@wgrad/worker";
import type { Lack } from "./devices.ts";

export type { Checkpoint, Loading };
export type Setting = number | string;
export type Settings = Readonly<Record<string, Setting>>;

/** What a page wants to be trained. */
export interface Order {
  /** The page's name. */
  readonly page: string;
  readonly settings: Settings;
  /** Where to compute; null is the fastest there is. */
  readonly device: DeviceName | null;
  /** A file of the user's to learn from, in place of the page's own data. */
  readonly file: File | null;
}

export interface Wanted extends Order {
  /** Decides every random number. */
  readonly seed: number;
}

/** What is drawn of a training. */
export interface Shown<Snapshot = unknown> {
  readonly picture: Snapshot;
  /** How long each layer's gradient was at the last step; null where that is not watched. */
  readonly gradients: readonly LayerGradient[] | null;
}

/** A layer's part of the gradient. */
export interface LayerGradient {
  readonly layer: string;
  /** ‖∂loss/∂θ‖₂ of its parameters. */
  readonly norm: number;
}

/** What a page is told of a training that is ready. */
export interface Info {
  /** Why the device is not WebGPU; null where it is, or where it was asked for. */
  readonly lack: Lack | null;
  /** The model's layers as a table of text; null where there are none. */
  readonly summary: string | null;
  /** Whether there are weights to save and to load. */
  readonly hasWeights: boolean;
  /** Whether the loss around the weights can be looked at. */
  readonly hasLandscape: boolean;
}

export interface Calls {
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
  /** The settings that a file of weights was written with; null where it does not say. */
  settingsOf(file: File): Promise<Settings | null>;
  /** Takes weights from such a file, all or none. */
  load(file: File): Promise<void>;
}

export type Frame<Snapshot = unknown> = AnyFrame<Shown<Snapshot>>;
export type Opened<Snapshot = unknown> = AnyOpened<Shown<Snapshot>, Info>;
/** What the worker serves. */
export type Lessons<Snapshot = unknown> = Served<Order, Shown<Snapshot>, Info, Calls>;
