import { ArgumentError, GradError, noGrad, Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { checkNotNegative, checkSettings } from "./check.ts";
import {
  checkSavedGroups,
  type Layout,
  type OptimizerState,
  type OptimizerStateDict,
  packState,
  restoreGroups,
  restoreState,
} from "./state-dict.ts";

/** Settings every optimizer has: the learning rate. */
export interface BaseOptions {
  readonly lr: number;
}

/** A parameter, or with its name in front, as `model.namedParameters()` gives them. */
export type ParameterLike = Tensor | readonly [name: string, tensor: Tensor];

/** Parameters with settings of their own; what is left out is the optimizer's default. */
export type ParamGroupInput<Options extends BaseOptions> = {
  readonly params: Tensor | Iterable<ParameterLike>;
} & Partial<Options>;

/** What an optimizer is given to train: parameters, or groups of them. */
export type Trained<Options extends BaseOptions> =
  | Iterable<ParameterLike>
  | Iterable<ParamGroupInput<Options>>;

/**
 * Parameters and the settings they are trained with; assign to `lr` and the others between steps.
 */
export type ParamGroup<Options extends BaseOptions> = { params: Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** An optimizer of any kind. */
export type AnyOptimizer = ParameterGroups<BaseOptions, OptimizerState>;

/** What is called with the optimizer before or after a step. */
export type StepHook = (optimizer: AnyOptimizer) => void;

export interface StepHookHandle {
  /** The hook is called no more. */
  remove(): void;
}

function added(hooks: Set<StepHook>, hook: StepHook): StepHookHandle {
  const own: StepHook = (optimizer) => hook(optimizer);
  hooks.add(own);
  return { remove: () => void hooks.delete(own) };
}

/** What every optimizer counts. */
export type StepCount = { step: number };

/**
 * Groups of parameters, their settings and what is remembered of each parameter: all of an
 * optimizer but its step.
 */
export abstract class ParameterGroups<
  Options extends BaseOptions = BaseOptions,
  State extends OptimizerState = OptimizerState,
> {
  /** Groups of parameters with their settings. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** Settings of a group that does not say otherwise. */
  readonly defaults: Options;
  /**
   * What is remembered of each parameter, by parameter: at least `step`, the steps it has taken.
   */
  readonly state: Map<Tensor, State & StepCount> = new Map();

  constructor(params: Trained<Options>, defaults: Options) {
    this.defaults = defaults;
    const items = listOf(this.name, params);
    if (items.length === 0) {
      throw new ArgumentError(
        `${this.name}: no parameters to train\n  hint: pass model.parameters()`,
      );
    }
    const groups = items.filter(isGroup);
    if (groups.length === 0) {
      this.addParamGroup({ params: items } as unknown as ParamGroupInput<Options>);
      return;
    }
    const stray = items.find((item) => !isGroup(item));
    if (stray !== undefined) {
      throw new ArgumentError(
        `${this.name}: takes parameters, or groups { params, … }; got a group and ${describe(stray)}`,
      );
    }
    for (const group of groups) this.addParamGroup(group as ParamGroupInput<Options>);
  }

  /** The optimizer's name, for errors. */
  protected get name(): string {
    return this.constructor.name;
  }

  readonly #hooks: { readonly [when in "before" | "after"]: Set<StepHook> } = {
    before: new Set(),
    after: new Set(),
  };

  /** Calls `hook` with the optimizer before every step. */
  registerStepPreHook(hook: StepHook): StepHookHandle {
    checkCall("optimizer.registerStepPreHook(hook: function)", arguments);
    return added(this.#hooks.before, hook);
  }

  /** Calls `hook` with the optimizer after every step. */
  registerStepPostHook(hook: StepHook): StepHookHandle {
    checkCall("optimizer.registerStepPostHook(hook: function)", arguments);
    return added(this.#hooks.after, hook);
  }

  /** Calls the hooks of a step. */
  protected callStepHooks(when: "before" | "after"): void {
    for (const hook of [...this.#hooks[when]]) hook(this as unknown as AnyOptimizer);
  }

  /** Throws ArgumentError if a setting is out of its range. A subclass adds its own. */
  protected check(options: Options): void {
    checkNotNegative(this.name, { lr: options.lr });
  }

  /**
   * What is remembered of a parameter after step `step`, beside the count, by name; null: anything
   * of its shape, and numbers.
   */
  protected layout(_param: Tensor, _options: Options, _step: number): Layout {
    return null;
  }

  /** Adds parameters with settings of their own, to fine-tune layer by layer. */
  addParamGroup(group: ParamGroupInput<Options>): void {
    checkCall("optimizer.addParamGroup(group)", arguments);
    if (!isGroup(group)) {
      throw new ArgumentError(
        `${this.name}.addParamGroup: takes { params, … }, got ${describe(group)}`,
      );
    }
    const { params, ...own } = group;
    const given = params instanceof Tensor ? [params] : listOf(this.name, params);
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    const tensors = given.map((item, i) => parameterOf(this.name, item, i));
    for (const [i, param] of tensors.entries()) {
      if (known.has(param)) {
        throw new ArgumentError(
          `${this.name}: parameter ${i}, [${param.shape.join(", ")}], is given twice` +
            "\n  hint: each parameter belongs to one group; model.parameters() lists tied ones once",
        );
      }
      known.add(param);
    }
    const added = {
      ...withDefaults(this.defaults, own as unknown as Partial<Options>),
      params: tensors,
    };
    this.checkGroup(added as unknown as ParamGroup<Options>);
    this.paramGroups.push(added as unknown as ParamGroup<Options>);
  }

  /**
   * Throws ArgumentError for a setting of a group that there is not, or that is of a wrong kind or
   * out of its range.
   */
  protected checkGroup(group: ParamGroup<Options>): void {
    checkSettings(this.name, this.defaults, group);
    this.check(group as unknown as Options);
  }

  /**
   * Forgets the gradients, so that the next backward starts from none; with `setToNone: false` they
   * become zeros.
   */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    if (arguments.length > 0) checkCall("optimizer.zeroGrad({ setToNone: boolean })", arguments);
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else noGrad(() => param.grad?.zero_());
      }
    }
  }

  /**
   * Gives back what is remembered; parameters and their gradients are the model's. The optimizer is
   * as new.
   */
  dispose(): void {
    checkCall("optimizer.dispose()", arguments);
    for (const entry of this.state.values()) {
      for (const value of Object.values(entry)) if (value instanceof Tensor) value.dispose();
    }
    this.state.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * Settings and everything remembered, by the parameter's number; tensors are the optimizer's own.
   */
  stateDict(): OptimizerStateDict {
    checkCall("optimizer.stateDict()", arguments);
    return packState(this.paramGroups, this.state);
  }

  /**
   * Takes over what `stateDict()` gave, from this run or another: training goes on bit for bit as
   * it would have.
   *
   * Throws ArgumentError if groups or parameters differ in number or shape, if settings are out of
   * range, and if what is remembered is not what this optimizer remembers; then nothing has
   * changed.
   */
  loadStateDict(saved: OptimizerStateDict): void {
    checkCall("optimizer.loadStateDict(saved)", arguments);
    checkSavedGroups(this.name, this.paramGroups, saved);
    const restored = restoreGroups(this.paramGroups, saved);
    for (const group of restored) this.checkGroup(group);
    const state = restoreState(this.name, restored, saved, (param, group, step) =>
      this.layout(param, group as unknown as Options, step),
    );
    for (const [i, group] of restored.entries())
      Object.assign(this.paramGroups[i] as object, group);
    this.state.clear();
    for (const [param, entry] of state) this.state.set(param, entry as State & StepCount);
  }

  /** The optimizer and its groups' settings. */
  toString(): string {
    const groups = this.paramGroups.map((group, i) => {
      const settings = Object.entries(group).filter(([name]) => name !== "params");
      const lines = settings.map(([name, value]) => `    ${name}: ${value}\n`).sort();
      return `Parameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.name} (\n${groups.join("\n")})`;
  }
}

/** The options over the defaults; one that is undefined is not given. */
export function withDefaults<Options extends object>(
  defaults: Options,
  options: Partial<Options>,
): Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

type Item = ParameterLike | ParamGroupInput<BaseOptions>;

function listOf(optimizer: string, params: unknown): Item[] {
  const iterable = typeof params === "object" && params !== null && Symbol.iterator in params;
  if (iterable && !(params instanceof Tensor)) return [...(params as Iterable<Item>)];
  const model = typeof params === "function" && "parameters" in params;
  throw new ArgumentError(
    `${optimizer}: takes parameters, or groups { params, … }; got ${describe(params)}` +
      `\n  hint: ${params instanceof Tensor ? "an array of tensors" : model ? "model.parameters()" : "pass model.parameters()"}`,
  );
}

const isGroup = (item: unknown): item is ParamGroupInput<BaseOptions> =>
  typeof item === "object" && item !== null && !(item instanceof Tensor) && "params" in item;

function parameterOf(optimizer: string, item: unknown, index: number): Tensor {
  const named = Array.isArray(item) && item.length === 2 && typeof item[0] === "string";
  const param: unknown = named ? item[1] : item;
  if (!(param instanceof Tensor)) {
    throw new ArgumentError(
      `${optimizer}: parameter ${index} is ${describe(item)}, not a tensor\n  hint: pass model.parameters()`,
    );
  }
  if (param.isLeaf) return param;
  const name = named ? ` "${item[0]}"` : "";
  throw new GradError(
    `${optimizer}: parameter ${index}${name}, [${param.shape.join(", ")}], is the result of an operation, not a leaf` +
      "\n  hint: optimize the tensors it was computed from, or parameter(x.detach())",
  );
}
