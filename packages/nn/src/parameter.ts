import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall, persist } from "@wgrad/autograd/plugin";
import { watch } from "./watch.ts";

/** A tensor that belongs to a module and is trained; made by `parameter`. */
export type Parameter = Tensor;

/** Settings of a buffer. */
export interface BufferOptions {
  /** Makes it part of the state dict (default true). */
  readonly persistent?: boolean;
}

const parameters = new WeakSet<Tensor>();
const buffers = new WeakMap<Tensor, { readonly persistent: boolean }>();

/**
 * Makes `tensor` a parameter: a leaf with storage of its own that optimizers update. A module finds
 * it in its fields. Two modules may share one parameter (weight tying).
 *
 * Throws ArgumentError for the result of a differentiable operation; detach() it first.
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

/** Makes `tensor` a buffer: module state that is saved and moved but not trained. */
export function buffer(tensor: Tensor, options: BufferOptions = {}): Tensor {
  checkCall("buffer(tensor, { persistent: boolean })", arguments);
  const { persistent = true } = options;
  persist(tensor);
  buffers.set(tensor, { persistent });
  watch();
  return tensor;
}

/** Whether a value is a parameter. */
export const isParameter = (value: unknown): value is Parameter => parameters.has(value as Tensor);

/** Whether a value is a buffer. */
export const isBuffer = (value: unknown): value is Tensor => buffers.has(value as Tensor);

/** Whether a value is a buffer that is part of the state dict. */
export const isPersistentBuffer = (value: unknown): value is Tensor =>
  buffers.get(value as Tensor)?.persistent === true;
