import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Given, type Schema, settings } from "./settings.ts";
import { checkState, type EstimatorState, VERSION } from "./state.ts";

/** What all estimators have: settings, what `fit` learned, and a form to save both in. */
export abstract class Estimator<Params extends object = object, Fitted extends object = object> {
  /** The name of its class, whatever a bundler makes of it. */
  abstract readonly type: string;
  readonly #params: Params;
  #fitted: Fitted | null = null;

  constructor(type: string, schema: Schema<Params>, given: Given<Params>) {
    this.#params = settings(type, schema, given);
  }

  protected get params(): Params {
    return this.#params;
  }

  /** All settings, defaults included. */
  getParams(): Params {
    if (arguments.length > 0) this.check("getParams()", arguments);
    return { ...this.#params };
  }

  /** An estimator with these settings, changed as told, that has learned nothing. */
  clone(changes: Given<Params> = {}): this {
    if (arguments.length > 1) this.check("clone(settings?)", arguments);
    const Class = this.constructor as new (given: Given<Params>) => this;
    return new Class({ ...this.#params, ...changes });
  }

  /**
   * Refuses what a call would not use; `signature` as `checkCall` of `@wgrad/autograd/plugin` has
   * it, without the class.
   */
  protected check(signature: string, given: ArrayLike<unknown>): void {
    checkCall(`${this.type}.${signature}`, given);
  }

  /**
   * Takes over what was learned: all at once, so that a fit that throws leaves the estimator as it
   * was.
   */
  protected learn(fitted: Fitted): this {
    this.#fitted = fitted;
    return this;
  }

  /** What was learned. Throws ArgumentError before `fit`; `call` is what was called. */
  protected learned(call: string): Fitted {
    if (this.#fitted !== null) return this.#fitted;
    throw new ArgumentError(`${this.type}.${call}: not fitted yet\n  hint: await model.fit(x, y)`);
  }

  /** Whether `fit` has been called. */
  protected get isFitted(): boolean {
    return this.#fitted !== null;
  }

  /** What was learned in the form it is saved in: plain data and typed arrays. */
  protected pack(fitted: Fitted): unknown {
    return fitted;
  }

  /** What `pack` wrote down. Throws ArgumentError for parts that do not fit together. */
  protected unpack(saved: unknown): Fitted {
    return saved as Fitted;
  }

  /**
   * Settings and what was learned, to be saved: `await save(model.toState(), "model.safetensors")`.
   */
  toState(): EstimatorState {
    if (arguments.length > 0) this.check("toState()", arguments);
    const params = Object.entries(this.#params).map(([name, value]) => {
      if (typeof value !== "function") return [name, value] as const;
      return [name, { function: (value as { name: string }).name }] as const;
    });
    return {
      version: VERSION,
      type: this.type,
      params: Object.fromEntries(params),
      fitted: this.#fitted && this.pack(this.#fitted),
    };
  }

  /**
   * The estimator that `toState` wrote down. Settings that are functions are not in a file: give
   * them again in `changes`.
   *
   * Throws ArgumentError for what is no state of this class, for another version and for a damaged
   * state.
   */
  static fromState<T extends Estimator>(
    this: new (
      given?: never,
    ) => T,
    state: unknown,
    changes: object = {},
  ): T {
    const { type } = new this();
    if (arguments.length > 2) checkCall(`${type}.fromState(state, settings?)`, arguments);
    const { params, fitted } = checkState(type, state);
    const given = { ...params, ...changes };
    for (const [name, value] of Object.entries(given)) {
      const lost = (value as { function?: string } | null)?.function;
      if (lost === undefined || typeof value !== "object") continue;
      throw new ArgumentError(
        `${type}.fromState: ${name} was the function ${lost || "(without a name)"}, which no file holds` +
          `\n  hint: ${type}.fromState(state, { ${name}: … })`,
      );
    }
    const made = new this(given as never);
    return fitted == null ? made : made.learn(made.unpack(fitted));
  }

  /** What `save` and `restore` of `@wgrad/autograd/saving` ask for: `toState()`. */
  stateDict(): EstimatorState {
    if (arguments.length > 0) this.check("stateDict()", arguments);
    return this.toState();
  }

  /**
   * Takes over what an estimator of this class with these settings learned. Throws ArgumentError as
   * `fromState`.
   */
  loadStateDict(state: EstimatorState): this {
    if (arguments.length > 1) this.check("loadStateDict(state)", arguments);
    const { fitted } = checkState(this.type, state);
    return fitted == null ? this : this.learn(this.unpack(fitted));
  }
}
