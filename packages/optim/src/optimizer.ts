import { enableGrad, isGradEnabled, noGrad, Tensor, zerosLike } from "@wgrad/autograd";
import { checkCall, commit, composite, persist } from "@wgrad/autograd/plugin";
import {
  type BaseOptions,
  ParameterGroups,
  type ParamGroup,
  type StepCount,
} from "./parameter-groups.ts";
import type { Layout, OptimizerState } from "./state-dict.ts";

/** State of a parameter after the step being recorded, and which of its tensors are new. */
interface Memory {
  readonly param: Tensor;
  readonly entry: OptimizerState;
  readonly fresh: readonly Tensor[];
}

/**
 * Base class of optimizers that update each parameter separately. A subclass defines the state of a
 * parameter (`State`, tensors and numbers) and one update in tensor ops (`update`). This class
 * loops over the groups, counts the steps and writes either all new values or none.
 *
 * ```ts
 * class SignSGD extends Optimizer<BaseOptions> {
 *   protected update(p: Tensor, g: Tensor, _state: object, { lr }: BaseOptions): Tensor {
 *     return p.sub(g.sign().mul(lr));
 *   }
 * }
 * ```
 */
export abstract class Optimizer<
  Options extends BaseOptions = BaseOptions,
  State extends OptimizerState = OptimizerState,
> extends ParameterGroups<Options, State> {
  /**
   * Returns a parameter's next value. `state` holds its state (empty at first); assign the next
   * state to its fields. `step` counts this parameter's steps, from 1. Numbers may change from step
   * to step without a new compilation.
   */
  protected abstract update(
    p: Tensor,
    gradient: Tensor,
    state: Partial<State>,
    options: Options,
    step: number,
  ): Tensor;

  /** State of a parameter before its first step; empty unless a subclass overrides this. */
  protected initial(_p: Tensor, _options: Options): Partial<State> {
    return {};
  }

  /**
   * Finds the form of the state by recording `update` once. No gradient is used and nothing runs.
   */
  protected override layout(param: Tensor, options: Options, step: number): Layout {
    if (step === 0) return {};
    return noGrad(() =>
      composite(() => {
        const state = { ...this.initial(param, options) } as Partial<State>;
        const made = Object.values(state);
        this.update(param, zerosLike(param), state, options, step);
        for (const value of made) if (value instanceof Tensor) value.dispose();
        return state as OptimizerState;
      }),
    );
  }

  /**
   * Updates every parameter that has a gradient, and its state. If anything throws, nothing is
   * changed. Runs everything recorded since the last step, without waiting for it. If `closure` is
   * given, it is called first to compute the loss and gradients, and its result is returned; if the
   * result is a promise, the step waits for it.
   */
  step(): void;
  step<Loss>(closure: () => Loss): Loss;
  step<Loss>(closure?: () => Loss): Loss | undefined {
    checkCall("optimizer.step(closure?: function)", arguments);
    for (const group of this.paramGroups) this.checkGroup(group);
    this.callStepHooks("before");
    if (closure === undefined) {
      this.#apply();
      return undefined;
    }
    const loss = isGradEnabled() ? closure() : enableGrad(closure);
    if (!(loss instanceof Promise)) {
      this.#apply();
      return loss;
    }
    return loss.then((value: unknown) => {
      this.#apply();
      return value;
    }) as Loss;
  }

  /** Takes the step with the current gradients. */
  #apply(): void {
    const writes: [Tensor, Tensor][] = [];
    const memories: Memory[] = [];
    noGrad(() =>
      composite(() => {
        for (const group of this.paramGroups) {
          for (const param of group.params) {
            if (param.grad !== null) memories.push(this.#record(param, param.grad, group, writes));
          }
        }
      }),
    );
    for (const { fresh } of memories) for (const value of fresh) persist(value);
    const before = memories.map(({ param }) => [param, this.state.get(param)] as const);
    commit(writes, `${this.name}.step`, () => {
      for (const [param, entry] of before) {
        if (entry === undefined) this.state.delete(param);
        else this.state.set(param, entry);
      }
    });
    for (const { param, entry } of memories) this.state.set(param, entry as State & StepCount);
    this.callStepHooks("after");
  }

  /** Records one parameter's update. Does not change the optimizer yet. */
  #record(
    param: Tensor,
    gradient: Tensor,
    group: ParamGroup<Options>,
    writes: [Tensor, Tensor][],
  ): Memory {
    const options = group as unknown as Options;
    const before = (this.state.get(param) ?? {
      ...this.initial(param, options),
      step: 0,
    }) as OptimizerState;
    const step = (before.step as number) + 1;
    const working: OptimizerState = { ...before };
    writes.push([param, this.update(param, gradient, working as Partial<State>, options, step)]);
    const entry: OptimizerState = { ...working, step };
    const fresh: Tensor[] = [];
    for (const [name, value] of Object.entries(working)) {
      const stored = before[name];
      if (!(value instanceof Tensor) || value === stored) continue;
      if (stored instanceof Tensor) {
        writes.push([stored, value]);
        entry[name] = stored;
      } else fresh.push(value);
    }
    return { param, entry, fresh };
  }
}
