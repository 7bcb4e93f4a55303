import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { fieldsOf, isModule, setField } from "../fields.ts";
import { Module } from "../module.ts";

/**
 * Items under names, in order of insertion, with the methods of a Map: the base of ModuleDict and
 * ParameterDict.
 */
export abstract class Dict<Item, Given> extends Module<never[], never> {
  /** Converts an item to the stored form; null if the container cannot hold it. */
  protected abstract accept(item: unknown): Item | null;

  /** What an item is called in errors. */
  protected abstract readonly holds: string;

  /** Keys of the state are the keys of the dict, unchanged. */
  override stateKey(field: string): string {
    return field;
  }

  /** Number of items. */
  get size(): number {
    return fieldsOf(this).size;
  }

  /** The item under `key`; undefined if there is none. */
  get(key: string): Item | undefined {
    checkCall("dict.get(key: string)", arguments);
    return fieldsOf(this).get(key)?.value as Item | undefined;
  }

  /** Whether there is an item under `key`. */
  has(key: string): boolean {
    checkCall("dict.has(key: string)", arguments);
    return fieldsOf(this).has(key);
  }

  /**
   * Adds or replaces an item.
   *
   * Throws ArgumentError for a key that is empty, contains a dot, or is the name of a module
   * method.
   */
  set(key: string, item: Given): this {
    checkCall("dict.set(key: string, item: any)", arguments);
    const { name } = this.constructor;
    if (typeof key !== "string" || key === "" || key.includes(".")) {
      throw new ArgumentError(
        `${name}: ${describe(key)} cannot be a key\n  hint: a key is a non-empty string without dots`,
      );
    }
    if (key in this && !this.has(key)) {
      throw new ArgumentError(
        `${name}: "${key}" cannot be a key\n  hint: a module has a member of that name`,
      );
    }
    const accepted = this.accept(item);
    if (accepted === null) {
      throw new ArgumentError(`${name}: ${key} is ${describe(item)}, not a ${this.holds}`);
    }
    if (this.has(key)) (this as unknown as Record<string, Item>)[key] = accepted;
    else setField(this, key, isModule(accepted) ? "module" : "parameter", accepted);
    return this;
  }

  /** Removes the item under `key`. Returns whether there was one. */
  delete(key: string): boolean {
    checkCall("dict.delete(key: string)", arguments);
    return this.has(key) && Reflect.deleteProperty(this, key);
  }

  /** Removes and returns the item under `key`. Throws ArgumentError if there is none. */
  pop(key: string): Item {
    checkCall("dict.pop(key: string)", arguments);
    const item = this.get(key);
    if (item === undefined) {
      throw new ArgumentError(
        `${this.constructor.name}: there is no "${key}"\n  hint: the keys are ${this.keys().join(", ")}`,
      );
    }
    this.delete(key);
    return item;
  }

  /** Adds or replaces items from an object, from pairs, or from another container of this class. */
  update(items: Readonly<Record<string, Given>> | Iterable<readonly [string, Given]>): this {
    checkCall("dict.update(items: object | iterable)", arguments);
    for (const [key, item] of entriesOf(this.constructor.name, items)) this.set(key, item);
    return this;
  }

  /** Removes all items. */
  clear(): void {
    checkCall("dict.clear()", arguments);
    for (const key of this.keys()) this.delete(key);
  }

  /** The keys, in order. */
  keys(): string[] {
    checkCall("dict.keys()", arguments);
    return [...fieldsOf(this).keys()];
  }

  /** The items, in order. */
  values(): Item[] {
    checkCall("dict.values()", arguments);
    return this.entries().map(([, item]) => item);
  }

  /** Keys and items, in order. */
  entries(): [string, Item][] {
    checkCall("dict.entries()", arguments);
    return [...fieldsOf(this)].map(([key, { value }]) => [key, value as Item]);
  }

  *[Symbol.iterator](): Generator<[string, Item]> {
    yield* this.entries();
  }
}

/** Keys and values of an object or of pairs. */
export function entriesOf<M>(
  name: string,
  modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>,
): (readonly [string, M])[] {
  if (Symbol.iterator in modules) {
    const pairs = [...(modules as Iterable<readonly [string, M]>)];
    checkCall(`new ${name}(pairs: array[])`, [pairs]);
    return pairs;
  }
  const entries = Object.entries(modules);
  const moved = entries.find(([key]) => /^\d+$/.test(key));
  if (moved !== undefined && entries.length > 1) {
    throw new ArgumentError(
      `${name}: the order of the keys is lost: JavaScript puts the integer key ${moved[0]} first` +
        `\n  hint: new ${name}([["${moved[0]}", …], …])`,
    );
  }
  return entries;
}
