/** The kinds of values that signatures name. */

export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

export const isTensor = (value: unknown): value is { readonly shape: readonly number[] } =>
  typeof value === "object" && value !== null && "numel" in value && "shape" in value;

export const isNumber = (value: unknown): boolean => typeof value === "number";

const isFunction = (value: unknown): boolean => typeof value === "function";

const all = (is: Kind["is"]) => (value: unknown) =>
  isList(value) && Array.prototype.every.call(value, is);

/** What an error calls a kind, and whether a value is of it. */
interface Kind {
  readonly said: string;
  readonly is: (value: unknown) => boolean;
  /** Throws an error that says more than that the value is not of the kind. */
  readonly refuse?: ((call: string, value: unknown) => unknown) | undefined;
}

const kindsByName = new Map<string, Kind>();

/**
 * Adds a kind to the language of signatures: `defineKind("module", "a module", isModule)` for
 * `copyModule(model: module)`. `said` stands in the error, "model is 5, not a module". `refuse` may
 * throw an error that says more.
 */
export function defineKind(
  name: string,
  said: string,
  is: (value: unknown) => boolean,
  refuse?: (call: string, value: unknown) => unknown,
): void {
  kindsByName.set(name, { said, is, refuse });
}

defineKind("any", "anything", () => true);
defineKind("tensor", "a tensor", isTensor);
defineKind(
  "operand",
  "a tensor or a number",
  (x) => isTensor(x) || isNumber(x) || typeof x === "boolean",
);
defineKind("boolean", "true or false", (x) => typeof x === "boolean");
defineKind("number", "a number", (x) => isNumber(x) && !Number.isNaN(x));
defineKind("int", "a whole number", Number.isInteger);
defineKind("count", "a whole number, 0 or more", (x) => Number.isInteger(x) && (x as number) >= 0);
defineKind("size", "a whole number, 1 or more", (x) => Number.isInteger(x) && (x as number) > 0);
defineKind("number[]", "an array of numbers", all(isNumber));
defineKind("list", "an array of numbers", all(isNumber));
defineKind("string", "a string", (x) => typeof x === "string");
defineKind("function", "a function", isFunction);
defineKind("array", "an array", isList);
defineKind(
  "iterable",
  "an iterable",
  (x) => typeof x !== "string" && isFunction((x as never)?.[Symbol.iterator]),
);
defineKind(
  "object",
  "an object",
  (x) => typeof x === "object" && x !== null && !isList(x) && !isTensor(x),
);
defineKind("NaN", "NaN", Number.isNaN);
defineKind("null", "null", (x) => x === null);
// options are recognized before kinds are asked
defineKind("options", "options", () => false);

/** The kind of this name; that of `kind[]` follows from the kind of its elements. */
export function kindOf(name: string): Kind | undefined {
  const kind = kindsByName.get(name);
  const of = kind ?? (name.endsWith("[]") ? kindOf(name.slice(0, -2)) : undefined);
  if (of !== kind) {
    const said = of?.said.replace(/^an? (.*?)(?=,| of |$)/, "an array of $1s") as string;
    defineKind(name, said, all(of?.is as Kind["is"]));
    return kindOf(name);
  }
  return kind;
}

export function fits(kinds: readonly string[] | null, value: unknown): boolean {
  if (kinds === null) return true;
  for (const kind of kinds) {
    if (kind.startsWith('"')) {
      if (kind === `"${value}"`) return typeof value === "string";
      continue;
    }
    const known = kindOf(kind);
    // a module that defines a kind must be imported by value, not for its types alone
    if (known === undefined) throw new Error(`the kind ${kind} of a signature is not defined`);
    if (known.is(value)) return true;
  }
  return false;
}
