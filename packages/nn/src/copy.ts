import type { Tensor } from "@wgrad/autograd";
import { type AnyModule, Module } from "./module.ts";
import { buffer, isBuffer, isParameter, isPersistentBuffer, parameter } from "./parameter.ts";

/**
 * A module like `module` with parameters, buffers and modules of its own, equal in value; what is tied in it is tied in the
 * copy. Draws nothing. Other fields are shared; hooks are not copied.
 */
export function copyModule<M extends AnyModule>(module: M): M {
  return copyOf(module, new Map()) as M;
}

function copyOf(module: AnyModule, copies: Map<unknown, unknown>): AnyModule {
  const known = copies.get(module) as AnyModule | undefined;
  if (known !== undefined) return known;
  // Module's own constructor for this class: what a subclass would draw is copied instead
  const copy = Reflect.construct(Module, [], module.constructor as typeof Module) as AnyModule;
  copies.set(module, copy);
  copy.training = module.training;
  for (const [field, value] of Object.entries(module)) {
    (copy as unknown as Record<string, unknown>)[field] = copiedField(value, copies);
  }
  return copy;
}

function copiedField(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (value instanceof Module) return copyOf(value as AnyModule, copies);
  if (!isParameter(value) && !isBuffer(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = copiedTensor(value);
  copies.set(value, copy);
  return copy;
}

function copiedTensor(value: Tensor): Tensor {
  const values = value.detach().clone();
  const { requiresGrad } = value;
  if (isBuffer(value)) return buffer(values, { persistent: isPersistentBuffer(value) });
  const copy = parameter(values);
  copy.requiresGrad = requiresGrad;
  return copy;
}
