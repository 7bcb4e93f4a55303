import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import { watch } from "./watch.ts";

/** A tensor that belongs to a module and is trained. Made by `parameter`. */
export type Parameter = Tensor;

/** Settings of a buffer. */
export interface BufferOptions {
  /** Part of the state dict (default true). */
  readonly persistent?: boolean;
}

const parameters = new WeakSet<Tensor>();
const buffers = new WeakMap<Tensor, { readonly persistent: boolean }>();

/**
 * Makes `tensor` a parameter: a leaf with storage of its own that optimizers write. A module finds
 * it among its fields. The same parameter in two modules is one (weight tying).
 *
 * Throws ArgumentError for the result of a differentiable operation: detach() it first.
 */
export function parameter(tensor: Tensor): Parameter {
  checkCall("parameter(tensor)", arguments);
  if (tensor.requiresGrad && !tensor.isLeaf) {
    throw new ArgumentError(
      "parameter: the tensor is the result of a differentiable operation, not a leaf" +
        "\n  hint: parameter(x.detach())",
    );
  }
  persist(tensor);
  tensor.requiresGrad = true;
  parameters.add(tensor);
  watch();
  return tensor;
}

/** Makes `tensor` a buffer: state of a module that is saved and moved with it but not trained. */
export function buffer(tensor: Tensor, options: BufferOptions = {}): Tensor {
  checkCall("buffer(tensor, { persistent: boolean })", arguments);
  const { persistent = true } = options;
  persist(tensor);
  buffers.set(tensor, { persistent });
  watch();
  return tensor;
}

export const isParameter = (value: unknown): value is Parameter => parameters.has(value as Tensor);

export const isBuffer = (value: unknown): value is Tensor => buffers.has(value as Tensor);

export const isPersistentBuffer = (value: unknown): value is Tensor =>
  buffers.get(value as Tensor)?.persistent === true;
