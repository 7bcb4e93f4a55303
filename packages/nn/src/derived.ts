import type { Tensor } from "@wgrad/autograd";
import { fieldsOf } from "./fields.ts";

/**
 * How a field's tensor is computed from others of its module, and, if possible, how it is assigned.
 */
export interface Derivation {
  readonly compute: (owner: object) => Tensor;
  readonly assign: (owner: object, value: Tensor) => void;
}

const derivations = new WeakMap<object, Map<string, Derivation>>();

/** The fields of a module that hold no tensor of their own. */
export const derivedOf = (module: object): ReadonlyMap<string, Derivation> =>
  derivations.get(module) ?? new Map();

/** From here on the field is computed whenever it is read; what it held is registered no more. */
export function derive(module: object, name: string, derivation: Derivation): void {
  Reflect.deleteProperty(module, name);
  fieldsOf(module);
  const own = derivations.get(module) ?? new Map<string, Derivation>();
  derivations.set(module, own.set(name, derivation));
  Object.defineProperty(module, name, {
    get: () => derivation.compute(module),
    set: (value: Tensor) => derivation.assign(module, value),
    enumerable: false,
    configurable: true,
  });
}

/** The field is an ordinary one again, and empty. */
export function underive(module: object, name: string): void {
  derivations.get(module)?.delete(name);
  Reflect.deleteProperty(module, name);
}
