import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { randomState } from "@wgrad/autograd/saving";
import { fieldsOf, setField } from "./fields.ts";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isBuffer, isParameter, isPersistentBuffer, parameter } from "./parameter.ts";

/** Makes a module like the one given, as its constructor makes it; undefined leaves that to `copyModule`. */
export type Remake = (module: AnyModule) => AnyModule | undefined;

/**
 * A module like `module` with parameters, buffers and modules of its own, equal in value; what is tied in it is tied in the
 * copy. Draws nothing. Other fields are shared; hooks are not copied. `#private` members are as the constructor makes
 * them: where that takes arguments, `remake` calls it.
 *
 * Throws ArgumentError for a class with #private members whose constructor takes arguments, if `remake` makes none.
 */
export function copyModule<M extends AnyModule>(module: M, remake?: Remake): M {
  checkCall("copyModule(module, remake?: function)", arguments);
  const random = randomState.stateDict();
  try {
    return copyOf(module, new Map(), remake) as M;
  } finally {
    randomState.loadStateDict(random);
  }
}

function copyOf(
  module: AnyModule,
  copies: Map<unknown, unknown>,
  remake: Remake | undefined,
): AnyModule {
  const known = copies.get(module) as AnyModule | undefined;
  if (known !== undefined) return known;
  const copy = remake?.(module) ?? made(module);
  copies.set(module, copy);
  copy.training = module.training;
  const fields = fieldsOf(module);
  const own = copy as unknown as Record<string, unknown>;
  for (const name of Object.keys(copy)) {
    if (fields.has(name) || !Object.hasOwn(module, name)) delete own[name];
  }
  for (const [name, { kind, value, persistent }] of fields) {
    setField(copy, name, kind, copiedValue(value, copies, remake), persistent);
  }
  for (const [name, value] of Object.entries(module)) {
    if (!fields.has(name)) own[name] = value;
  }
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

/** Whether a class, or one that it extends, has #private members; compilers turn them into calls of these names. */
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

function copiedValue(
  value: unknown,
  copies: Map<unknown, unknown>,
  remake: Remake | undefined,
): unknown {
  if (value instanceof Module) return copyOf(value as AnyModule, copies, remake);
  if (!isParameter(value) && !isBuffer(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = copiedTensor(value);
  copies.set(value, copy);
  return copy;
}

function copiedTensor(value: Tensor): Tensor {
  const values = value.detach().clone();
  const { requiresGrad } = value;
  if (isBuffer(value)) return buffer(values, { persistent: isPersistentBuffer(value) });
  const copy = parameter(values);
  copy.requiresGrad = requiresGrad;
  return copy;
}
