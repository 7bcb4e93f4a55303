import { ArgumentError } from "./errors.ts";
import { fits, isList, isNumber, isTensor, kindOf } from "./kinds.ts";

export interface Field {
  readonly name: string;
  readonly optional: boolean;
  /** An option that must be given. */
  readonly due: boolean;
  /** What it may be; null is not checked here. */
  readonly kinds: readonly string[] | null;
}

export interface Signature {
  /** The call up to its parenthesis: `sum`, `new Linear`, `model.train`. */
  readonly callee: string;
  readonly params: readonly Field[];
  /** The number of arguments that may come before the options. */
  readonly most: number;
  readonly options: ReadonlyMap<string, Field> | null;
  /** Options that must be given. */
  readonly due: readonly string[];
}

/**
 * Refuses what a call would not use: an option it does not know, an argument too many or of a wrong
 * kind. `signature` is the call as a user writes it, the options in the order in which PyTorch
 * takes them by place:
 *
 *   sum(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype })
 *   new Linear(inFeatures: number, outFeatures: number, { bias: boolean })
 *
 * `?` marks what may be left out; options that name it may stand in its place; `!` marks an option
 * that must be given. Kinds are tensor, operand (a tensor, a number or a boolean), boolean, number
 * (not NaN), NaN, string, function, null, "words", `number[]` (sizes or dimensions), list (numbers
 * of any other meaning), array, iterable, object, options (those may stand here instead), any, what
 * `defineKind` adds, and `kind[]`, an array of them. Without one, an argument that must be there is
 * a tensor, and any other value is not checked. An operation that steps record often asks
 * `if (arguments.length > n)` first, which costs nothing, and `checkTensor` after. What is a method
 * of its first argument too is shown as one, x.sum(…).
 */
export function checkCall(signature: string, given: ArrayLike<unknown>): void {
  const expected = known.get(signature) ?? parse(signature);
  const { params, most, options } = expected;
  let settled = false;
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (value === undefined) continue;
    const param = params[i];
    const place = placeOf(expected, i);
    if (options !== null && place !== "argument" && isRecord(value)) {
      if (settled || place === "before" || i > most) refuse(expected, given, i);
      checkOptions(expected, options, value, given);
      settled = true;
    } else if (i >= most || settled) {
      if (!isMapping(given, most)) refuse(expected, given, i);
    } else if (param !== undefined && !fits(param.kinds, value)) {
      refuse(expected, given, i);
    }
  }
  for (let i = 0; i < params.length; i++) {
    const { name, optional } = params[i] as Field;
    if (!optional && given[i] === undefined) missing(expected, name, given);
  }
  const [first] = expected.due;
  if (first !== undefined && !settled) missing(expected, first, given);
}

function missing(expected: Signature, name: string, given: ArrayLike<unknown>): never {
  throw new ArgumentError(
    `${nameOf(expected)}: ${name} is missing\n  hint: ${shown(expected, given)}`,
  );
}

/** The signatures of the calls that were checked. */
export const known: Map<string, Signature> = new Map();

function parse(signature: string): Signature {
  const open = signature.indexOf("(");
  const callee = signature.slice(0, open);
  const [positional = "", settings] = signature.slice(open + 1, -1).split(/(?:^|, )\{ (.*) \}/);
  const params = fields(positional, ["tensor"]);
  const options = settings === undefined ? null : new Map<string, Field>();
  for (const one of fields(settings ?? "")) {
    // A `dim` given by name counts as positional.
    options?.set(one.name, one.kinds ? one : (params.find((p) => p.name === one.name) ?? one));
  }
  const rest = params.at(-1)?.name.startsWith("...") === true;
  const most = rest ? Number.POSITIVE_INFINITY : params.length;
  const due = [...(options?.values() ?? [])].filter((one) => one.due).map(({ name }) => name);
  const expected = { callee, params, most, options, due };
  known.set(signature, expected);
  return expected;
}

/** Names with their kinds; one that must be there has the kinds `fallback` if none are written. */
const fields = (list: string, fallback: readonly string[] | null = null): Field[] =>
  list
    .split(", ")
    .filter((text) => text !== "")
    .map((text) => {
      const [, name = "", mark, kinds] = /^([.\w]+)([?!])?(?:: (.*))?$/.exec(text) ?? [];
      const optional = mark === "?" || name.startsWith("...");
      return {
        name,
        optional,
        due: mark === "!",
        kinds: kinds?.split(" | ") ?? (optional ? null : fallback),
      };
    });

