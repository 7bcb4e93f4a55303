import type { Tensor } from "@wgrad/autograd";
import { type AnyModule, Module } from "@wgrad/nn";

/** Holds the values of names with dots: `conv` of `conv.weight`. */
class OnnxScope extends Module<never[], never> {
  override stateKey(field: string): string {
    return field;
  }

  forward(): never {
    throw new Error("a scope cannot be called");
  }
}

/** Stores a parameter or buffer in a tree of scopes and returns its path. */
export function store(
  root: AnyModule,
  name: string,
  x: Tensor,
  kind: "parameter" | "buffer",
): readonly string[] {
  const path = placeOf(root, name);
  const module = at(root, path.slice(0, -1)) as AnyModule;
  const last = path.at(-1) as string;
  if (kind === "parameter") module.registerParameter(last, x);
  else module.registerBuffer(last, x);
  return path;
}

/** The value at a path. */
export const at = (root: AnyModule, path: readonly string[]): unknown =>
  path.reduce((inner: unknown, part) => Reflect.get(inner as object, part), root);

/** Makes scopes for the parts before the last dot, unless another value has that name. */
function placeOf(root: AnyModule, name: string): string[] {
  const parts = name.split(".");
  let module = root;
  for (const part of parts.slice(0, -1)) {
    const inner: unknown = Object.hasOwn(module, part) ? Reflect.get(module, part) : undefined;
    if (part === "" || (part in module && !(inner instanceof OnnxScope)))
      return [freeName(root, name)];
    if (inner === undefined) module.addModule(part, new OnnxScope() as unknown as AnyModule);
    module = Reflect.get(module, part) as unknown as AnyModule;
  }
  const last = parts.at(-1) as string;
  return last === "" || last in module ? [freeName(root, name)] : parts;
}

/** A name without dots that no field has. */
export function freeName(root: object, name: string): string {
  let free = name.replaceAll(".", "_") || "_";
  while (free in root) free += "_";
  return free;
}
