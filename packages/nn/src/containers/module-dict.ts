import { ArgumentError } from "@wgrad/autograd";
import { type AnyModule, Module } from "../module.ts";

/** Modules by name, in the order in which they came: it is read like a Map, and has no `forward` of its own. */
export class ModuleDict<M extends AnyModule = Module> extends Module<never[], never> {
  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [key, module] of Object.entries(modules)) this.set(key, module);
  }

  /** How many there are. */
  get size(): number {
    return Object.keys(this).length;
  }

  /** The module called `key`. */
  get(key: string): M | undefined {
    return this.has(key) ? (this as unknown as Record<string, M>)[key] : undefined;
  }

  /** Whether a module is called `key`. */
  has(key: string): boolean {
    return Object.hasOwn(this, key) && key !== "training";
  }

  /**
   * Adds a module, or puts it in the place of one.
   *
   * Throws ArgumentError for a key that is empty, has a dot, or names a method of modules.
   */
  set(key: string, module: M): this {
    if (key === "" || key.includes(".") || (key in this && !this.has(key))) {
      throw new ArgumentError(
        `ModuleDict: "${key}" cannot be a key\n  hint: no dots, and no name of a module's own methods`,
      );
    }
    (this as unknown as Record<string, M>)[key] = module;
    return this;
  }

  /** Takes the module called `key` out; whether there was one. */
  delete(key: string): boolean {
    return this.has(key) && Reflect.deleteProperty(this, key);
  }

  /** The keys, in order. */
  keys(): string[] {
    return Object.keys(this);
  }

  /** The modules, in order. */
  values(): M[] {
    return Object.values(this) as M[];
  }

  /** Keys and modules, in order. */
  entries(): [string, M][] {
    return Object.entries(this) as [string, M][];
  }

  *[Symbol.iterator](): Generator<[string, M]> {
    yield* this.entries();
  }

  forward(): never {
    throw new ArgumentError("ModuleDict: has no forward of its own\n  hint: dict.get(key)(x)");
  }
}
