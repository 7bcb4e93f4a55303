import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { randomState } from "@wgrad/autograd/saving";
import { derive, derivedOf } from "./derived.ts";
import { fieldsOf, isModule, setField } from "./fields.ts";
import { copyHooks } from "./hooks.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isBuffer, isParameter, isPersistentBuffer, parameter } from "./parameter.ts";

/**
 * Makes a new module like the given one by calling its constructor; undefined leaves the module to
 * `copyModule`.
 */
export type Remake = (module: AnyModule) => AnyModule | undefined;

/**
 * A copy of a module with parameters, buffers and submodules of its own, equal in value. Tied
 * parameters stay tied. No random numbers are drawn. Other fields are shared; hooks are not copied.
 * `#private` members are made by the constructor; if that takes arguments, `remake` must call
 * it.
 *
 * Throws ArgumentError for a class with #private members whose constructor takes arguments, if
 * `remake` returns undefined.
 */
export function copyModule<M extends AnyModule>(module: M, remake?: Remake): M {
  checkCall("copyModule(module: module, remake?: function)", arguments);
  return withoutDraws(() => copyOf(module, new Map(), { remake, hooks: false }) as M);
}

/**
 * PyTorch's `copy.deepcopy`: `best = deepcopy(model.stateDict())`. A module is copied by
 * `copyModule`, with its hooks. A tensor becomes a new leaf with the same `requiresGrad` and
 * gradient; a parameter loses its gradient. Arrays, plain objects and Maps are copied with their
 * contents; an object that occurs twice is copied once.
 *
 * Throws ArgumentError for the result of a differentiable operation and for objects of other
 * classes.
 */
export function deepcopy<T>(value: T, remake?: Remake): T {
  checkCall("deepcopy(value: any, remake?: function)", arguments);
  return withoutDraws(() => copiedDeep(value, new Map(), { remake, hooks: true }) as T);
}

function copiedDeep(value: unknown, copies: Map<unknown, unknown>, rules: CopyRules): unknown {
  if (isModule(value)) return copyOf(value as unknown as AnyModule, copies, rules);
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const kept = <T>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  const inside = (part: unknown): unknown => copiedDeep(part, copies, rules);
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
      `deepcopy: copies modules, tensors, and arrays, plain objects and Maps of them; got ${describe(value)}`,
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

/** Runs `fn` and restores the state of the random numbers. */
function withoutDraws<T>(fn: () => T): T {
  const random = randomState.stateDict();
  try {
    return fn();
  } finally {
    randomState.loadStateDict(random);
  }
}

interface CopyRules {
  readonly remake: Remake | undefined;
  readonly hooks: boolean;
}

function copyOf(module: AnyModule, copies: Map<unknown, unknown>, rules: CopyRules): AnyModule {
  const known = copies.get(module) as AnyModule | undefined;
  if (known !== undefined) return known;
  const copy = rules.remake?.(module) ?? construct(module);
  copies.set(module, copy);
  copy.training = module.training;
  const fields = fieldsOf(module);
  const own = copy as unknown as Record<string, unknown>;
  for (const name of Object.keys(copy)) {
    if (fields.has(name) || !Object.hasOwn(module, name)) delete own[name];
  }
  for (const [name, { kind, value, persistent }] of fields) {
    setField(copy, name, kind, copiedValue(value, copies, rules), persistent);
  }
  for (const [name, value] of Object.entries(module)) {
    if (!fields.has(name)) own[name] = value;
  }
  for (const [name, derivation] of derivedOf(module)) derive(copy, name, derivation);
  if (rules.hooks) copyHooks(module, copy);
  return copy;
}

function construct(module: AnyModule): AnyModule {
  const type = module.constructor as new () => AnyModule;
  // Calls Module's own constructor: the values that a subclass would draw are copied instead.
  if (!hasPrivate(type)) return Reflect.construct(Module, [], type) as AnyModule;
  if (type.length === 0) return new type();
  throw new ArgumentError(
    `copyModule: ${type.name} has #private members, which only its constructor can make, and its arguments are unknown` +
      `\n  hint: copyModule(model, (module) => module instanceof ${type.name} ? new ${type.name}(…) : undefined)`,
  );
}

const withPrivate = new WeakMap<object, boolean>();

/**
 * Whether a class or one of its bases has #private members. Compilers replace them by calls of
 * these helpers.
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

/** Comments and string literals. */
const quoted =
  /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;

function copiedValue(value: unknown, copies: Map<unknown, unknown>, rules: CopyRules): unknown {
  if (value instanceof Module) return copyOf(value as AnyModule, copies, rules);
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = value instanceof Tensor ? copiedTensor(value) : null;
  if (copy === null) return value;
  copies.set(value, copy);
  return copy;
}

/** A parameter or buffer that equals this one; null if it is neither. */
function copiedTensor(value: Tensor): Tensor | null {
  if (!isParameter(value) && !isBuffer(value)) return null;
  const { requiresGrad } = value;
  const values = value.detach().clone();
  if (isBuffer(value)) return buffer(values, { persistent: isPersistentBuffer(value) });
  const copy = parameter(values);
  copy.requiresGrad = requiresGrad;
  return copy;
}
