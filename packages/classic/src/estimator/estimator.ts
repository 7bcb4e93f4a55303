import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Given, type Schema, settings } from "./settings.ts";
import { checkState, type EstimatorState, VERSION } from "./state.ts";

/** The base of all estimators: settings, the result of `fit`, and the state to save. */
export abstract class Estimator<Params extends object = object, Fitted extends object = object> {
  /** The name of the class, even if a bundler renames the class. */
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

  /** An unfitted estimator with the same settings, except for `changes`. */
  clone(changes: Given<Params> = {}): this {
    if (arguments.length > 1) this.check("clone(settings?)", arguments);
    const Class = this.constructor as new (given: Given<Params>) => this;
    return new Class({ ...this.#params, ...changes });
  }

  /**
   * Refuses arguments that a call would not use. `signature` has the form of `checkCall` in
   * `@wgrad/autograd/plugin`, without the class.
   */
  protected check(signature: string, given: ArrayLike<unknown>): void {
    checkCall(`${this.type}.${signature}`, given);
  }

  /**
   * Stores the result of a fit in one step, so that a fit that throws does not change the
   * estimator.
   */
  protected learn(fitted: Fitted): this {
    this.#fitted = fitted;
    return this;
  }

  /**
   * The result of `fit`. Throws ArgumentError before `fit`; `call` is the name of the calling
   * method.
   */
  protected learned(call: string): Fitted {
    if (this.#fitted !== null) return this.#fitted;
    throw new ArgumentError(`${this.type}.${call}: not fitted yet\n  hint: await model.fit(x, y)`);
  }

  /** Whether `fit` has been called. */
  protected get isFitted(): boolean {
    return this.#fitted !== null;
  }

  /** Converts the result of `fit` to the form in which it is saved: plain data and typed arrays. */
  protected pack(fitted: Fitted): unknown {
    return fitted;
  }

  /**
   * Converts the result of `pack` back. Throws ArgumentError for parts that do not fit together.
   */
  protected unpack(saved: unknown): Fitted {
    return saved as Fitted;
  }

  /**
   * Settings and the result of `fit`, to be saved: `await save(model.toState(),
   * "model.safetensors")`.
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
   * Restores an estimator from `toState`. Settings that are functions are not in a file; give them
   * again in `changes`.
   *
   * Throws ArgumentError for a state of another class or version and for a damaged state.
   */
  static fromState<T extends Estimator>(
    this: new (
      given?: never,
    ) => T,
    state: unknown,
    changes: object = {},
  ): T {
    const { type } = new this();
    checkCall(`${type}.fromState(state: any, settings?)`, arguments);
    const { params, fitted } = checkState(type, state);
    const given = { ...params, ...changes };
    for (const [name, value] of Object.entries(given)) {
      const lost = (value as { function?: string } | null)?.function;
      if (lost === undefined || typeof value !== "object") continue;
      throw new ArgumentError(
        `${type}.fromState: ${name} was the function ${lost || "(without a name)"}, which a file cannot hold` +
          `\n  hint: ${type}.fromState(state, { ${name}: … })`,
      );
    }
    const made = new this(given as never);
    return fitted == null ? made : made.learn(made.unpack(fitted));
  }

  /** `toState()` under the name that `save` and `restore` of `@wgrad/autograd/saving` call. */
  stateDict(): EstimatorState {
    if (arguments.length > 0) this.check("stateDict()", arguments);
    return this.toState();
  }

  /**
   * Takes over the state of an estimator of the same class and settings. Throws ArgumentError like
   * `fromState`.
   */
  loadStateDict(state: EstimatorState): this {
    if (arguments.length > 1) this.check("loadStateDict(state: any)", arguments);
    const { fitted } = checkState(this.type, state);
    return fitted == null ? this : this.learn(this.unpack(fitted));
  }
}