function checkOptions(
  expected: Signature,
  options: ReadonlyMap<string, Field>,
  settings: Readonly<Record<string, unknown>>,
  given: ArrayLike<unknown>,
): void {
  for (const name in settings) {
    const value = settings[name];
    const option = options.get(name);
    if (option === undefined) {
      const meant = nearest(name, [...options.keys()]);
      const cure = meant === undefined ? "" : `did you mean ${meant}? `;
      throw new ArgumentError(
        `${nameOf(expected)}: there is no option "${name}"\n  hint: ${cure}${shown(expected, given)}`,
      );
    }
    if (value !== undefined && !fits(option.kinds, value)) {
      misfit(expected, option, value);
    }
  }
  const absent = expected.due.find((name) => settings[name] === undefined);
  if (absent !== undefined) missing(expected, absent, given);
}

/**
 * Whether options may be at this position: after the arguments, at one that they can name, or at
 * one of the
 * kind "options". An optional argument has none "before" it.
 */
function placeOf({ params, options }: Signature, place: number): "options" | "before" | "argument" {
  const param = params[place];
  if (param === undefined) return "options";
  if (!param.optional) return "argument";
  return options?.has(param.name) || param.kinds?.includes("options") ? "options" : "before";
}

/** Whether it is an options object: a plain object, or an instance of a class with fields. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isList(value) || isTensor(value)) return false;
  const above: unknown = Object.getPrototypeOf(value);
  const plain = above === null || Object.getPrototypeOf(above) === null;
  return plain || Object.keys(value).length > 0;
}

/** What `Array.prototype.map` and `reduce` hand over beside the values: the index and the array. */
function isMapping(given: ArrayLike<unknown>, most: number): boolean {
  const [value, index, array] = Array.prototype.slice.call(given, most - 1);
  return given.length === most + 2 && Array.isArray(array) && array[index as number] === value;
}

/** Throws for the argument at `place`: it is one too many, or of a wrong kind. */
function refuse(expected: Signature, given: ArrayLike<unknown>, place: number): never {
  const { params, most, options } = expected;
  const value = given[place];
  const cure = corrected(expected, given) ?? shown(expected, given);
  const hint = `\n  hint: ${cure}`;
  const param = params[place];
  if (param !== undefined && isRecord(value) && param.optional) {
    throw new ArgumentError(
      `${nameOf(expected)}: the options are in the place of ${param.name}${hint}`,
    );
  }
  if (param !== undefined && place < most) misfit(expected, param, value, cure);
  if (options !== null && place === most) {
    throw new ArgumentError(
      `${nameOf(expected)}: takes its options as an object, got ${describe(value)}${hint}`,
    );
  }
  const own = Number(isMethod(expected, given));
  const count = most - own;
  const taken = count === 0 ? "no arguments" : count === 1 ? "1 argument" : `${count} arguments`;
  throw new ArgumentError(
    `${nameOf(expected)}: takes ${taken}${options === null ? "" : " and an object of options"}, ` +
      `got ${given.length - own}${hint}`,
  );
}

function misfit(expected: Signature, field: Field, value: unknown, cure?: string): never {
  const { name, kinds } = field;
  // of an array the first element that does not fit
  const of = kinds?.find((kind) => kind.endsWith("[]"))?.slice(0, -2);
  if (of !== undefined && of !== "number" && isList(value)) {
    const at = Array.prototype.findIndex.call(value, (one) => !fits([of], one));
    misfit(expected, { ...field, name: `${name}[${at}]`, kinds: [of] }, value[at], cure);
  }
  for (const kind of kinds ?? []) kindOf(kind)?.refuse?.(nameOf(expected), value);
  const wanted = new Set(kinds?.map((kind) => kindOf(kind)?.said ?? kind));
  wanted.delete("options");
  const makeOne = kinds?.includes("tensor") === true && (isNumber(value) || isList(value));
  const hint = makeOne ? "make one with tensor(…)" : cure;
  throw new ArgumentError(
    `${nameOf(expected)}: ${name} is ${describe(value)}, not ${[...wanted].join(" or ")}${hint === undefined ? "" : `\n  hint: ${hint}`}`,
  );
}

const nameOf = ({ callee }: Signature): string => callee.replace(/^new |^[a-z]\w*\./, "");

/** Whether the first argument has a method of this name, so that users call the method. */
function isMethod(expected: Signature, { 0: first }: ArrayLike<unknown>): boolean {
  return isTensor(first) && nameOf(expected) in first;
}

