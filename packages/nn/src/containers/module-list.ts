import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule, Module } from "../module.ts";
import { Row } from "./row.ts";

/** Modules in a row under the keys 0, 1, 2, …: iterate over it, it has no `forward` of its own. */
export class ModuleList<M extends AnyModule = Module> extends Row<M, M, never[], never> {
  constructor(modules: Iterable<M> = []) {
    checkCall("new ModuleList(modules?)", arguments);
    super();
    this.extend(modules);
  }

  /** A list of the same modules from `start` to before `end`, from the end if negative. */
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
