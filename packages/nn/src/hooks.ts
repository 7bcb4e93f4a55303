import { Function as Custom, type FunctionContext, Tensor } from "@wgrad/autograd";

/** Called before `forward`; what it returns (an array) takes the arguments' place. */
export type ForwardPreHook<In extends unknown[]> = (module: unknown, inputs: In) => In | undefined;
/** Called after `forward`; what it returns takes the result's place. */
export type ForwardHook<In extends unknown[], Out> = (
  module: unknown,
  inputs: In,
  output: Out,
) => Out | undefined;
/**
 * Called in the backward pass with dL/dinputs and dL/doutputs of the module's tensors (null where none arrived); what it returns
 * takes the place of dL/dinputs.
 */
export type FullBackwardHook = (
  module: unknown,
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined;

export interface HookHandle {
  /** The hook is called no more. */
  remove(): void;
}

interface Hooks {
  readonly before: Set<ForwardPreHook<never>>;
  readonly after: Set<ForwardHook<never, never>>;
  readonly backward: Set<FullBackwardHook>;
}

const hooksOf = new WeakMap<object, Hooks>();

/** Adds a hook to one of the module's three lists. */
export function addHook<K extends keyof Hooks>(module: object, kind: K, hook: unknown): HookHandle {
  const hooks = hooksOf.get(module) ?? { before: new Set(), after: new Set(), backward: new Set() };
  hooksOf.set(module, hooks);
  const list = hooks[kind] as Set<unknown>;
  list.add(hook);
  return { remove: () => void list.delete(hook) };
}

/** Runs `forward` between the module's hooks. */
export function callWithHooks<In extends unknown[], Out>(
  module: object,
  forward: (...inputs: In) => Out,
  given: In,
): Out {
  const hooks = hooksOf.get(module);
  if (hooks === undefined) return forward(...given);
  let inputs = given;
  for (const hook of hooks.before)
    inputs = ((hook as unknown as ForwardPreHook<In>)(module, inputs) as In | undefined) ?? inputs;
  const tracked = hooks.backward.size > 0 ? trackBackward(module, hooks.backward, inputs) : null;
  let output = forward(...((tracked?.inputs ?? inputs) as In));
  for (const hook of hooks.after) {
    output = (hook as unknown as ForwardHook<In, Out>)(module, inputs, output) ?? output;
  }
  tracked?.watch(output);
  return output;
}

/** The tensors pass through unchanged; on the way back the hooks see the gradients of both ends. */
function trackBackward<In extends unknown[]>(
  module: object,
  hooks: ReadonlySet<FullBackwardHook>,
  inputs: In,
): { inputs: In; watch(output: unknown): void } {
  let gradOutputs: (Tensor | null)[] = [];
  class BackwardHooks extends Custom {
    static override forward(_ctx: FunctionContext, ...tensors: Tensor[]): Tensor[] {
      return tensors;
    }
    static override backward(_ctx: FunctionContext, ...gradients: Tensor[]): (Tensor | null)[] {
      let current: readonly (Tensor | null)[] = gradients;
      for (const hook of hooks) current = hook(module, current, gradOutputs) ?? current;
      gradOutputs = gradOutputs.map(() => null);
      return [...current];
    }
  }
  const tensors = inputs.filter((input) => input instanceof Tensor);
  const through = [...BackwardHooks.apply(...tensors)] as Tensor[];
  return {
    inputs: inputs.map((input) => (input instanceof Tensor ? through.shift() : input)) as In,
    watch(output) {
      const results = (Array.isArray(output) ? output : [output]).filter(
        (one) => one instanceof Tensor,
      );
      gradOutputs = results.map(() => null);
      results.forEach((result, i) => {
        if (!result.requiresGrad) return;
        result.registerHook((gradient) => {
          gradOutputs[i] = gradient;
          return undefined;
        });
      });
    },
  };
}
