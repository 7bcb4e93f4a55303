import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { isModule } from "../fields.ts";
import type { AnyModule, Module } from "../module.ts";
import { Dict, entriesOf } from "./dict.ts";

/** Modules under names, in order of insertion, with the methods of a Map. It has no `forward`. */
export class ModuleDict<M extends AnyModule = Module> extends Dict<M, M> {
  /**
   * Takes an object or pairs. JavaScript moves integer keys to the front of an object, so an object
   * that mixes them with other keys is refused.
   */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    checkCall("new ModuleDict(modules?: object | iterable)", arguments);
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
