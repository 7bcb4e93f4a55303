import { isFloating } from "../dtype.ts";
import { ArgumentError, detail, GradError } from "../errors.ts";
import type { Handle } from "../graph/handle.ts";
import { hasLanes } from "../graph/lanes.ts";
import { beginAt, GradFn } from "../tape/edge.ts";
import { edgeOf, placeAt } from "../tape/record.ts";

/** Makes a tensor a leaf that accumulates its gradient, or undoes that. Its gradient stays. */
export function setRequiresGrad(handle: Handle, requires: boolean): void {
  if (edgeOf(handle) instanceof GradFn) {
    throw new GradError(
      "requiresGrad: only of a leaf can it be changed\n  hint: detach() gives the same value off the graph",
    );
  }
  if (requires && !isFloating(handle.dtype)) {
    throw new ArgumentError(
      `requiresGrad: only floating tensors have gradients${detail("tensor", handle.shape, handle.dtype)}\n  hint: x.to("f32")`,
    );
  }
  if (requires && hasLanes(handle)) {
    throw new GradError(
      "requiresGrad: inside vmap a tensor stands for every element of the batch and is no leaf\n  hint: grad or vjp of @wgrad/autograd/func",
    );
  }
  if (requires) beginAt(handle);
  else {
    handle.edge = null;
    if (handle.own !== null) handle.own.requires = false;
  }
}

/** Takes a tensor off the tape: it is a leaf from here on. */
export function detachInPlace(handle: Handle): void {
  if (handle.base !== null) {
    throw new GradError(
      `detach_: a view cannot leave the tape of what it is a view of${detail("view", handle.shape)}\n  hint: x.detach() gives a tensor off the tape`,
    );
  }
  if (handle.edge instanceof GradFn) placeAt(handle, null);
  else setRequiresGrad(handle, false);
}
