import { isFloating } from "../dtype.ts";
import { ArgumentError, detail, GradError } from "../errors.ts";
import type { Handle } from "../graph/handle.ts";
import { hasLanes } from "../graph/lanes.ts";
import { beginAt, GradFn } from "../tape/edge.ts";
import { edgeOf, placeAt } from "../tape/record.ts";

/** Makes a tensor a leaf that accumulates its gradient, or reverts that. Its gradient stays. */
export function setRequiresGrad(handle: Handle, requires: boolean): void {
  if (edgeOf(handle) instanceof GradFn) {
    throw new GradError(
      "requiresGrad: can be changed on a leaf only\n  hint: detach() returns the same value off the graph",
    );
  }
  if (requires && !isFloating(handle.dtype)) {
    throw new ArgumentError(
      `requiresGrad: only floating-point tensors have gradients${detail("tensor", handle.shape, handle.dtype)}\n  hint: x.to("f32")`,
    );
  }
  if (requires && hasLanes(handle)) {
    throw new GradError(
      "requiresGrad: inside vmap a tensor cannot become a leaf\n  hint: use grad or vjp of @wgrad/autograd/func",
    );
  }
  if (requires) beginAt(handle);
  else {
    handle.edge = null;
    if (handle.own !== null) handle.own.requires = false;
  }
}

/** Takes a tensor off the tape. It becomes a leaf. */
export function detachInPlace(handle: Handle): void {
  if (handle.base !== null) {
    throw new GradError(
      `detach_: a view cannot be detached from its base in place${detail("view", handle.shape)}\n  hint: x.detach() returns a tensor off the tape`,
    );
  }
  if (handle.edge instanceof GradFn) placeAt(handle, null);
  else setRequiresGrad(handle, false);
}