/** The call with the names of its arguments. */
function shown(expected: Signature, given: ArrayLike<unknown>): string {
  const own = expected.params.map(({ name }) => name);
  const names = [...(expected.options?.keys() ?? [])].filter((name) => !own.includes(name));
  return call(expected, given, own, names);
}

function call(
  expected: Signature,
  given: ArrayLike<unknown>,
  args: readonly string[],
  settings: readonly string[],
): string {
  const method = isMethod(expected, given);
  const all = method ? args.slice(1) : [...args];
  if (settings.length > 0) all.push(`{ ${settings.join(", ")} }`);
  return `${method ? `x.${nameOf(expected)}` : expected.callee}(${all.join(", ")})`;
}

/**
 * The call that was probably meant, if the arguments are in PyTorch's positional order; else null.
 */
function corrected(expected: Signature, given: ArrayLike<unknown>): string | null {
  const { params, options } = expected;
  const isBag = (value: unknown, i: number): boolean =>
    placeOf(expected, i) !== "argument" && isRecord(value);
  const values = Array.from(given).filter((value, i) => !isBag(value, i));
  const args: string[] = [];
  let next = 0;
  for (const { name, kinds } of params) {
    if (next >= values.length) break;
    const run = kinds?.includes("number[]") === true ? numbersFrom(values, next) : 0;
    const beyond = values.length - next > params.length - args.length;
    if (run > 0 && (beyond ? run > 1 : !kinds?.includes("number"))) {
      const taken = beyond ? run : 1;
      args.push(`[${values.slice(next, next + taken).join(", ")}]`);
      next += taken;
    } else if (fits(kinds, values[next])) {
      args.push(literal(name, values[next]));
      next++;
    } else break;
  }
  if (params.slice(args.length).some(({ optional }) => !optional)) return null;
  const settings: string[] = [];
  for (const { name, kinds } of options?.values() ?? []) {
    if (next >= values.length) break;
    const at = params.findIndex((param) => param.name === name);
    const value = values[next];
    if (at >= 0 && (at < args.length || !fits(kinds, value))) continue;
    next++;
    if (value === null || value === undefined) continue;
    if (!fits(kinds, value)) return null;
    const text = literal(name, value);
    settings.push(text === name ? name : `${name}: ${text}`);
  }
  if (next < values.length) return null;
  const bags = Array.from(given).filter(isBag) as object[];
  if (bags.length > 0) {
    for (const { name, optional } of params.slice(args.length)) {
      if (optional && !options?.has(name)) args.push("null");
    }
  }
  for (const bag of bags) settings.push(...Object.keys(bag));
  return call(expected, given, args, settings);
}

function numbersFrom(values: readonly unknown[], start: number): number {
  const end = values.findIndex((value, i) => i >= start && !isNumber(value));
  return (end < 0 ? values.length : end) - start;
}

/** A value as code, or the argument's name if the value is too long. */
function literal(name: string, value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value) && value.length <= 6 && Array.prototype.every.call(value, isNumber)) {
    return `[${Array.from(value).join(", ")}]`;
  }
  const named = typeof value === "function" || (typeof value === "object" && value !== null);
  return named ? name : String(value);
}

/** A value in an error: itself if it is short, else a description. */
export function describe(value: unknown): string {
  if (typeof value === "function") {
    const { name } = value.constructor; // A module is a function with a class of its own.
    if (/^class\b/.test(String(value))) return `the class ${value.name}`;
    return name.endsWith("Function") ? "a function" : `a ${name}`;
  }
  const text = literal("", value);
  if (text !== "") return text;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isTensor(value)) return `a tensor [${value.shape.join(", ")}]`;
  if (value instanceof Promise) return "a promise (await it)";
  const made = (value as object).constructor as { readonly name: string } | undefined;
  if (made !== undefined && made.name !== "Object") return `a ${made.name}`;
  const names = Object.keys(value as object).join(", ");
  return names === "" ? "{}" : `{ ${names} }`;
}

/** Names of the same thing in other libraries. */
const aliases: Readonly<Record<string, string>> = {
  axis: "dim",
  axes: "dim",
  learningrate: "lr",
  lrate: "lr",
  rate: "p",
  l2: "weightDecay",
};

/** The name that `wrong` probably means: the same in another case, an alias, or the closest one. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const plain = (name: string): string => name.replace(/_/g, "").toLowerCase();
  const given = plain(wrong);
  const alias = aliases[given];
  if (alias !== undefined && names.includes(alias)) return alias;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = edits(given, plain(name));
    const near = distance <= Math.max(1, given.length / 2, name.length / 2 - 0.5);
    if (near && distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** The edit distance of two words (Levenshtein 1966). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
