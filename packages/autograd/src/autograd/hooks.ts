import { ArgumentError, detail, GradError } from "../errors.ts";
import type { Handle } from "../graph/handle.ts";
import { SLOT } from "../graph/node.ts";
import { add } from "../ops/arithmetic.ts";
import { sameShape } from "../shape.ts";
import { type Edge, GradFn, type Hook, Leaf } from "../tape/edge.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

/** Gradients of tensors inside the graph that were asked to retain them. */
const retained = new WeakMap<Handle, Tensor>();

/** The accumulated gradient; null if there is none. */
export function gradOf(handle: Handle): Tensor | null {
  const { edge } = handle;
  return edge instanceof Leaf ? edge.grad : (retained.get(handle) ?? null);
}

/** Sets the gradient, or forgets it (null). */
export function setGrad(handle: Handle, gradient: Tensor | null): void {
  const { edge } = handle;
  if (
    gradient !== null &&
    (!sameShape(gradient.shape, handle.shape) || gradient.dtype !== handle.dtype)
  ) {
    throw new ArgumentError(
      `grad: a gradient has its tensor's shape and dtype` +
        `${detail("tensor", handle.shape, handle.dtype)}${detail("gradient", gradient.shape, gradient.dtype)}`,
    );
  }
  if (edge instanceof Leaf) edge.grad = gradient;
  else if (gradient === null) retained.delete(handle);
  else throw new GradError("grad: only a leaf that requires grad can be given a gradient");
}

export interface HookHandle {
  /** The hook is called no more. */
  remove(): void;
}

/** Calls `hook` with the tensor's gradient whenever a backward computes it; what it returns replaces the gradient. */
export function registerHook(handle: Handle, hook: Hook): HookHandle {
  const edge = trackedEdge("registerHook", handle);
  edge.hooks ??= [];
  const { hooks } = edge;
  hooks.push(hook);
  return {
    remove() {
      const at = hooks.indexOf(hook);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}

/** Keeps the gradient of a tensor inside the graph in its `.grad`. */
export function retainGrad(handle: Handle): void {
  if (trackedEdge("retainGrad", handle) instanceof Leaf) return;
  registerHook(handle, (gradient) => {
    const before = retained.get(handle);
    const total = before === undefined ? gradient : add(before, gradient);
    const { node } = total.cell;
    if (node.keep < SLOT) node.keep = SLOT;
    retained.set(handle, total);
  });
}

function trackedEdge(call: string, handle: Handle): Edge {
  const edge = edgeOf(handle);
  if (edge === null) {
    throw new GradError(
      `${call}: the tensor does not require grad${detail("tensor", handle.shape)}`,
    );
  }
  if (edge instanceof GradFn && edge.used)
    throw new GradError(`${call}: the graph was consumed by a backward`);
  return edge;
}
