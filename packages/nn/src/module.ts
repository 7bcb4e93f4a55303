import { DTypeError, type Tensor } from "@wgrad/autograd";
import { outermost, retype } from "@wgrad/autograd/plugin";
import {
  addHook,
  callWithHooks,
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type HookHandle,
} from "./hooks.ts";
import { joinNames, stateName } from "./names.ts";
import {
  type BufferOptions,
  buffer,
  isBuffer,
  isParameter,
  isPersistentBuffer,
  type Parameter,
} from "./parameter.ts";
import { printModule } from "./print.ts";
import { type LoadReport, loadState, type StateDict } from "./state-dict.ts";

/** What `to` converts: counts and masks keep their dtype. */
const FRACTIONS: readonly Tensor["dtype"][] = ["f16", "f32", "f64"];

/** A module whatever it takes and gives. */
export type AnyModule = Module<never[], unknown>;

export interface Module<In extends unknown[] = [Tensor], Out = Tensor> {
  /** Runs `forward`: a module is called like a function, `model(x)`. */
  (...inputs: In): Out;
  /** True while training; layers such as dropout ask for it. Set it through `train()` and `eval()`. */
  training: boolean;
}

/**
 * Base of every layer and model. A subclass keeps parameters (`parameter(…)`), buffers (`buffer(…)`) and other modules in
 * its fields and defines `forward`; fields are found when they are asked for, in the order they were
 * assigned. `In` are forward's arguments, `Out` its result.
 *
 * ```ts
 * class Classifier extends Module<[Tensor], Tensor> {
 *   hidden = new Linear(784, 128);
 *   output = new Linear(128, 10);
 *   forward(images: Tensor) {
 *     return this.output(F.relu(this.hidden(images)));
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor returns the function that the interface says it is
export abstract class Module<In extends unknown[] = [Tensor], Out = Tensor> {
  constructor() {
    // The function is the instance: its prototype is the subclass, its fields are the module's.
    const self = ((...inputs: In): Out =>
      outermost(
        () => callWithHooks(self, (...given: In) => self.forward(...given), inputs),
        pathName(self),
      )) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    for (const own of ["name", "length"]) delete (self as unknown as Record<string, unknown>)[own];
    Object.defineProperty(self, "training", { value: true, writable: true, enumerable: false });
    // biome-ignore lint/correctness/noConstructorReturn: what makes a module callable, without eval or Proxy
    return self;
  }

  /** The computation. Call the module, not this. */
  abstract forward(...inputs: In): Out;

  /** Settings as PyTorch prints them between the parentheses; a layer with settings overrides it. */
  extraRepr(): string {
    return "";
  }

  /** The modules in this one's fields, by PyTorch's names, each once. */
  namedChildren(): [string, AnyModule][] {
    const seen = new Set<unknown>();
    const children: [string, AnyModule][] = [];
    for (const [field, value] of Object.entries(this)) {
      if (!(value instanceof Module) || seen.has(value)) continue;
      seen.add(value);
      children.push([stateName(field), value as AnyModule]);
    }
    return children;
  }

  /** The modules in this one's fields. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it, depth first, each once; its own name is `prefix`. */
  namedModules(prefix = ""): [string, AnyModule][] {
    const found = new Map<AnyModule, string>();
    const visit = (module: AnyModule, name: string): void => {
      if (found.has(module)) return;
      found.set(module, name);
      for (const [key, child] of module.namedChildren()) visit(child, joinNames(name, key));
    };
    visit(this as unknown as AnyModule, prefix);
    return [...found].map(([module, name]) => [name, module]);
  }

  /** This module and all below it, depth first, each once. */
  modules(): AnyModule[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** Parameters by state-dict name, in PyTorch's order; one that is tied appears once, under its first name. */
  namedParameters(): [string, Parameter][] {
    return tensorsOf(this, isParameter);
  }

  /** What an optimizer trains: every parameter of this module and those below it, each once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, tensor]) => tensor);
  }

  /** Buffers by state-dict name, each once. */
  namedBuffers(): [string, Tensor][] {
    return tensorsOf(this, isBuffer);
  }

  /** Every buffer of this module and those below it, each once. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, tensor]) => tensor);
  }

  /** Keeps `tensor` in the field `name` as a buffer: saved and moved with the module, not trained. */
  registerBuffer(name: string, tensor: Tensor, options?: BufferOptions): void {
    (this as unknown as Record<string, Tensor>)[name] = buffer(tensor, options);
  }

  /** Parameters and persistent buffers under PyTorch's keys. The tensors are the module's own: later steps show. */
  stateDict(): StateDict {
    const state: StateDict = {};
    for (const [key, tensor] of stateEntries(this, "")) state[key] = tensor.detach();
    return state;
  }

  /**
   * Copies values into parameters and buffers: all of them, or none if anything does not fit. With `strict: false`
   * missing and unexpected keys are left alone and reported; shapes must fit in any case.
   *
   * Throws ArgumentError that lists missing keys, unexpected keys and every shape that differs.
   */
  loadStateDict(state: StateDict, { strict = true }: { strict?: boolean } = {}): LoadReport {
    return loadState(this.constructor.name, new Map(stateEntries(this, "")), state, strict);
  }

  /**
   * Parameters and buffers of fractions as another dtype, in place. On `webgpu` f16 needs an adapter with `shader-f16`.
   * Give the optimizer its parameters after this: its state keeps the dtype it began with.
   */
  to(dtype: Tensor["dtype"]): this {
    if (!FRACTIONS.includes(dtype)) {
      throw new DTypeError(
        `to: a module is of fractions, not of ${dtype}\n  hint: one of ${FRACTIONS.join(", ")}`,
      );
    }
    for (const tensor of [...this.parameters(), ...this.buffers()]) {
      if (FRACTIONS.includes(tensor.dtype)) retype(tensor, dtype);
    }
    return this;
  }

  /** `to("f16")`. */
  half(): this {
    return this.to("f16");
  }

  /** `to("f32")`. */
  float(): this {
    return this.to("f32");
  }

  /** `to("f64")`, on the cpu device. */
  double(): this {
    return this.to("f64");
  }

  /** Sets training mode, here and in all modules below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode: `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets every parameter's gradient. */
  zeroGrad(): void {
    for (const tensor of this.parameters()) tensor.grad = null;
  }

  /** Says for every parameter whether gradients are computed for it. */
  requiresGrad_(requiresGrad = true): this {
    for (const tensor of this.parameters()) tensor.requiresGrad = requiresGrad;
    return this;
  }

  /** Calls `hook(module, inputs)` before every `forward`; what it returns takes the inputs' place. */
  registerForwardPreHook<I extends unknown[], O>(
    this: Module<I, O>,
    hook: ForwardPreHook<I>,
  ): HookHandle {
    return addHook(this, "before", hook);
  }

  /** Calls `hook(module, inputs, output)` after every `forward`; what it returns takes the output's place. */
  registerForwardHook<I extends unknown[], O>(
    this: Module<I, O>,
    hook: ForwardHook<I, O>,
  ): HookHandle {
    return addHook(this, "after", hook);
  }

  /**
   * Calls `hook(module, gradInputs, gradOutputs)` when a backward has computed the gradients of the module's input tensors;
   * what it returns takes their place.
   */
  registerFullBackwardHook(hook: FullBackwardHook): HookHandle {
    return addHook(this, "backward", hook);
  }

  /** Calls `visit` with every module below this one, then with this one. */
  apply(visit: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this as unknown as AnyModule);
    return this;
  }

  /** The module and those below it, as PyTorch prints them. */
  toString(): string {
    return printModule(this as unknown as AnyModule);
  }
}

