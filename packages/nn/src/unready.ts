import { ArgumentError } from "@wgrad/autograd";

/** Modules that learn the shapes of their parameters from their first input. */
const unready = new WeakSet<object>();

/** Marks a module as waiting for its first input. */
export const markUnready = (module: object): void => void unready.add(module);
/** Marks a module as complete. */
export const markReady = (module: object): void => void unready.delete(module);

/** Refuses to list the tensors of a module that has none yet. */
export function checkReady(module: { readonly constructor: { readonly name: string } }): void {
  if (!unready.has(module)) return;
  throw new ArgumentError(
    `${module.constructor.name}: has no parameters before its first call\n  hint: call the model once with an input of the right shape before you use its parameters or state`,
  );
}
