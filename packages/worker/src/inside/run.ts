import type { Tensor } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";
import type { DeviceFacts, Loading } from "../protocol/protocol.ts";

/** A module of `@wgrad/nn`, as far as it matters here. */
export interface Trained {
  parameters(): Tensor[];
  buffers(): Tensor[];
}

/** An optimizer of `@wgrad/optim`, as far as it matters here. */
export interface Stepping extends Stateful {
  readonly paramGroups: readonly { readonly lr: number }[];
}

/** What a run has on the device. */
export type Held = Tensor | Trained;

/** One step of training has been taken. */
export interface Step {
  /** Steps taken so far, from 1; from `from` + 1 where a training goes on. */
  readonly step: number;
  /** Steps that the training will take, if that is known. */
  readonly steps?: number;
  /** What the step descended, not read yet. */
  readonly loss: Tensor;
  /** What took the step: its learning rate is told to the page. */
  readonly optimizer?: Stepping;
}

/** How a training begins. */
export interface Start<Settings> {
  /** Steps that were taken before: 0, or those of the checkpoint. */
  readonly from: number;
  /** As they are before the first step: `set` may have changed them since the run was made. */
  readonly settings: Settings;
}

/** One training, from its first step. */
export interface Run<Settings = unknown, Snapshot = unknown, Info = unknown, Own = object> {
  /** What is trained: counted, watched for NaN, and released in the end. `hold` it. */
  readonly model?: Trained;
  /**
   * What a checkpoint keeps: all that the training's course depends on, `randomState` of
   * `@wgrad/autograd/saving` too. Without parts a training goes on by taking its steps again.
   */
  readonly parts?: Readonly<Record<string, Stateful>>;
  /** Called when the parts have got the states of a checkpoint. */
  resumed?(): Promise<void>;
  /** False for a training that is not to be taken up in its middle (default true). */
  readonly resumable?: boolean;
  /** What the page is told when the training is ready. */
  readonly info?: Info;
  /** Takes the steps, one at each turn of the loop over it. */
  train(start: Start<Settings>): AsyncGenerator<Step, void, undefined>;
  /** What the page draws now. Its typed arrays are handed over: make them for it. */
  snapshot?(): Promise<Snapshot>;
  /** Scores that take longer than a snapshot: they get a fifth of the time at most. */
  measures?(): Promise<Readonly<Record<string, number>>>;
  /** Settings that change while training goes on; without it they cannot. */
  set?(changes: Partial<Settings>): void;
  /** What the page may call. */
  readonly calls?: Own;
}

/** What a run is made with. */
export interface Desk<Settings = unknown> {
  readonly settings: Settings;
  readonly device: DeviceFacts;
  /** Aborted when another training is opened, or the worker is to end. */
  readonly signal: AbortSignal;
  /** Tells the page how far something is that the training waits for. */
  loading(report: Loading): void;
  /**
   * Takes tensors and modules of this run alone, and returns the first. They are released when
   * another run has begun, or when `begin` throws: a model is held as soon as it is made.
   */
  hold<T extends Held>(first: T, ...others: readonly Held[]): T;
}

/** Makes a run; its device is open and its seed is set. */
export type Begin<Settings = unknown, Snapshot = unknown, Info = unknown, Own = object> = (
  desk: Desk<Settings>,
) => Promise<Run<Settings, Snapshot, Info, Own>>;
