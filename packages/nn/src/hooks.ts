import {
  Function as Custom,
  type FunctionContext,
  GradError,
  isGradEnabled,
  Tensor,
} from "@wgrad/autograd";
import { callHook, lent } from "@wgrad/autograd/plugin";

/** Called before `forward`. May return new arguments: an array, or a single argument. */
export type ForwardPreHook<In extends unknown[]> = (
  module: unknown,
  inputs: In,
) => In | In[0] | undefined;
/** Called after `forward`. A returned value replaces the result. */
export type ForwardHook<In extends unknown[], Out> = (
  module: unknown,
  inputs: In,
  output: Out,
) => Out | undefined;
/**
 * Called in the backward pass with dL/dinputs, one for each argument (null if it is no tensor or
 * has no gradient), and dL/doutputs. A returned value replaces dL/dinputs.
 */
export type FullBackwardHook = (
  module: unknown,
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined;

/** Returned when a hook is registered. */
export interface HookHandle {
  /** Removes the hook. */
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

/** Copies the current hooks of one module to another. */
export function copyHooks(from: object, to: object): void {
  const hooks = hooksOf.get(from);
  if (hooks === undefined) return;
  const { before, after, backward } = hooks;
  hooksOf.set(to, {
    before: new Set(before),
    after: new Set(after),
    backward: new Set(backward),
  });
}

/** Runs `forward` with the module's hooks before and after it. */
export function callWithHooks<In extends unknown[], Out>(
  module: object,
  forward: (...inputs: In) => Out,
  given: In,
): Out {
  const hooks = hooksOf.get(module);
  if (hooks === undefined) return forward(...given);
  let inputs = given;
  for (const hook of hooks.before) {
    const seen = inputs.map(forHook) as In;
    const call = hook as unknown as ForwardPreHook<In>;
    const result = callHook(() => call(module, seen)) ?? inputs;
    inputs = (Array.isArray(result) ? result : [result]) as In;
  }
  const tracked = hooks.backward.size > 0 ? trackBackward(module, hooks.backward, inputs) : null;
  let output = forward(...((tracked?.inputs ?? inputs) as In));
  for (const hook of hooks.after) {
    const seen = inputs.map(forHook) as In;
    const result = forHook(output) as Out;
    const call = hook as unknown as ForwardHook<In, Out>;
    output = callHook(() => call(module, seen, result)) ?? output;
  }
  return tracked === null ? output : (tracked.watch(output) as Out);
}

/** Tensors, also in arrays, in a form that a hook may keep. */
function forHook(value: unknown): unknown {
  if (value instanceof Tensor) return lent(value);
  return Array.isArray(value) ? value.map(forHook) : value;
}

/**
 * The identity. In the backward pass, hooks are called with the gradients of inputs and outputs
 * once those of the inputs have arrived, or those of the outputs if no input needs a gradient.
 */
function trackBackward<In extends unknown[]>(
  module: object,
  hooks: ReadonlySet<FullBackwardHook>,
  inputs: In,
): { inputs: In; watch(output: unknown): unknown } {
  let gradOutputs: readonly (Tensor | null)[] = [];
  const places = inputs.flatMap((input, i) => (input instanceof Tensor ? [i] : []));
  const tensors = places.map((i) => inputs[i] as Tensor);
  const needed = isGradEnabled() && tensors.some((tensor) => tensor.requiresGrad);

  class Inputs extends Custom {
    static override forward(_ctx: FunctionContext, ...given: Tensor[]): Tensor[] {
      return given;
    }
    static override backward(ctx: FunctionContext, ...gradients: Tensor[]): (Tensor | null)[] {
      const arrived = inputs.map((): Tensor | null => null);
      for (const [k, i] of places.entries()) {
        if (ctx.needsInputGrad[k]) arrived[i] = gradients[k] as Tensor;
      }
      const changed = callHooks(module, hooks, arrived, gradOutputs);
      gradOutputs = gradOutputs.map(() => null);
      return places.map((i) => changed[i] ?? null);
    }
  }

  class Outputs extends Custom {
    static override forward(_ctx: FunctionContext, ...given: Tensor[]): Tensor[] {
      return given;
    }
    static override backward(_ctx: FunctionContext, ...gradients: Tensor[]): Tensor[] {
      gradOutputs = gradients;
      if (!needed) refuseGradients(module, callHooks(module, hooks, inputs.map(none), gradients));
      return gradients;
    }
  }

  const through = needed ? ([...Inputs.apply(...tensors)] as Tensor[]) : tensors;
  const passed = [...inputs] as In;
  for (const [k, i] of places.entries()) passed[i] = through[k];
  return {
    inputs: passed,
    watch(output) {
      const results = (Array.isArray(output) ? output : [output]) as unknown[];
      const ends = results.filter((one) => one instanceof Tensor && one.requiresGrad) as Tensor[];
      if (ends.length === 0) return output;
      const watched = [...Outputs.apply(...ends)] as Tensor[];
      const all = results.map((one) => (ends.includes(one as Tensor) ? watched.shift() : one));
      return Array.isArray(output) ? all : all[0];
    },
  };
}

const none = (): null => null;

function callHooks(
  module: object,
  hooks: ReadonlySet<FullBackwardHook>,
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  let current = gradInputs;
  for (const hook of hooks) {
    const [ins, outs] = [current.map(forHook), gradOutputs.map(forHook)] as (Tensor | null)[][];
    current = callHook(() => hook(module, ins as Tensor[], outs as Tensor[])) ?? current;
  }
  return current;
}

/** Refuses replaced gradients where no input needs a gradient. */
function refuseGradients(module: object, given: readonly (Tensor | null)[]): void {
  if (given.every((gradient) => gradient === null)) return;
  throw new GradError(
    `${module.constructor.name}: a backward hook returned gradients, but no input needs one` +
      "\n  hint: return undefined",
  );
}
