import type { Shape, Tensor } from "@wgrad/autograd";
import type { Module } from "@wgrad/nn";
import type { Held } from "@wgrad/worker/serve";
import type { Training } from "../../src/shared/training.ts";
import type { Setting, Settings } from "../session/protocol.ts";

export type AnyModule = Module<never[], unknown>;

/** One training of a page, from its first step. */
export interface Run<Snapshot = unknown> {
  /** What is trained; null where nothing has weights. */
  readonly model: AnyModule | null;
  /** Shape of an input, or of several, for the model's summary. */
  readonly inputShape?: Shape | readonly Shape[];
  readonly inputType?: "f32" | "i32";
  /** Steps are of several kinds, one after the other: a training is not taken up in its middle. */
  readonly inStages?: boolean;
  /**
   * Called before the first step with the settings of then: what is live may have changed since the
   * run was made.
   */
  train(settings: Settings): Training;
  /**
   * Gives the loss of the model as it is, on some of the data that it learns from, always the same:
   * for the landscape around its weights.
   */
  loss?(): Promise<() => Tensor>;
  /** What the page draws now. Its typed arrays are handed over: make them for it. */
  snapshot(): Promise<Snapshot>;
  /** How good the model is on data that it does not learn from; may take longer than a snapshot. */
  measures?(): Promise<Readonly<Record<string, number>>>;
  /**
   * A setting, other than the optimizer's learning rate, that can change while training goes on.
   */
  set?(name: string, value: Setting): void;
  /** Answers the page's own questions. */
  ask?(question: unknown): Promise<unknown>;
}

/**
 * What a page gets for a run: settings, the user's file, and a way to fetch that says how far it
 * is.
 */
export interface Desk {
  readonly settings: Settings;
  readonly file: File | null;
  /** The bytes at an address; fetched once a visit. */
  fetch(url: string, what: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Takes tensors and modules of this run alone, and returns the first. They are released when
   * another run begins, or when `begin` throws: a model is held as soon as it is made.
   */
  hold<T extends Held>(first: T, ...others: readonly Held[]): T;
}

/** What a page's `lesson.ts` exports: makes a run. The seed has been set. */
export type Begin<Snapshot = unknown> = (desk: Desk) => Promise<Run<Snapshot>>;

/** A number among the settings. */
export function numberOf(settings: Settings, name: string): number {
  const value = settings[name];
  if (typeof value !== "number") throw new TypeError(`setting ${name} is ${value}, not a number`);
  return value;
}
