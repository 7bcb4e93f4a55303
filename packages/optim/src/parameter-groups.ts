import { ArgumentError, GradError, Tensor } from "@wgrad/autograd";
import { checkNotNegative } from "./check.ts";
import {
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

/** Parameters with settings of their own; what is left out is the optimizer's default. */
export type ParamGroupInput<Options extends BaseOptions> = {
  readonly params: Iterable<Tensor>;
} & Partial<Options>;

/** Parameters and the settings they are trained with; assign to `lr` and the others between steps. */
export type ParamGroup<Options extends BaseOptions> = { params: Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** What every optimizer counts. */
export type StepCount = { step: number };

/** Groups of parameters, their settings and what is remembered of each parameter: all of an optimizer but its step. */
export abstract class ParameterGroups<
  Options extends BaseOptions = BaseOptions,
  State extends OptimizerState = OptimizerState,
> {
  /** Groups of parameters with their settings. */
  readonly paramGroups: ParamGroup<Options>[] = [];
  /** Settings of a group that does not say otherwise. */
  readonly defaults: Options;
  /** What is remembered of each parameter, by parameter: at least `step`, the steps it has taken. */
  readonly state: Map<Tensor, State & StepCount> = new Map();

  constructor(params: Iterable<Tensor> | Iterable<ParamGroupInput<Options>>, defaults: Options) {
    this.defaults = defaults;
    const items = [...params];
    if (items.length === 0) {
      throw new ArgumentError(
        `${this.name}: no parameters to train\n  hint: pass model.parameters()`,
      );
    }
    if (items.every((item) => item instanceof Tensor)) {
      this.addParamGroup({ params: items } as unknown as ParamGroupInput<Options>);
      return;
    }
    for (const item of items) {
      if (typeof item !== "object" || !("params" in item)) {
        throw new ArgumentError(
          `${this.name}: takes parameters, or groups { params, … }; got ${item instanceof Tensor ? "both" : item}`,
        );
      }
      this.addParamGroup(item);
    }
  }

  /** The optimizer's name, for errors. */
  protected get name(): string {
    return this.constructor.name;
  }

  /** Throws ArgumentError if a setting is out of its range. A subclass adds its own. */
  protected check(options: Options): void {
    checkNotNegative(this.name, { lr: options.lr });
  }

  /** Adds parameters with settings of their own, to fine-tune layer by layer. */
  addParamGroup({ params, ...own }: ParamGroupInput<Options>): void {
    const group = {
      ...this.defaults,
      ...own,
      params: [...params],
    } as unknown as ParamGroup<Options>;
    this.check(group as unknown as Options);
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    group.params.forEach((param, i) => {
      checkParameter(this.name, param, i);
      if (known.has(param)) {
        throw new ArgumentError(
          `${this.name}: parameter ${i}, [${param.shape.join(", ")}], is given twice` +
            "\n  hint: each parameter belongs to one group; model.parameters() lists tied ones once",
        );
      }
      known.add(param);
    });
    this.paramGroups.push(group);
  }

  /** Forgets the gradients, so that the next backward starts from none. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /** Settings and everything remembered, by the parameter's number; tensors are the optimizer's own. */
  stateDict(): OptimizerStateDict {
    return packState(this.paramGroups, this.state);
  }

  /**
   * Takes over what `stateDict()` gave, from this run or another: training goes on bit for bit as it would have.
   *
   * Throws ArgumentError if groups or parameters differ in number or shape; then nothing has changed.
   */
  loadStateDict(saved: OptimizerStateDict): void {
    const state = restoreState(this.name, this.paramGroups, saved);
    restoreGroups(this.paramGroups, saved);
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

function checkParameter(optimizer: string, param: unknown, index: number): void {
  if (!(param instanceof Tensor)) {
    throw new ArgumentError(
      `${optimizer}: parameter ${index} is not a tensor\n  hint: pass model.parameters()`,
    );
  }
  if (param.isLeaf) return;
  throw new GradError(
    `${optimizer}: parameter ${index}, [${param.shape.join(", ")}], is the result of an operation, not a leaf` +
      "\n  hint: optimize the tensors it was computed from, or parameter(x.detach())",
  );
}
