import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule, Module } from "../module.ts";
import { ItemList } from "./item-list.ts";

/** A list of modules under the keys 0, 1, 2, …. Iterate over it; it has no `forward`. */
export class ModuleList<M extends AnyModule = Module> extends ItemList<M, M, never[], never> {
  constructor(modules: Iterable<M> = []) {
    checkCall("new ModuleList(modules?: iterable)", arguments);
    super();
    this.extend(modules);
  }

  /**
   * A list of the same modules from `start` up to, but not including, `end`. Negative indices count
   * from the end.
   */
  slice(start?: number, end?: number): ModuleList<M> {
    checkCall("list.slice(start?: number, end?: number)", arguments);
    return new ModuleList([...this].slice(start, end));
  }

  forward(): never {
    throw new ArgumentError(
      "ModuleList: has no forward of its own\n  hint: for (const layer of list) x = layer(x)",
    );
  }
}
