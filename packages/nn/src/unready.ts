import { ArgumentError } from "@wgrad/autograd";

/** Modules that wait for their first input, which says what parameters they have. */
const unready = new WeakSet<object>();

export const markUnready = (module: object): void => void unready.add(module);
export const markReady = (module: object): void => void unready.delete(module);

/** Refuses to count the tensors of a module that has none yet. */
export function checkReady(module: { readonly constructor: { readonly name: string } }): void {
  if (!unready.has(module)) return;
  throw new ArgumentError(
    `${module.constructor.name}: has no parameters before its first call\n  hint: call the model once, on an input of the right shape, before its parameters or its state are asked for`,
  );
}
