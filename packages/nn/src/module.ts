import { ArgumentError, DTypeError, noGrad, type Tensor } from "@wgrad/autograd";
import {
  checkCall,
  describe,
  deviceNames,
  isDeviceName,
  moduleCall,
  moveTo,
  retype,
} from "@wgrad/autograd/plugin";
import { checkInputs, innermost } from "./call.ts";
import { beginFields, fieldsOf, hold, isModule, setField } from "./fields.ts";
import {
  addHook,
  callWithHooks,
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type HookHandle,
} from "./hooks.ts";
import { checkName, memberAt, stateEntries, submodule, tensorsOf } from "./members.ts";
import { joinNames, stateName } from "./names.ts";
import { type BufferOptions, buffer, type Parameter, parameter } from "./parameter.ts";
import { pathName } from "./path-names.ts";
import { printModule } from "./print.ts";
import { type LoadReport, loadState, type StateDict } from "./state-dict.ts";

/** What `to` converts: counts and masks keep their dtype. */
const FRACTIONS: readonly Tensor["dtype"][] = ["f16", "f32", "f64"];

/** A module whatever it takes and gives. */
export type AnyModule = Module<never[], unknown>;

// biome-ignore lint/suspicious/noExplicitAny: what a subclass's forward takes and gives is its own
type AnyForward = (...inputs: any[]) => any;

/** What `forward` takes: as a subclass declares it, else what `Module<In, Out>` says. */
type Takes<Forward, In> = Forward extends (...inputs: infer Inputs) => unknown
  ? Parameters<AnyForward> extends Inputs
    ? In
    : Inputs
  : In;

type Gives<Forward, Out> = Forward extends (...inputs: never) => infer Result
  ? 0 extends 1 & Result
    ? Out
    : Result
  : Out;

export interface Module<In extends unknown[] = [Tensor], Out = Tensor> {
  /** Runs `forward`: a module is called like a function, `model(x)`. */
  (...inputs: Takes<this["forward"], In>): Gives<this["forward"], Out>;
  /**
   * True while training; layers such as dropout ask for it. Set it through `train()` and `eval()`.
   */
  training: boolean;
}

