import type { DType, TypedArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { NamedResults } from "../results.ts";
import { METADATA } from "../safetensors/header.ts";
import { Tensor } from "../tensor.ts";
import { SavingError } from "./error.ts";

/** An object with a state: modules, optimizers, schedulers, loaders, metrics, and custom ones. */
export interface Stateful {
  stateDict(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each takes the kind of state that it gives
  loadStateDict(state: any): unknown;
}

/** What `load` returns: the saved data, in which an object with a state is its state. */
export type Saved =
  | Tensor
  | TypedArray
  | string
  | number
  | boolean
  | null
  | Saved[]
  | { [name: string]: Saved };

/** A state as a file has it: arrays by name, and the rest as text that refers to them. */
export interface PackedState {
  readonly arrays: ReadonlyMap<string, Tensor | TypedArray>;
  /**
   * Null if the state consists of tensors by name only. Then any safetensors reader can use the
   * file.
   */
  readonly tree: string | null;
}

/** A value as JSON. Values that JSON lacks are objects with one key that starts with `$`. */
type Tree = string | number | boolean | null | Tree[] | { [key: string]: Tree };

const VERSION = 1;
/** The nesting depth from which a state counts as circular, and a file as malicious. */
export const DEEPEST = 64;

const arrayTypes: readonly (readonly [new () => TypedArray, DType])[] = [
  [Float32Array, "f32"],
  [Float64Array, "f64"],
  [Int32Array, "i32"],
  [Uint32Array, "u32"],
  [Uint8Array, "u8"],
];

/** The dtype of a typed array's elements. Undefined if there is none. */
export const dtypeOfArray = (array: unknown): DType | undefined =>
  arrayTypes.find(([type]) => array instanceof type)?.[1];

/** Whether an object has a state. */
export const isStateful = (value: unknown): value is Stateful =>
  value !== null &&
  (typeof value === "object" || typeof value === "function") &&
  "stateDict" in value &&
  typeof value.stateDict === "function";

/** Packs a state. Throws an ArgumentError, with the path, for data that cannot be saved. */
export function packState(state: unknown): PackedState {
  const arrays = new Map<string, Tensor | TypedArray>();
  const hold = (array: Tensor | TypedArray, path: string): string => {
    let name = path === METADATA ? `${path}#` : path;
    for (let i = 2; arrays.has(name); i++) name = `${path}#${i}`;
    arrays.set(name, array);
    return name;
  };
  const pack = (value: unknown, path: string, depth: number): Tree => {
    if (depth > DEEPEST) throw unsaved(path, "is nested too deep, or contains itself");
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return packNumber(value);
    if (value instanceof Tensor) return { $tensor: hold(value, path) };
    if (dtypeOfArray(value) !== undefined) return { $array: hold(value as TypedArray, path) };
    if (isStateful(value)) return { $state: pack(value.stateDict(), path, depth + 1) };
    const below = (key: string | number): string => (path === "" ? `${key}` : `${path}.${key}`);
    if (Array.isArray(value)) {
      return Array.from(value, (item, i) => pack(item, below(i), depth + 1));
    }
    if (!isPlain(value)) throw unsaved(path, `is ${describe(value)}`);
    const fields = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(
      fields.map(([key, item]) => [
        key.startsWith("$") ? `$${key}` : key,
        pack(item, below(key), depth + 1),
      ]),
    );
  };
  const tree = pack(state, "", 0);
  const text = JSON.stringify({ version: VERSION, state: tree });
  return { arrays, tree: isFlat(tree) ? null : text };
}

/** Whether a tree consists of tensors by name only. */
const isFlat = (tree: Tree): boolean =>
  typeof tree === "object" &&
  tree !== null &&
  !Array.isArray(tree) &&
  Object.entries(tree).every(
    ([key, item]) => (item as { $tensor?: string } | null)?.$tensor === key,
  );

const packNumber = (value: number): Tree =>
  Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { $number: Object.is(value, -0) ? "-0" : String(value) };

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof NamedResults) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `a ${(value as object).constructor.name}`;
}

