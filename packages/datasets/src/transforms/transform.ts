import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "../splits/stratify.ts";
import type { Column, Table } from "../table/table.ts";

/** A column with its name. */
export interface NamedColumn {
  readonly name: string;
  readonly values: Column;
}

/** What a step of a pipeline takes: a table, its columns, or a tensor [rows, features]. */
export interface Inputs {
  readonly table: Table;
  readonly columns: readonly NamedColumn[];
  readonly tensor: Tensor;
}

/** A transform written down, ready for JSON. */
export interface SavedTransform {
  /** The name of its class. */
  readonly type: string;
  readonly options: object;
  /** What `fit` learned; null before. */
  readonly state: unknown;
}

/** What learns from training rows and changes those and others. A step of a `Pipeline`. */
export interface Transform<
  Takes extends keyof Inputs = keyof Inputs,
  Gives extends keyof Inputs = keyof Inputs,
> {
  /** The name of its class, whatever a bundler makes of it. */
  readonly type: string;
  readonly takes: Takes;
  readonly gives: Gives;
  /** Learns from rows; `y` are their labels, where the transform needs them. */
  fit(x: Inputs[Takes], y?: Labels | Tensor): this | Promise<this>;
  /** Changes rows by what was learned. Throws ArgumentError before `fit`. */
  transform(x: Inputs[Takes]): Inputs[Gives];
  /** What `loadTransform` reads. */
  save(): SavedTransform | Promise<SavedTransform>;
}

/** Base of the transforms here: options, and a state of plain numbers that is null until `fit`. */
export abstract class Fitted<Options extends object, State> {
  /** The name of its class, whatever a bundler makes of it. */
  abstract readonly type: string;
  protected readonly options: Options;
  #state: State | null = null;

  constructor(options: Options) {
    this.options = options;
  }

  /** What was learned. Throws ArgumentError before `fit`; `call` is what was called. */
  protected learned(call: string): State {
    if (this.#state !== null) return this.#state;
    throw notFitted(this.type, call);
  }

  protected learn(state: State): this {
    this.#state = state;
    return this;
  }

  /** Options and what was learned, in plain numbers. */
  save(): SavedTransform {
    if (arguments.length > 0) checkCall("fitted.save()", arguments);
    return { type: this.type, options: this.options, state: this.#state };
  }

  /** Takes over a saved state. */
  restore(state: unknown): this {
    if (arguments.length > 1) checkCall("fitted.restore(state)", arguments);
    this.#state = state as State | null;
    return this;
  }
}

export const notFitted = (name: string, call: string): ArgumentError =>
  new ArgumentError(`${name}.${call}: not fitted yet\n  hint: fit(trainingRows) first`);