/**
 * Base of every layer and model. A subclass has parameters (`parameter(…)`), buffers (`buffer(…)`)
 * and modules in fields and defines `forward`. Fields may be reassigned as in PyTorch: a buffer to
 * another tensor, a parameter to a parameter. Layers in arrays or objects go into a ModuleList or
 * ModuleDict; `#private` fields hold none. `Module<In, Out>` is the type of a module that takes
 * `In` and gives `Out`.
 *
 * ```ts
 * class Classifier extends Module {
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
    if (arguments.length > 0) checkCall(`new ${new.target.name}()`, arguments);
    // The function is the instance: its prototype is the subclass, its fields are the module's.
    const forward = (...inputs: In): Out => {
      if (inputs.length > self.forward.length) checkInputs(self, self.forward, inputs);
      return self.forward(...inputs);
    };
    const self = ((...inputs: In): Out =>
      innermost(self, () =>
        moduleCall(() => callWithHooks(self, forward, inputs), pathName(self)),
      )) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    for (const own of ["name", "length"]) delete (self as unknown as Record<string, unknown>)[own];
    Object.defineProperty(self, "training", { value: true, writable: true, enumerable: false });
    beginFields(self);
    // biome-ignore lint/correctness/noConstructorReturn: what makes a module callable, without eval or Proxy
    return self;
  }

  /** The computation. Call the module, not this. */
  abstract forward(...inputs: Parameters<AnyForward>): ReturnType<AnyForward>;

  /**
   * Settings as PyTorch prints them between the parentheses; a layer with settings overrides it.
   */
  extraRepr(): string {
    return "";
  }

  /** The state's key for a field: PyTorch's snake_case for camelCase, any other name as it is. */
  stateKey(field: string): string {
    return stateName(field);
  }

  /** The modules in this one's fields, by PyTorch's names, each once. */
  namedChildren(): [string, AnyModule][] {
    checkCall("model.namedChildren()", arguments);
    const children = new Map<unknown, string>();
    for (const { key, kind, value } of fieldsOf(this).values()) {
      if (kind === "module" && value !== null && !children.has(value)) children.set(value, key);
    }
    return [...children].map(([child, key]) => [key, child as AnyModule]);
  }

  /** The modules in this one's fields. */
  children(): AnyModule[] {
    checkCall("model.children()", arguments);
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it, depth first, each once; its own name is `prefix`. */
  namedModules(prefix = ""): [string, AnyModule][] {
    checkCall("model.namedModules(prefix?: string)", arguments);
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
    checkCall("model.modules()", arguments);
    return this.namedModules().map(([, module]) => module);
  }

  /** Parameters by state-dict name, in PyTorch's order; tied ones once, under their first name. */
  namedParameters(): [string, Parameter][] {
    checkCall("model.namedParameters()", arguments);
    hold(this);
    return tensorsOf(this, "parameter");
  }

  /** What an optimizer trains: every parameter of this module and those below it, each once. */
  parameters(): Parameter[] {
    checkCall("model.parameters()", arguments);
    return this.namedParameters().map(([, tensor]) => tensor);
  }

  /** Buffers by state-dict name, each once. */
  namedBuffers(): [string, Tensor][] {
    checkCall("model.namedBuffers()", arguments);
    hold(this);
    return tensorsOf(this, "buffer");
  }

  /** Every buffer of this module and those below it, each once. */
  buffers(): Tensor[] {
    checkCall("model.buffers()", arguments);
    return this.namedBuffers().map(([, tensor]) => tensor);
  }

  /**
   * Puts `tensor` into the field `name` as a buffer: saved and moved, not trained. Null keeps the
   * place.
   */
  registerBuffer(name: string, tensor: Tensor | null, options: BufferOptions = {}): void {
    checkCall("model.registerBuffer(name, tensor, { persistent: boolean })", arguments);
    checkName(this, "registerBuffer", name);
    const value = tensor === null ? null : buffer(tensor, options);
    setField(this, name, "buffer", value, options.persistent);
  }

  /** Puts `tensor` into the field `name` as a parameter. Null keeps the place. */
  registerParameter(name: string, tensor: Tensor | null): void {
    checkCall("model.registerParameter(name, tensor)", arguments);
    checkName(this, "registerParameter", name);
    setField(this, name, "parameter", tensor === null ? null : parameter(tensor));
  }

  /** Puts `module` into the field `name`: trained and saved with this one. Null keeps the place. */
  addModule(name: string, module: AnyModule | null): void {
    checkCall("model.addModule(name, module)", arguments);
    checkName(this, "addModule", name);
    if (module !== null && !isModule(module)) {
      throw new ArgumentError(`addModule: ${name} is ${describe(module)}, not a module`);
    }
    setField(this, name, "module", module);
  }

  /** `addModule` by its other name. */
  registerModule(name: string, module: AnyModule | null): void {
    checkCall("model.registerModule(name: string, module)", arguments);
    this.addModule(name, module);
  }

  /** The module at a path of `namedModules`: "encoder.layers.0"; "" is this one. */
  getSubmodule(path: string): AnyModule {
    checkCall("model.getSubmodule(path: string)", arguments);
    return submodule("getSubmodule", this as unknown as AnyModule, path);
  }

  /** The parameter at a path of `namedParameters`: "encoder.layers.0.weight". */
  getParameter(path: string): Parameter {
    checkCall("model.getParameter(path: string)", arguments);
    return memberAt("getParameter", this as unknown as AnyModule, path, "parameter");
  }

  /** The buffer by its path, as `namedBuffers` has it. */
  getBuffer(path: string): Tensor {
    checkCall("model.getBuffer(path: string)", arguments);
    return memberAt("getBuffer", this as unknown as AnyModule, path, "buffer");
  }

  /** Parameters and persistent buffers under PyTorch's keys. The tensors are the module's own. */
  stateDict(): StateDict {
    checkCall("model.stateDict()", arguments);
    const state: StateDict = {};
    for (const [key, tensor] of stateEntries(this, "")) state[key] = tensor.detach();
    return state;
  }

  /**
   * Copies values into parameters and buffers: all of them, or none if one does not fit. With
   * `strict: false` missing and unexpected keys are reported only; shapes must fit.
   *
   * Throws ArgumentError that lists missing keys, unexpected keys and wrong shapes.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): LoadReport {
    checkCall("model.loadStateDict(state, { strict: boolean })", arguments);
    const { strict = true } = options;
    return loadState(this.constructor.name, new Map(stateEntries(this, "")), state, strict);
  }

  /**
   * Converts floating parameters and buffers to a dtype in place; or moves all to a device in
   * place, when the promise resolves. On `webgpu` f16 needs an adapter with `shader-f16`. Make
   * optimizers after this: their state keeps its dtype and device.
   */
  to(dtype: Tensor["dtype"]): this;
  to(device: Tensor["device"]): Promise<this>;
  to(target: Tensor["dtype"] | Tensor["device"]): this | Promise<this> {
    checkCall("model.to(target)", arguments);
    const tensors = [...this.parameters(), ...this.buffers()];
    if (isDeviceName(target)) return moveTo(tensors, target).then(() => this);
    if (!FRACTIONS.includes(target)) {
      throw new DTypeError(
        `to: a module is of fractions, not of ${describe(target)}\n  hint: one of ${[...FRACTIONS, ...deviceNames()].join(", ")}`,
      );
    }
    for (const tensor of tensors) if (FRACTIONS.includes(tensor.dtype)) retype(tensor, target);
    return this;
  }

  /** `to("f16")`. */
  half(): this {
    checkCall("model.half()", arguments);
    return this.to("f16");
  }

  /** `to("f32")`. */
  float(): this {
    checkCall("model.float()", arguments);
    return this.to("f32");
  }

  /** `to("f64")`, on the cpu device. */
  double(): this {
    checkCall("model.double()", arguments);
    return this.to("f64");
  }

  /** Sets training mode, here and in all modules below. */
  train(mode = true): this {
    checkCall("model.train(mode?: boolean)", arguments);
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode: `train(false)`. */
  eval(): this {
    checkCall("model.eval()", arguments);
    return this.train(false);
  }

  /** Drops every parameter's gradient; with `setToNone: false` sets it to zeros. */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    checkCall("model.zeroGrad({ setToNone: boolean })", arguments);
    for (const tensor of this.parameters()) {
      if (setToNone) tensor.grad = null;
      else noGrad(() => tensor.grad?.zero_());
    }
  }

  /**
   * Releases parameters, gradients and buffers of this module and those below. `using model = …`
   * does so at the block's end. Shared tensors are gone for other modules too.
   */
  dispose(): void {
    checkCall("model.dispose()", arguments);
    for (const tensor of [...this.parameters(), ...this.buffers()]) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Says for every parameter whether gradients are computed for it. */
  requiresGrad_(requiresGrad = true): this {
    checkCall("model.requiresGrad_(requiresGrad?: boolean)", arguments);
    for (const tensor of this.parameters()) tensor.requiresGrad = requiresGrad;
    return this;
  }

  /** Calls `hook(module, inputs)` before every `forward`. What it returns replaces the inputs. */
  registerForwardPreHook<I extends unknown[], O>(
    this: Module<I, O>,
    hook: ForwardPreHook<I>,
  ): HookHandle {
    checkCall("model.registerForwardPreHook(hook: function)", arguments);
    return addHook(this, "before", hook);
  }

  /**
   * Calls `hook(module, inputs, output)` after every `forward`. What it returns replaces the
   * output.
   */
  registerForwardHook<I extends unknown[], O>(
    this: Module<I, O>,
    hook: ForwardHook<I, O>,
  ): HookHandle {
    checkCall("model.registerForwardHook(hook: function)", arguments);
    return addHook(this, "after", hook);
  }

  /**
   * Calls `hook(module, gradInputs, gradOutputs)` in the backward, when the inputs' gradients are
   * there. What it returns replaces them.
   */
  registerFullBackwardHook(hook: FullBackwardHook): HookHandle {
    checkCall("model.registerFullBackwardHook(hook: function)", arguments);
    return addHook(this, "backward", hook);
  }

  /** Calls `visit` with every module below this one, then with this one. */
  apply(visit: (module: AnyModule) => void): this {
    checkCall("model.apply(visit: function)", arguments);
    for (const child of this.children()) child.apply(visit);
    visit(this as unknown as AnyModule);
    return this;
  }

  /** The module and those below it, as PyTorch prints them. */
  toString(): string {
    return printModule(this as unknown as AnyModule);
  }
}

// What console.log(model) shows in Node. Not #private members: they would belong to the object that
// the constructor did not return.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule): string {
    return this.toString();
  },
});
