import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { isModule } from "../fields.ts";
import type { AnyModule, Module } from "../module.ts";
import { Dict, entriesOf } from "./dict.ts";

/** Modules by name, in order of insertion, read like a Map. It has no `forward`. */
export class ModuleDict<M extends AnyModule = Module> extends Dict<M, M> {
  /**
   * Of an object, or of pairs. JavaScript puts keys that are whole numbers first, in order: an
   * object that has one beside others is refused.
   */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    if (arguments.length > 1) checkCall("new ModuleDict(modules?)", arguments);
    super();
    for (const [key, module] of entriesOf("ModuleDict", modules)) this.set(key, module);
  }

  protected get holds(): string {
    return "module";
  }

  protected accept(item: unknown): M | null {
    return isModule(item) ? (item as unknown as M) : null;
  }

  forward(): never {
    throw new ArgumentError("ModuleDict: has no forward of its own\n  hint: dict.get(key)(x)");
  }
}
