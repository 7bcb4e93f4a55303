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

/** Settings that every optimizer has. */
export interface BaseOptions {
  readonly lr: number;
}

/** A parameter, optionally with its name, as `model.namedParameters()` yields them. */
export type ParameterLike = Tensor | readonly [name: string, tensor: Tensor];

/** Parameters with settings of their own. Missing settings take the optimizer's defaults. */
export type ParamGroupInput<Options extends BaseOptions> = {
  readonly params: Tensor | Iterable<ParameterLike>;
} & Partial<Options>;

/** What an optimizer trains: parameters, or groups of them. */
export type ParamsInput<Options extends BaseOptions> =
  | Iterable<ParameterLike>
  | Iterable<ParamGroupInput<Options>>;

/** Parameters and their settings. Assign to `lr` and the others between steps. */
export type ParamGroup<Options extends BaseOptions> = { params: Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** An optimizer of any class. */
export type AnyOptimizer = ParameterGroups<BaseOptions, OptimizerState>;

/** Called with the optimizer before or after each step. */
export type StepHook = (optimizer: AnyOptimizer) => void;

/** Handle of a registered step hook. */
export interface StepHookHandle {
  /** Removes the hook. */
  remove(): void;
}

function added(hooks: Set<StepHook>, hook: StepHook): StepHookHandle {
  const own: StepHook = (optimizer) => hook(optimizer);
  hooks.add(own);
  return { remove: () => void hooks.delete(own) };
}

/** Number of steps taken, part of every parameter's state. */
export type StepCount = { step: number };

/**
 * Base class of every optimizer: parameter groups, their settings, the state of each parameter, and
 * saving. Subclasses add the step.
 */
export abstract class ParameterGroups<
  Options extends BaseOptions = BaseOptions,
  State extends OptimizerState = OptimizerState,
> {
  /** Parameter groups with their settings. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** Settings of groups that do not set their own. */
  readonly defaults: Options;
  /** State of each parameter. It has at least `step`, the number of steps taken. */
  readonly state: Map<Tensor, State & StepCount> = new Map();

  constructor(params: ParamsInput<Options>, defaults: Options) {
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
        `${this.name}: takes either parameters or groups { params, … }, got a group and ${describe(stray)}`,
      );
    }
    for (const group of groups) this.addParamGroup(group as ParamGroupInput<Options>);
  }

  /** The optimizer's name for error messages. */
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

  /** Calls the registered step hooks. */
  protected callStepHooks(when: "before" | "after"): void {
    for (const hook of [...this.#hooks[when]]) hook(this as unknown as AnyOptimizer);
  }

  /** Throws ArgumentError if a setting is out of range. Subclasses add their own checks. */
  protected check(options: Options): void {
    checkNotNegative(this.name, { lr: options.lr });
  }

  /**
   * The expected form of a parameter's state after step `step`, by name and without the count. Null
   * allows numbers and tensors of the parameter's shape.
   */
  protected layout(_param: Tensor, _options: Options, _step: number): Layout {
    return null;
  }

  /** Adds a group of parameters, for example to fine-tune layer by layer. */
  addParamGroup(group: ParamGroupInput<Options>): void {
    checkCall("optimizer.addParamGroup(group: any)", arguments);
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
            "\n  hint: put each parameter in one group only; model.parameters() lists tied ones once",
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
   * Throws ArgumentError for an unknown setting of a group, or one of a wrong type or out of range.
   */
  protected checkGroup(group: ParamGroup<Options>): void {
    checkSettings(this.name, this.defaults, group);
    this.check(group as unknown as Options);
  }

  /** Clears the gradients. With `setToNone: false` they become zeros. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    if (arguments.length > 0) checkCall("optimizer.zeroGrad({ setToNone: boolean })", arguments);
    const { setToNone = true } = options;
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else noGrad(() => param.grad?.zero_());
      }
    }
  }

  /**
   * Frees the optimizer's state, as if it had taken no step. Parameters and their gradients stay.
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

  /** Settings and state, by parameter index. The tensors are copies. */
  stateDict(): OptimizerStateDict {
    checkCall("optimizer.stateDict()", arguments);
    return packState(this.paramGroups, this.state);
  }

  /**
   * Restores what `stateDict()` returned, in this run or another. Training then continues bit for
   * bit.
   *
   * Throws ArgumentError if groups or parameters differ in number or shape, if settings are out of
   * range, or if the state is of another optimizer; the optimizer is then unchanged.
   */
  loadStateDict(saved: OptimizerStateDict): void {
    checkCall("optimizer.loadStateDict(saved: any)", arguments);
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

  /** Describes the optimizer and its groups' settings. */
  toString(): string {
    const groups = this.paramGroups.map((group, i) => {
      const settings = Object.entries(group).filter(([name]) => name !== "params");
      const lines = settings.map(([name, value]) => `    ${name}: ${value}\n`).sort();
      return `Parameter Group ${i}\n${lines.join("")}`;
    });
    return `${this.name} (\n${groups.join("\n")})`;
  }
}

/** The defaults overwritten by the options that are not undefined. */
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
