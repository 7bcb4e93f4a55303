import type { Tensor } from "@wgrad/autograd";
import { fieldsOf } from "./fields.ts";

/**
 * How the tensor of a field is computed from other fields of its module and, where possible, how it
 * is assigned.
 */
export interface Derivation {
  readonly compute: (owner: object) => Tensor;
  readonly assign: (owner: object, value: Tensor) => void;
}

const derivations = new WeakMap<object, Map<string, Derivation>>();

/** Fields of a module whose tensors are computed from others. */
export const derivedOf = (module: object): ReadonlyMap<string, Derivation> =>
  derivations.get(module) ?? new Map();

/**
 * Makes a field computed: it is evaluated at every read, and its former tensor is no longer
 * registered.
 */
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

/** Makes a field ordinary again, without a value. */
export function underive(module: object, name: string): void {
  derivations.get(module)?.delete(name);
  Reflect.deleteProperty(module, name);
}
