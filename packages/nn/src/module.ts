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
import { checkInputs, withCaller } from "./call.ts";
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

/** Dtypes that `to` converts; integers and masks keep their dtype. */
const FLOATING_DTYPES: readonly Tensor["dtype"][] = ["f16", "f32", "f64"];

/** A module with any inputs and any output. */
export type AnyModule = Module<never[], unknown>;

// biome-ignore lint/suspicious/noExplicitAny: a subclass chooses the types of its forward
type AnyForward = (...inputs: any[]) => any;

/** The inputs of `forward`: as a subclass declares them, else those of `Module<In, Out>`. */
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

/** The call of a module, and its mode. */
export interface Module<In extends unknown[] = [Tensor], Out = Tensor> {
  /** Runs `forward`. Call a module like a function: `model(x)`. */
  (...inputs: Takes<this["forward"], In>): Gives<this["forward"], Out>;
  /**
   * True in training mode, which layers such as dropout depend on. Set it by `train()` and
   * `eval()`.
   */
  training: boolean;
}

/**
 * Base of every layer and model. A subclass keeps parameters (`parameter(…)`), buffers
 * (`buffer(…)`) and modules in fields, and defines `forward`. Fields may be reassigned as in
 * PyTorch: a buffer to another tensor, a parameter to another parameter. Lists of layers go into a
 * ModuleList or ModuleDict; `#private` fields are not found. `Module<In, Out>` is the type of a
 * module with inputs `In` and result `Out`.
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
    // The instance is this function: its prototype is the subclass, and the fields are set on it.
    const forward = (...inputs: In): Out => {
      if (inputs.length > self.forward.length) checkInputs(self, self.forward, inputs);
      return self.forward(...inputs);
    };
    const self = ((...inputs: In): Out =>
      withCaller(self, () =>
        moduleCall(() => callWithHooks(self, forward, inputs), pathName(self)),
      )) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    for (const own of ["name", "length"]) delete (self as unknown as Record<string, unknown>)[own];
    Object.defineProperty(self, "training", { value: true, writable: true, enumerable: false });
    beginFields(self);
    // biome-ignore lint/correctness/noConstructorReturn: this makes a module callable without eval or Proxy
    return self;
  }

  /** The computation. Call the module instead of this method. */
  abstract forward(...inputs: Parameters<AnyForward>): ReturnType<AnyForward>;

  /** Settings as PyTorch prints them between the parentheses; layers with settings override it. */
  extraRepr(): string {
    return "";
  }

  /**
   * The key of a field in the state: PyTorch's snake_case of a camelCase name; other names stay
   * unchanged.
   */
  stateKey(field: string): string {
    return stateName(field);
  }

  /** The modules in the fields of this one, under PyTorch's names, each once. */
  namedChildren(): [string, AnyModule][] {
    checkCall("model.namedChildren()", arguments);
    const children = new Map<unknown, string>();
    for (const { key, kind, value } of fieldsOf(this).values()) {
      if (kind === "module" && value !== null && !children.has(value)) children.set(value, key);
    }
    return [...children].map(([child, key]) => [key, child as AnyModule]);
  }

  /** The modules in the fields of this one. */
  children(): AnyModule[] {
    checkCall("model.children()", arguments);
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it, depth first, each once. The name of this module is `prefix`. */
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

  /**
   * Parameters under their state-dict names, in PyTorch's order; a tied parameter appears once,
   * under its first name.
   */
  namedParameters(): [string, Parameter][] {
    checkCall("model.namedParameters()", arguments);
    hold(this);
    return tensorsOf(this, "parameter");
  }

  /** Every parameter of this module and those below it, each once: the argument of an optimizer. */
  parameters(): Parameter[] {
    checkCall("model.parameters()", arguments);
    return this.namedParameters().map(([, tensor]) => tensor);
  }

  /** Buffers under their state-dict names, each once. */
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
   * Puts `tensor` into the field `name` as a buffer, which is saved and moved but not trained. Null
   * reserves the name.
   */
  registerBuffer(name: string, tensor: Tensor | null, options: BufferOptions = {}): void {
    checkCall(
      "model.registerBuffer(name: string, tensor: tensor | null, { persistent: boolean })",
      arguments,
    );
    checkName(this, "registerBuffer", name);
    const value = tensor === null ? null : buffer(tensor, options);
    setField(this, name, "buffer", value, options.persistent);
  }

  /** Puts `tensor` into the field `name` as a parameter. Null reserves the name. */
  registerParameter(name: string, tensor: Tensor | null): void {
    checkCall("model.registerParameter(name: string, tensor: tensor | null)", arguments);
    checkName(this, "registerParameter", name);
    setField(this, name, "parameter", tensor === null ? null : parameter(tensor));
  }

  /**
   * Puts `module` into the field `name`, to be trained and saved with this one. Null reserves the
   * name.
   */
  addModule(name: string, module: AnyModule | null): void {
    checkCall("model.addModule(name: string, module: any)", arguments);
    checkName(this, "addModule", name);
    if (module !== null && !isModule(module)) {
      throw new ArgumentError(`addModule: ${name} is ${describe(module)}, not a module`);
    }
    setField(this, name, "module", module);
  }

  /** The same as `addModule`. */
  registerModule(name: string, module: AnyModule | null): void {
    checkCall("model.registerModule(name: string, module: any)", arguments);
    this.addModule(name, module);
  }

  /** The module at a path of `namedModules`, such as "encoder.layers.0"; "" is this module. */
  getSubmodule(path: string): AnyModule {
    checkCall("model.getSubmodule(path: string)", arguments);
    return submodule("getSubmodule", this as unknown as AnyModule, path);
  }

  /** The parameter at a path of `namedParameters`, such as "encoder.layers.0.weight". */
  getParameter(path: string): Parameter {
    checkCall("model.getParameter(path: string)", arguments);
    return memberAt("getParameter", this as unknown as AnyModule, path, "parameter");
  }

  /** The buffer at a path of `namedBuffers`. */
  getBuffer(path: string): Tensor {
    checkCall("model.getBuffer(path: string)", arguments);
    return memberAt("getBuffer", this as unknown as AnyModule, path, "buffer");
  }

  /**
   * Parameters and persistent buffers under PyTorch's keys. The tensors are those of the module,
   * not copies.
   */
  stateDict(): StateDict {
    checkCall("model.stateDict()", arguments);
    const state: StateDict = {};
    for (const [key, tensor] of stateEntries(this, "")) state[key] = tensor.detach();
    return state;
  }

  /**
   * Copies values into parameters and buffers: into all, or into none if one does not fit. With
   * `strict: false`, missing and unexpected keys are only reported; shapes must still fit.
   *
   * Throws ArgumentError that lists missing keys, unexpected keys and wrong shapes.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): LoadReport {
    checkCall("model.loadStateDict(state: any, { strict: boolean })", arguments);
    const { strict = true } = options;
    return loadState(this.constructor.name, new Map(stateEntries(this, "")), state, strict);
  }

  /**
   * Converts floating parameters and buffers to a dtype in place, or moves all to a device in
   * place, which is done when the promise resolves. On `webgpu`, f16 needs an adapter with
   * `shader-f16`. Make optimizers afterwards, because their state keeps its dtype and device.
   */
  to(dtype: Tensor["dtype"]): this;
  to(device: Tensor["device"]): Promise<this>;
  to(target: Tensor["dtype"] | Tensor["device"]): this | Promise<this> {
    checkCall("model.to(target: any)", arguments);
    const tensors = [...this.parameters(), ...this.buffers()];
    if (isDeviceName(target)) return moveTo(tensors, target).then(() => this);
    if (!FLOATING_DTYPES.includes(target)) {
      throw new DTypeError(
        `to: cannot convert a module to ${describe(target)}\n  hint: one of ${[...FLOATING_DTYPES, ...deviceNames()].join(", ")}`,
      );
    }
    for (const tensor of tensors)
      if (FLOATING_DTYPES.includes(tensor.dtype)) retype(tensor, target);
    return this;
  }

  /** Converts to f16: `to("f16")`. */
  half(): this {
    checkCall("model.half()", arguments);
    return this.to("f16");
  }

  /** Converts to f32: `to("f32")`. */
  float(): this {
    checkCall("model.float()", arguments);
    return this.to("f32");
  }

  /** Converts to f64 (on the cpu device): `to("f64")`. */
  double(): this {
    checkCall("model.double()", arguments);
    return this.to("f64");
  }

  /** Sets training mode for this module and all below it. */
  train(mode = true): this {
    checkCall("model.train(mode?: boolean)", arguments);
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode for this module and all below it: `train(false)`. */
  eval(): this {
    checkCall("model.eval()", arguments);
    return this.train(false);
  }

  /** Drops every parameter's gradient; with `setToNone: false` sets it to zeros. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    checkCall("model.zeroGrad({ setToNone: boolean })", arguments);
    const { setToNone = true } = options;
    for (const tensor of this.parameters()) {
      if (setToNone) tensor.grad = null;
      else noGrad(() => tensor.grad?.zero_());
    }
  }

  /**
   * Releases parameters, gradients and buffers of this module and those below it. `using model = …`
   * does this at the end of the block. Tensors shared with other modules are released, too.
   */
  dispose(): void {
    checkCall("model.dispose()", arguments);
    for (const tensor of [...this.parameters(), ...this.buffers()]) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Sets for every parameter whether gradients are computed. */
  requiresGrad_(requiresGrad = true): this {
    checkCall("model.requiresGrad_(requiresGrad?: boolean)", arguments);
    for (const tensor of this.parameters()) tensor.requiresGrad = requiresGrad;
    return this;
  }

  /** Calls `hook(module, inputs)` before every `forward`. A returned value replaces the inputs. */
  registerForwardPreHook<I extends unknown[], O>(
    this: Module<I, O>,
    hook: ForwardPreHook<I>,
  ): HookHandle {
    checkCall("model.registerForwardPreHook(hook: function)", arguments);
    return addHook(this, "before", hook);
  }

  /**
   * Calls `hook(module, inputs, output)` after every `forward`. A returned value replaces the
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
   * Calls `hook(module, gradInputs, gradOutputs)` in the backward pass, once the gradients of the
   * inputs are known. A returned value replaces them.
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

  /** The module and those below it, printed as in PyTorch. */
  toString(): string {
    return printModule(this as unknown as AnyModule);
  }
}

// What console.log(model) shows in Node, and what notebooks show. Private members would belong to
// the object that the constructor did not return.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: AnyModule): string {
    return this.toString();
  },
});
Object.defineProperty(Module.prototype, Symbol.for("Jupyter.display"), {
  async value(this: AnyModule): Promise<Readonly<Record<string, string>>> {
    return (await import("./display.ts")).display(this);
  },
});
