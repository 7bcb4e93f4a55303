import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { randomState } from "@wgrad/autograd/saving";
import { derive, derivedOf } from "./derived.ts";
import { fieldsOf, isModule, setField } from "./fields.ts";
import { copyHooks } from "./hooks.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isBuffer, isParameter, isPersistentBuffer, parameter } from "./parameter.ts";

/** Makes a module like the given one by its constructor; undefined leaves it to `copyModule`. */
export type Remake = (module: AnyModule) => AnyModule | undefined;

/**
 * A copy of a module with its own parameters, buffers and modules of equal value; what is tied
 * stays tied. It draws nothing. Other fields are shared; hooks are not copied. `#private` members
 * come from the constructor: if that takes arguments, `remake` calls it.
 *
 * Throws ArgumentError for a class with #private members whose constructor takes arguments, if
 * `remake` returns undefined.
 */
export function copyModule<M extends AnyModule>(module: M, remake?: Remake): M {
  checkCall("copyModule(module, remake?: function)", arguments);
  return undrawn(() => copyOf(module, new Map(), { remake, hooks: false }) as M);
}

/**
 * PyTorch's `copy.deepcopy`. Of a module `copyModule`, with its hooks; of a tensor a leaf that
 * requires a gradient if it does, with the gradient it has (a parameter's is left behind); of
 * arrays, plain objects and Maps the same with copies of what they hold, each thing once: `best =
 * deepcopy(model.stateDict())`.
 *
 * Throws ArgumentError for the result of a differentiable operation, which no copy can stand for,
 * and for objects of other classes.
 */
export function deepcopy<T>(value: T, remake?: Remake): T {
  checkCall("deepcopy(value, remake?: function)", arguments);
  return undrawn(() => copiedDeep(value, new Map(), { remake, hooks: true }) as T);
}

function copiedDeep(value: unknown, copies: Map<unknown, unknown>, how: How): unknown {
  if (isModule(value)) return copyOf(value as unknown as AnyModule, copies, how);
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const kept = <T>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  const inside = (part: unknown): unknown => copiedDeep(part, copies, how);
  if (value instanceof Tensor) return kept(copiedTensor(value) ?? copiedLeaf(value));
  if (ArrayBuffer.isView(value)) return kept(structuredClone(value));
  if (Array.isArray(value)) {
    const copy: unknown[] = kept([]);
    for (const part of value) copy.push(inside(part));
    return copy;
  }
  if (value instanceof Map) {
    const copy = kept(new Map<unknown, unknown>());
    for (const [key, part] of value) copy.set(key, inside(part));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new ArgumentError(
      `deepcopy: copies modules, tensors, and arrays, objects and Maps of them, got ${describe(value)}`,
    );
  }
  const copy = kept(Object.create(prototype) as Record<string, unknown>);
  for (const [key, part] of Object.entries(value)) copy[key] = inside(part);
  return copy;
}

function copiedLeaf(value: Tensor): Tensor {
  if (!value.isLeaf) {
    throw new ArgumentError(
      "deepcopy: the tensor is the result of an operation; only leaves can be copied" +
        "\n  hint: x.detach().clone()",
    );
  }
  const copy = value.detach().clone();
  if (value.requiresGrad) copy.requiresGrad = true;
  if (value.grad !== null) copy.grad = value.grad.detach().clone();
  return copy;
}

/** Runs `fn`, and leaves the random numbers where they were. */
function undrawn<T>(fn: () => T): T {
  const random = randomState.stateDict();
  try {
    return fn();
  } finally {
    randomState.loadStateDict(random);
  }
}

interface How {
  readonly remake: Remake | undefined;
  readonly hooks: boolean;
}

function copyOf(module: AnyModule, copies: Map<unknown, unknown>, how: How): AnyModule {
  const known = copies.get(module) as AnyModule | undefined;
  if (known !== undefined) return known;
  const copy = how.remake?.(module) ?? made(module);
  copies.set(module, copy);
  copy.training = module.training;
  const fields = fieldsOf(module);
  const own = copy as unknown as Record<string, unknown>;
  for (const name of Object.keys(copy)) {
    if (fields.has(name) || !Object.hasOwn(module, name)) delete own[name];
  }
  for (const [name, { kind, value, persistent }] of fields) {
    setField(copy, name, kind, copiedValue(value, copies, how), persistent);
  }
  for (const [name, value] of Object.entries(module)) {
    if (!fields.has(name)) own[name] = value;
  }
  for (const [name, derivation] of derivedOf(module)) derive(copy, name, derivation);
  if (how.hooks) copyHooks(module, copy);
  return copy;
}

function made(module: AnyModule): AnyModule {
  const type = module.constructor as new () => AnyModule;
  // Module's own constructor for this class: what a subclass would draw is copied instead
  if (!hasPrivate(type)) return Reflect.construct(Module, [], type) as AnyModule;
  if (type.length === 0) return new type();
  throw new ArgumentError(
    `copyModule: ${type.name} has #private members, which only its constructor makes, from arguments not known here` +
      `\n  hint: copyModule(model, (module) => module instanceof ${type.name} ? new ${type.name}(…) : undefined)`,
  );
}

const withPrivate = new WeakMap<object, boolean>();

/**
 * Whether a class or a base of it has #private members; compilers turn them into calls of these
 * names.
 */
function hasPrivate(type: object): boolean {
  if (type === Module) return false;
  let found = withPrivate.get(type);
  if (found === undefined) {
    const code = String(type).replace(quoted, "");
    found = /#[\w$]|__privateAdd|__classPrivateField/.test(code);
    found ||= hasPrivate(Object.getPrototypeOf(type));
    withPrivate.set(type, found);
  }
  return found;
}

/** Comments and text. */
const quoted =
  /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;

function copiedValue(value: unknown, copies: Map<unknown, unknown>, how: How): unknown {
  if (value instanceof Module) return copyOf(value as AnyModule, copies, how);
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = value instanceof Tensor ? copiedTensor(value) : null;
  if (copy === null) return value;
  copies.set(value, copy);
  return copy;
}

/** A parameter or buffer like this one; null if it is neither. */
function copiedTensor(value: Tensor): Tensor | null {
  if (!isParameter(value) && !isBuffer(value)) return null;
  const { requiresGrad } = value;
  const values = value.detach().clone();
  if (isBuffer(value)) return buffer(values, { persistent: isPersistentBuffer(value) });
  const copy = parameter(values);
  copy.requiresGrad = requiresGrad;
  return copy;
}
