import { context } from "../graph/context.ts";
import { markUnread, newHandle } from "../graph/handle.ts";
import type { Tensor } from "../tensor.ts";
import { Leaf } from "./edge.ts";
import { edgeOf } from "./record.ts";

/** Runs a hook. What it records counts as the user's own, whatever the engine is doing. */
export function callHook<T>(fn: () => T): T {
  const { opDepth, moduleDepth, inHook } = context;
  context.opDepth = context.moduleDepth = 0;
  context.inHook = true;
  try {
    return fn();
  } finally {
    context.opDepth = opDepth;
    context.moduleDepth = moduleDepth;
    context.inHook = inHook;
  }
}

/** The tensor that a hook gets: a handle of its own, so that a hook may keep it. */
export function lent(tensor: Tensor): Tensor {
  if (tensor.edge instanceof Leaf) return tensor;
  const handle = newHandle(tensor.cell, tensor.window);
  handle.edge = edgeOf(tensor);
  markUnread(handle);
  return handle;
}
