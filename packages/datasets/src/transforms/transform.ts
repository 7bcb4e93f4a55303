import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "../splits/stratify.ts";
import type { Column, Table } from "../table/table.ts";

/** A column with its name. */
export interface NamedColumn {
  readonly name: string;
  readonly values: Column;
}

/** Inputs of pipeline steps: a table, its columns, or a tensor [rows, features]. */
export interface Inputs {
  readonly table: Table;
  readonly columns: readonly NamedColumn[];
  readonly tensor: Tensor;
}

/** A transform as plain data for JSON. */
export interface SavedTransform {
  /** Name of its class. */
  readonly type: string;
  readonly options: object;
  /** The fitted state; null before `fit`. */
  readonly state: unknown;
}

/** Learns from training rows and transforms rows. A step of a `Pipeline`. */
export interface Transform<
  Takes extends keyof Inputs = keyof Inputs,
  Gives extends keyof Inputs = keyof Inputs,
> {
  /** Name of its class, independent of bundlers. */
  readonly type: string;
  readonly takes: Takes;
  readonly gives: Gives;
  /** Learns from rows. `y` are their labels, if the transform needs them. */
  fit(x: Inputs[Takes], y?: Labels | Tensor): this | Promise<this>;
  /** Transforms rows. Throws ArgumentError before `fit`. */
  transform(x: Inputs[Takes]): Inputs[Gives];
  /** Returns data that `loadTransform` reads. */
  save(): SavedTransform | Promise<SavedTransform>;
}

/**
 * Base of the built-in transforms: options, and a state of plain numbers that is null until `fit`.
 */
export abstract class Fitted<Options extends object, State> {
  /** Name of its class, independent of bundlers. */
  abstract readonly type: string;
  protected readonly options: Options;
  #state: State | null = null;

  constructor(options: Options) {
    this.options = options;
  }

  /** The fitted state. Throws ArgumentError, naming `call`, before `fit`. */
  protected learned(call: string): State {
    if (this.#state !== null) return this.#state;
    throw notFitted(this.type, call);
  }

  protected learn(state: State): this {
    this.#state = state;
    return this;
  }

  /** Options and fitted state as plain numbers. */
  save(): SavedTransform {
    if (arguments.length > 0) checkCall("fitted.save()", arguments);
    return { type: this.type, options: this.options, state: this.#state };
  }

  /** Restores a saved state. */
  restore(state: unknown): this {
    checkCall("fitted.restore(state: any)", arguments);
    this.#state = state as State | null;
    return this;
  }
}

export const notFitted = (name: string, call: string): ArgumentError =>
  new ArgumentError(`${name}.${call}: not fitted yet\n  hint: call fit(trainingRows) first`);
