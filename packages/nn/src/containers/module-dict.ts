import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { fieldsOf, isModule, setField } from "../fields.ts";
import { type AnyModule, Module } from "../module.ts";

/** Modules by name, in the order in which they came: it is read like a Map, and has no `forward` of its own. */
export class ModuleDict<M extends AnyModule = Module> extends Module<never[], never> {
  /**
   * Of an object, or of pairs. JavaScript puts keys that are whole numbers first, in order: an object that has
   * one beside others is refused.
   */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    if (arguments.length > 1) checkCall("new ModuleDict(modules?)", arguments);
    super();
    for (const [key, module] of entriesOf(modules)) this.set(key, module);
  }

  /** The keys are the state's, letter for letter. */
  override stateKey(field: string): string {
    return field;
  }

  /** How many there are. */
  get size(): number {
    return fieldsOf(this).size;
  }

  /** The module called `key`. */
  get(key: string): M | undefined {
    checkCall("dict.get(key: string)", arguments);
    return fieldsOf(this).get(key)?.value as M | undefined;
  }

  /** Whether a module is called `key`. */
  has(key: string): boolean {
    checkCall("dict.has(key: string)", arguments);
    return fieldsOf(this).has(key);
  }

  /**
   * Adds a module, or puts it in the place of one.
   *
   * Throws ArgumentError for a key that is empty, has a dot, or names a method of modules.
   */
  set(key: string, module: M): this {
    checkCall("dict.set(key: string, module)", arguments);
    if (typeof key !== "string" || key === "" || key.includes(".")) {
      throw new ArgumentError(`ModuleDict: ${describe(key)} cannot be a key\n  hint: no dots`);
    }
    if (key in this && !this.has(key)) {
      throw new ArgumentError(
        `ModuleDict: "${key}" cannot be a key\n  hint: a module has a member of that name`,
      );
    }
    if (!isModule(module)) {
      throw new ArgumentError(`ModuleDict: ${key} is ${describe(module)}, not a module`);
    }
    if (this.has(key)) (this as unknown as Record<string, M>)[key] = module;
    else setField(this, key, "module", module);
    return this;
  }

  /** Takes the module called `key` out; whether there was one. */
  delete(key: string): boolean {
    checkCall("dict.delete(key: string)", arguments);
    return this.has(key) && Reflect.deleteProperty(this, key);
  }

  /** Takes the module called `key` out and gives it; ArgumentError if there is none. */
  pop(key: string): M {
    checkCall("dict.pop(key: string)", arguments);
    const module = this.get(key);
    if (module === undefined) {
      throw new ArgumentError(
        `ModuleDict: there is no "${key}"\n  hint: the keys are ${this.keys().join(", ")}`,
      );
    }
    this.delete(key);
    return module;
  }

  /** Adds modules, or puts them in the place of those with their keys; of an object, pairs or another ModuleDict. */
  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): this {
    checkCall("dict.update(modules)", arguments);
    for (const [key, module] of entriesOf(modules)) this.set(key, module);
    return this;
  }

  /** Takes all modules out. */
  clear(): void {
    checkCall("dict.clear()", arguments);
    for (const key of this.keys()) this.delete(key);
  }

  /** The keys, in order. */
  keys(): string[] {
    checkCall("dict.keys()", arguments);
    return [...fieldsOf(this).keys()];
  }

  /** The modules, in order. */
  values(): M[] {
    checkCall("dict.values()", arguments);
    return this.entries().map(([, module]) => module);
  }

  /** Keys and modules, in order. */
  entries(): [string, M][] {
    checkCall("dict.entries()", arguments);
    return [...fieldsOf(this)].map(([key, { value }]) => [key, value as M]);
  }

  *[Symbol.iterator](): Generator<[string, M]> {
    yield* this.entries();
  }

  forward(): never {
    throw new ArgumentError("ModuleDict: has no forward of its own\n  hint: dict.get(key)(x)");
  }
}

function entriesOf<M>(
  modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>,
): (readonly [string, M])[] {
  if (Symbol.iterator in modules) return [...(modules as Iterable<readonly [string, M]>)];
  const entries = Object.entries(modules);
  const moved = entries.find(([key]) => /^\d+$/.test(key));
  if (moved !== undefined && entries.length > 1) {
    throw new ArgumentError(
      `ModuleDict: the key ${moved[0]} is not where it was written, JavaScript puts numbers first` +
        `\n  hint: new ModuleDict([["${moved[0]}", …], …])`,
    );
  }
  return entries;
}
