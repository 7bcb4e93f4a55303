import type { AnyModule } from "./module.ts";

/** The name of each module in the module that holds it. */
const pathNames = new WeakMap<object, string>();

/** A module's part of the path in an error: its name in its parent, or the class of the root. */
export function pathName(module: object): string {
  const known = pathNames.get(module);
  if (known !== undefined) return known;
  const own = module.constructor.name;
  pathNames.set(module, own);
  for (const [name, child] of (module as AnyModule).namedChildren()) nameBelow(name, child);
  return own;
}

function nameBelow(name: string, module: AnyModule): void {
  if (pathNames.has(module)) return;
  pathNames.set(module, name);
  for (const [key, child] of module.namedChildren()) nameBelow(key, child);
}
