import { detail, GradError } from "../../errors.ts";
import { markRead, newHandle } from "../../graph/handle.ts";
import { sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { type GradFn, Leaf } from "../../tape/edge.ts";
import { enableGrad } from "../../tape/modes.ts";
import { checkWritable } from "../../tape/rebind.ts";
import { edgeOf, isTracked, placeAt } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { squeeze, t, transpose, unsqueeze } from "./layout.ts";

/** Changes the view of x in place. No value moves, and earlier views stay as they are. */
function turn(name: string, x: Tensor, view: (before: Tensor) => Tensor): Tensor {
  checkTensor(name, x);
  if (isTracked(x)) checkWritable(x, name);
  const edge = enableGrad(() => edgeOf(x));
  if (edge instanceof Leaf) {
    if (isStill(x, view)) return x;
    throw new GradError(
      `${name}: a leaf cannot change its shape, because its gradient has it${detail("x", x.shape)}\n  hint: ${name.slice(0, -1)} returns a view`,
    );
  }
  const before = newHandle(x.cell, x.window);
  const { base, path, origin, seen } = x;
  Object.assign(before, { edge, base, path, origin, seen });
  const after = enableGrad(() => view(before)); // no value moves: noGrad does not take it off the tape
  markRead(after);
  Object.assign(x, {
    window: after.window,
    base: after.base,
    path: after.path,
    origin: after.origin,
    seen: after.seen,
  });
  placeAt(x, after.edge as GradFn | null);
  return x;
}

/** Whether the view is x as it stands. */
function isStill(x: Tensor, view: (before: Tensor) => Tensor): boolean {
  const { shape, strides } = view(x.detach());
  return sameShape(shape, x.shape) && sameShape(strides, x.strides);
}

/** x ← `squeeze`: drops dimensions of size 1, all or these. */
export function squeeze_(x: Tensor, dim?: number | readonly number[] | null): Tensor {
  if (arguments.length > 1) checkCall("squeeze_(x, dim?: number | number[] | null)", arguments);
  return turn("squeeze_", x, (before) => squeeze(before, dim));
}

/** x ← `unsqueeze`: adds a dimension of size 1 before `dim`. */
export function unsqueeze_(x: Tensor, dim: number): Tensor {
  if (arguments.length > 2) checkCall("unsqueeze_(x, dim: number)", arguments);
  return turn("unsqueeze_", x, (before) => unsqueeze(before, dim));
}

/** x ← `transpose`: swaps two dimensions. */
export function transpose_(x: Tensor, dim0: number, dim1: number): Tensor {
  if (arguments.length > 3) checkCall("transpose_(x, dim0: number, dim1: number)", arguments);
  return turn("transpose_", x, (before) => transpose(before, dim0, dim1));
}

/** x ← the transposed matrix. */
export function t_(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("t_(x)", arguments);
  return turn("t_", x, t);
}
