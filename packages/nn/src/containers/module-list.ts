import { ArgumentError } from "@wgrad/autograd";
import { type AnyModule, Module } from "../module.ts";

/** Modules in a row under the keys 0, 1, 2, …: iterate over it, it has no `forward` of its own. */
export class ModuleList<M extends AnyModule = Module> extends Module<never[], never> {
  constructor(modules: Iterable<M> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  /** How many there are. */
  get length(): number {
    return this.children().length;
  }

  /** The module at `index`, from the end if negative. */
  at(index: number): M | undefined {
    return [...this].at(index);
  }

  /** Adds a module at the end. */
  append(module: M): this {
    (this as unknown as Record<string, M>)[Object.keys(this).length] = module;
    return this;
  }

  *[Symbol.iterator](): Generator<M> {
    yield* Object.values(this) as M[];
  }

  forward(): never {
    throw new ArgumentError(
      "ModuleList: has no forward of its own\n  hint: for (const layer of list) x = layer(x)",
    );
  }
}
