import { noGrad, Tensor } from "@wgrad/autograd";
import { Module, ModuleDict } from "@wgrad/nn";
import { type Arguments, camelKeys, invoke, plainObject } from "./call.ts";
import { camel, dtypes, type Namespace, Unmapped } from "./names.ts";
import { Plain } from "./plain.ts";

/** Tensors among the inputs; `use_reentrant` has no effect here. */
const tensorsOf = (inputs: readonly unknown[]): unknown[] =>
  inputs.filter((one) => one instanceof Tensor);

type Methods = Readonly<Record<string, (receiver: never, given: Arguments) => unknown>>;

/** Python's built-in functions that programs call. */
export const builtins: Readonly<Record<string, (...args: never[]) => unknown>> = {
  len: (value: unknown[] | { length: number } | object) =>
    "length" in value ? value.length : Object.keys(value).length,
  list: (value: Iterable<unknown> | object) =>
    value instanceof Map || value instanceof ModuleDict
      ? [...value].map(([key]) => key)
      : Symbol.iterator in value
        ? [...value]
        : Object.keys(value),
  sorted: (value: Iterable<unknown>) => [...value].sort(),
  isinstance: (value: unknown, type: new () => object) => value instanceof type,
  checkpoint: (fn: unknown, ...inputs: unknown[]) =>
    invoke("torch.checkpoint", { args: [fn, ...tensorsOf(inputs)], kwargs: {} }),
  checkpoint_sequential: (fn: unknown, segments: unknown, input: unknown) =>
    invoke("torch.checkpoint_sequential", { args: [fn, segments, input], kwargs: {} }),
};

const listMethods: Methods = {
  append: (list: unknown[], { args: [item] }) => void list.push(item),
};

const moduleMethods: Methods = {
  __getitem__: (module: Module, { args: [place] }) => {
    const { start, stop } = (place ?? {}) as { start?: number | null; stop?: number | null };
    if (start === undefined) return call(module, "at", [place]);
    return call(module, "slice", [start ?? 0, ...(stop === null ? [] : [stop])]);
  },
};

/** Calls a method of a value by its Python name. */
export function callMethod(receiver: unknown, name: string, given: Arguments): unknown {
  if (receiver instanceof Tensor) {
    return invoke(`Tensor.${name}`, { ...given, args: [receiver, ...given.args] });
  }
  if (typeof receiver === "number") {
    // a product whose first factor is a number
    return invoke(`torch.${name}`, { ...given, args: [receiver, ...given.args] });
  }
  const table = Array.isArray(receiver)
    ? listMethods
    : receiver instanceof Module
      ? moduleMethods
      : {};
  const special = table[name];
  if (special !== undefined) return special(receiver as never, given);
  const options = camelKeys(given.kwargs);
  const more = Object.keys(options).length === 0 ? [] : [options];
  return call(receiver, camel(name), [...given.args.map(plainObject), ...more]);
}

function call(receiver: unknown, method: string, args: readonly unknown[]): unknown {
  const found = (receiver as Namespace)[method];
  if (typeof found !== "function") {
    throw new Unmapped(`no method ${method} of ${(receiver as object).constructor.name}`);
  }
  return (found as (...all: unknown[]) => unknown).apply(receiver, [...args]);
}

/** The value of an attribute by its Python name. */
export function attributeOf(value: unknown, name: string): unknown {
  if (value instanceof Tensor && name === "data") return value.detach();
  const own = fieldName(value, name);
  if (!(own in (value as object))) {
    throw new Unmapped(`no attribute ${own} of ${(value as object).constructor.name}`);
  }
  const found = (value as Namespace)[own];
  return typeof found === "function" && !(found instanceof Module) ? found.bind(value) : found;
}

/** Sets an attribute: Python's `value.name = …`. */
export function setAttribute(value: unknown, name: string, to: unknown): void {
  if (value instanceof Tensor && name === "data") {
    noGrad(() => call(value, "set_", [to]));
    return;
  }
  (value as Record<string, unknown>)[fieldName(value, name)] = to;
}

/** Fields of user classes keep their names, ours are in camelCase. */
function fieldName(value: unknown, name: string): string {
  if (name in (value as object) || value instanceof Plain) return name;
  const ours = camel(name);
  return ours in (value as object) || !(value instanceof Module) ? ours : name;
}

/** The value of a dotted PyTorch name: a dtype, or a function or class to be called later. */
export function libraryValue(path: string): unknown {
  const last = path.slice(path.lastIndexOf(".") + 1);
  const dtype = path === `torch.${last}` ? dtypes[last] : undefined;
  return dtype ?? ((...args: unknown[]) => invoke(path, { args, kwargs: {} }));
}