// What console.log(model) shows in Node. Not #private members: they would belong to the object that the
// constructor did not return.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule): string {
    return this.toString();
  },
});

function tensorsOf(
  root: { namedModules(): [string, AnyModule][] },
  belongs: (value: unknown) => value is Tensor,
): [string, Tensor][] {
  const found = new Map<Tensor, string>();
  for (const [prefix, module] of root.namedModules()) {
    for (const [field, value] of Object.entries(module)) {
      if (belongs(value) && !found.has(value)) {
        found.set(value, joinNames(prefix, stateName(field)));
      }
    }
  }
  return [...found].map(([tensor, name]) => [name, tensor]);
}

/** A tied tensor appears under each of its names, as in PyTorch. */
function* stateEntries(module: object, prefix: string): Generator<[string, Tensor]> {
  const fields = Object.entries(module);
  for (const belongs of [isParameter, isPersistentBuffer]) {
    for (const [field, value] of fields) {
      if (belongs(value)) yield [joinNames(prefix, stateName(field)), value];
    }
  }
  for (const [field, value] of fields) {
    if (value instanceof Module) yield* stateEntries(value, joinNames(prefix, stateName(field)));
  }
}

/** What each module is called by the one that holds it. */
const pathNames = new WeakMap<object, string>();

/** The module's part of an error's path: its name in the module above, or its class where it is the outermost. */
function pathName(module: object): string {
  const known = pathNames.get(module);
  if (known !== undefined) return known;
  const own = module.constructor.name;
  pathNames.set(module, own);
  for (const [name, child] of (module as AnyModule).namedChildren()) nameBelow(name, child);
  return own;
}

function nameBelow(name: string, module: AnyModule): void {
  if (pathNames.has(module)) return;
  pathNames.set(module, name);
  for (const [key, child] of module.namedChildren()) nameBelow(key, child);
}
