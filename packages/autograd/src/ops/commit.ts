import { ArgumentError, detail } from "../errors.ts";
import { PENDING } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { sameShape } from "../shape.ts";
import { noGrad } from "../tape/modes.ts";
import { bindCell, makePersistent } from "../tape/rebind.ts";
import type { Tensor } from "../tensor.ts";
import { copy } from "./constant.ts";

/**
 * Gives every target its new value and runs the step: all of them, or none if one cannot be computed.
 * Values were computed from the targets' old values, in any order. `writer` names the step in errors.
 */
export function commit(
  updates: readonly (readonly [target: Tensor, value: Tensor])[],
  writer = "step",
): void {
  for (const [target, value] of updates) {
    if (
      !sameShape(target.shape, value.shape) ||
      target.dtype !== value.dtype ||
      target.window !== null
    ) {
      throw new ArgumentError(
        `${writer}: a new value must have its target's shape and dtype, and the target must be no view` +
          `${detail("target", target.shape, target.dtype)}${detail("value", value.shape, value.dtype)}`,
      );
    }
  }
  const seen = new Set<object>();
  const values = noGrad(() => updates.map(([, value]) => ownValue(value, seen)));
  updates.forEach(([target], i) => {
    makePersistent(target.cell);
    bindCell(target.cell, (values[i] as Tensor).cell.node, writer);
  });
  const streams = new Set(updates.map(([target]) => target.cell.node.stream));
  for (const stream of streams) stream.flush([]);
}

/**
 * Gives the tensor storage of its own for as long as it lives: parameters, buffers, optimizer state. In-place
 * writes then go into that storage. Returns the same tensor.
 */
export function persist(tensor: Tensor): Tensor {
  const { cell, window: view } = tensor;
  if (view !== null) {
    throw new ArgumentError(
      `persist: a view has no storage of its own${detail("tensor", tensor.shape)}\n  hint: persist(x.clone())`,
    );
  }
  if (cell.persistent) return tensor;
  if (cell.node.state === PENDING || cell.node.cell !== null)
    cell.node = noGrad(() => ownValue(tensor)).cell.node;
  makePersistent(cell);
  return tensor;
}

/** The tensor as the value of one cell: whole, still to be computed, and no other cell's. */
export function ownValue(tensor: Tensor, taken?: Set<object>): Tensor {
  const { node } = tensor.cell;
  const fresh =
    tensor.window === null &&
    node.cell === null &&
    node.state === PENDING &&
    !isFree(node) &&
    !node.terminal &&
    !taken?.has(node);
  const own = fresh ? tensor : copy(tensor);
  taken?.add(own.cell.node);
  return own;
}