const unsaved = (path: string, what: string): ArgumentError =>
  new ArgumentError(
    `save: ${path === "" ? "the state" : path} ${what}` +
      "\n  hint: a state may contain tensors, typed arrays, numbers, strings, booleans, null, lists, plain objects of them," +
      " and objects with stateDict()",
  );

/** The text of a packed state, parsed and checked: each array that it refers to is in the file. */
export class SavedTree {
  readonly #root: Tree;

  private constructor(root: Tree) {
    this.#root = root;
  }

  /**
   * Parses the text of `packState`. Throws a SavingError if it is not one, or refers to other
   * arrays.
   */
  static parse(text: string, names: ReadonlySet<string>): SavedTree {
    let parsed: { version?: unknown; state?: Tree } | null;
    try {
      parsed = JSON.parse(text) as typeof parsed;
    } catch (error) {
      throw new SavingError(`its structure is not JSON: ${(error as Error).message}`);
    }
    if (parsed?.version !== VERSION || parsed.state === undefined) {
      throw new SavingError(
        `its structure has version ${JSON.stringify(parsed?.version)}, expected ${VERSION}` +
          "\n  hint: it was written by another version of this library",
      );
    }
    for (const name of arraysIn(parsed.state)) {
      if (!names.has(name)) throw new SavingError(`the tensor ${JSON.stringify(name)} is missing`);
    }
    return new SavedTree(parsed.state);
  }

  /** The names at the top level. */
  get parts(): string[] {
    return isFields(this.#root) ? Object.keys(this.#root).map(plainKey) : [];
  }

  /** The tree of one part, or undefined. */
  part(name: string): SavedTree | undefined {
    const key = name.startsWith("$") ? `$${name}` : name;
    if (!isFields(this.#root) || !Object.hasOwn(this.#root, key)) return undefined;
    return new SavedTree(this.#root[key] as Tree);
  }

  /** Whether it is the state of an object with a state. */
  get isState(): boolean {
    return isFields(this.#root) && Object.hasOwn(this.#root, "$state");
  }

  /** The names of the arrays in it. */
  get arrays(): Set<string> {
    return new Set(arraysIn(this.#root));
  }

  /** The state, with its arrays filled in. */
  unpack(tensorNamed: (name: string) => Tensor, arrayNamed: (name: string) => TypedArray): Saved {
    const unpack = (tree: Tree): Saved => {
      if (!isFields(tree)) return Array.isArray(tree) ? tree.map(unpack) : tree;
      const { $tensor, $array, $number, $state } = tree;
      if ($tensor !== undefined) return tensorNamed($tensor as string);
      if ($array !== undefined) return arrayNamed($array as string);
      if ($number !== undefined) return numberNamed($number);
      if ($state !== undefined) return unpack($state);
      return Object.fromEntries(
        Object.entries(tree).map(([key, item]) => [plainKey(key), unpack(item)]),
      );
    };
    return unpack(this.#root);
  }
}

function numberNamed(name: Tree): number {
  if (["-0", "NaN", "Infinity", "-Infinity"].includes(name as string)) return Number(name);
  throw new SavingError(`its structure has an invalid number ${JSON.stringify(name)}`);
}

const plainKey = (key: string): string => (key.startsWith("$$") ? key.slice(1) : key);

const isFields = (tree: Tree): tree is { [key: string]: Tree } =>
  typeof tree === "object" && tree !== null && !Array.isArray(tree);

function* arraysIn(tree: Tree, depth = 0): Generator<string> {
  if (depth > 2 * DEEPEST) throw new SavingError("its structure is nested too deep");
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, item] of Object.entries(tree)) {
    if (key === "$tensor" || key === "$array") {
      if (typeof item !== "string")
        throw new SavingError(`its structure has a ${key} without a name`);
      yield item;
    } else yield* arraysIn(item as Tree, depth + 1);
  }
}
