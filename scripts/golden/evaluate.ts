import { ellipsis, slice, Tensor } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";
import { camelKeys, invoke, plainObject } from "./call.ts";
import { attributeOf, builtins, callMethod, libraryValue, setAttribute } from "./objects.ts";
import { areWhole, dotted, type Expression, type Item, parse } from "./python.ts";

/** Bound names and their values. */
export type Names = Map<string, unknown>;

/** A computation with result T that yields promises and receives their values. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Names whose attributes belong to PyTorch or NumPy, not to a value. */
const libraries: ReadonlySet<string> = new Set(
  "torch nn F optim numpy copy distributions".split(" "),
);

/** Evaluates a Python expression with bound `names`. It must not wait for a value. */
export function evaluate(source: string, names: Readonly<Record<string, unknown>> = {}): unknown {
  return atOnce(resultOf(parse(source), new Map(Object.entries(names))));
}

/** Runs steps that do not wait. */
export function atOnce<T>(steps: Steps<T>): T {
  const { done, value } = steps.next();
  if (done === true) return value as T;
  throw new SyntaxError("the expression waits for a value, but runs synchronously");
}

export function* resultOf(expression: Expression, names: Names): Steps<unknown> {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "ellipsis":
      return ellipsis;
    case "list":
      return yield* valuesOf(expression.items, names);
    case "dict":
      return new Map(yield* pairsOf(expression.entries, names));
    case "name":
      return named(expression.name, names);
    case "slice": {
      const [start = null, stop = null, step = null] = yield* valuesOf(expression.bounds, names);
      return slice(start as number | null, stop as number | null, step as number | null);
    }
    case "item":
      return yield* itemOf(expression, names);
    case "attribute": {
      const path = libraryPath(expression, names);
      if (path !== null) return libraryValue(path);
      return attributeOf(yield* resultOf(expression.of, names), expression.name);
    }
    case "lambda": {
      const { names: own, body } = expression;
      return (...args: unknown[]) =>
        atOnce(
          resultOf(body, new Map([...names, ...own.map((name, i) => [name, args[i]] as const)])),
        );
    }
    case "call":
      return yield* callOf(expression, names);
  }
}

function* callOf(
  { of, args, kwargs }: Expression & { readonly kind: "call" },
  names: Names,
): Steps<unknown> {
  const path = libraryPath(of, names);
  const receiver = path === null && of.kind === "attribute" ? yield* resultOf(of.of, names) : null;
  const given = {
    args: yield* valuesOf(args, names),
    kwargs: Object.fromEntries(yield* pairsOf(Object.entries(kwargs), names)),
  };
  const [data] = args;
  if (path === "torch.tensor" && data !== undefined && areWhole(data)) {
    given.kwargs = { dtype: "i32", ...given.kwargs };
  }
  if (path !== null) return yield* settled(invoke(path, given));
  if (of.kind === "attribute") return yield* settled(callMethod(receiver, of.name, given));
  const called = yield* resultOf(of, names);
  if (typeof called !== "function") throw new SyntaxError(`${String(called)} is not a function`);
  const options = camelKeys(given.kwargs);
  const more = Object.keys(options).length === 0 ? [] : [options];
  const values = given.args.map(plainObject);
  return yield* settled((called as (...all: unknown[]) => unknown)(...values, ...more));
}

/** The value itself, or the value of a promise. */
function* settled(value: unknown): Steps<unknown> {
  return value instanceof Promise ? yield value : value;
}

function* valuesOf(items: readonly (Expression | null)[], names: Names): Steps<unknown[]> {
  const values: unknown[] = [];
  for (const item of items) values.push(item === null ? null : yield* resultOf(item, names));
  return values;
}

function* pairsOf(
  entries: readonly (readonly [string, Expression])[],
  names: Names,
): Steps<[string, unknown][]> {
  const values: [string, unknown][] = [];
  for (const [key, item] of entries) values.push([key, yield* resultOf(item, names)]);
  return values;
}

function named(name: string, names: Names): unknown {
  if (names.has(name)) return names.get(name);
  const builtin = builtins[name];
  if (builtin !== undefined) return builtin;
  throw new SyntaxError(`the name ${name} is not bound`);
}

/** The dotted name of a PyTorch member; null for an attribute of a value. */
function libraryPath(expression: Expression, names: Names): string | null {
  const path = dotted(expression);
  if (path === null) return null;
  const [head = ""] = path.split(".");
  return libraries.has(head) && !names.has(head) && path !== head ? path : null;
}

function* itemOf({ of, index }: Item, names: Names): Steps<unknown> {
  const value = yield* resultOf(of, names);
  const places = yield* valuesOf(index, names);
  if (value instanceof Tensor) {
    return yield* settled(invoke("Tensor.__getitem__", { args: [value, places], kwargs: {} }));
  }
  const [place] = places;
  if (value instanceof Module)
    return callMethod(value, "__getitem__", { args: places, kwargs: {} });
  if (value instanceof Map) return value.get(place);
  if (Array.isArray(value)) return value.at(place as number);
  // named tuples are objects here
  if (typeof place === "number") return Object.values(value as object).at(place);
  return (value as Record<string, unknown>)[place as string];
}

/** Binds the left side of an assignment. */
export function* assign(target: Expression, value: unknown, names: Names): Steps<void> {
  if (target.kind === "name") names.set(target.name, value);
  else if (target.kind === "attribute") {
    setAttribute(yield* resultOf(target.of, names), target.name, value);
  } else if (target.kind === "item") {
    const of = yield* resultOf(target.of, names);
    const places = yield* valuesOf(target.index, names);
    if (of instanceof Tensor) {
      invoke("Tensor.put_", { args: [of, places, value], kwargs: {} });
    } else (of as Record<string, unknown>)[places[0] as string] = value;
  }
}
