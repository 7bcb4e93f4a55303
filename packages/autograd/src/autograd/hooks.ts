import { ArgumentError, detail, GradError } from "../errors.ts";
import type { Handle } from "../graph/handle.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { dispose, disposeCell } from "../runtime/read.ts";
import { sameShape } from "../shape.ts";
import { type Edge, GradFn, type Hook, Leaf, ownOf } from "../tape/edge.ts";
import { edgeOf, retainAt } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

/** The accumulated gradient; null if there is none. */
export function gradOf({ own }: Handle): Tensor | null {
  if (own === null) return null;
  own.shown = true;
  return own.grad;
}

/** Sets the gradient, or removes it (null). */
export function setGrad(handle: Handle, gradient: Tensor | null): void {
  if (gradient === null) {
    if (handle.own !== null) forgetGradient(handle.own);
    return;
  }
  checkTensor("grad", gradient);
  if (!sameShape(gradient.shape, handle.shape) || gradient.dtype !== handle.dtype) {
    throw new ArgumentError(
      `grad: the gradient must have its tensor's shape and dtype` +
        `${detail("tensor", handle.shape, handle.dtype)}${detail("gradient", gradient.shape, gradient.dtype)}`,
    );
  }
  const own = ownOf(handle);
  own.grad = gradient;
  own.shown = true;
}

/** Removes a gradient. If the user never got it, its value need not be kept. */
function forgetGradient(own: Leaf): void {
  const { grad, shown } = own;
  own.grad = null;
  if (grad === null || shown || grad.cell.persistent) return;
  const { node } = grad.cell;
  node.terminal = false;
  if (node.saved === 0 && node.consumers === 0) node.stream.release(node);
}

/** Frees the gradient of a leaf, and the storage that is kept for the next one. */
export function disposeGradient({ own }: Handle): void {
  if (own === null) return;
  const { grad, gradCell } = own;
  own.grad = own.gradCell = null;
  if (gradCell !== null) disposeCell(gradCell);
  if (grad !== null && grad.cell !== gradCell) dispose(grad);
}

/** What `registerHook` returns. */
export interface HookHandle {
  /** Removes the hook. */
  remove(): void;
}

/**
 * Calls `hook` with the tensor's gradient in every backward. If it returns a tensor, that replaces
 * the
 * gradient.
 */
export function registerHook(handle: Handle, hook: Hook): HookHandle {
  const edge = trackedEdge("registerHook", handle);
  edge.hooks ??= [];
  return added(edge.hooks, hook);
}

/** Calls `hook` with a leaf after each backward that added to its gradient. */
export function registerPostAccumulateGradHook(
  handle: Handle,
  hook: (tensor: Tensor) => void,
): HookHandle {
  const edge = trackedEdge("registerPostAccumulateGradHook", handle);
  if (edge instanceof GradFn) {
    throw new GradError(
      `registerPostAccumulateGradHook: only leaves accumulate a gradient${detail("tensor", handle.shape)}\n  hint: use registerHook`,
    );
  }
  edge.after ??= [];
  return added(edge.after, hook);
}

function added<T>(hooks: T[], hook: T): HookHandle {
  hooks.push(hook);
  let there = true;
  return {
    remove() {
      if (there) hooks.splice(hooks.indexOf(hook), 1);
      there = false;
    },
  };
}

/** Keeps the gradient of a tensor inside the graph in its `.grad`, also after in-place writes. */
export function retainGrad(handle: Handle): void {
  const edge = trackedEdge("retainGrad", handle);
  if (edge instanceof Leaf) return;
  const own = ownOf(handle);
  own.retains = true;
  retainAt(edge, own);
}

function trackedEdge(call: string, handle: Handle): Edge {
  const edge = edgeOf(handle);
  if (edge === null) {
    throw new GradError(
      `${call}: the tensor does not require grad${detail("tensor", handle.shape)}`,
    );
  }
  if (edge.used) throw new GradError(`${call}: the graph was already consumed by a backward`);
  return edge;
}
