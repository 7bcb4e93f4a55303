import type { DType } from "../dtype.ts";
import { ArgumentError, detail } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { PENDING } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { sameShape } from "../shape.ts";
import { Leaf } from "../tape/edge.ts";
import { noGrad } from "../tape/modes.ts";
import { bindCell, makePersistent } from "../tape/rebind.ts";
import type { Tensor } from "../tensor.ts";
import { cast, copy } from "./constant.ts";

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

/**
 * Turns a tensor with storage of its own into one of another dtype, in new storage, with its gradient. Views of it and
 * detached handles keep the old values.
 */
export function retype(tensor: Tensor, dtype: DType): void {
  if (tensor.dtype === dtype) return;
  checkWhole("retype", tensor);
  const { grad } = tensor;
  noGrad(() => become(tensor, cast(tensor, dtype), grad === null ? null : cast(grad, dtype)));
}

/**
 * Moves tensors with storage of their own to another kind of device, with their gradients: all of them, once all values have
 * arrived. Views of them and detached handles stay where they are.
 */
export async function moveTo(tensors: readonly Tensor[], device: "cpu" | "webgpu"): Promise<void> {
  const away = tensors.filter((tensor) => tensor.device !== device);
  for (const tensor of away) checkWhole("to", tensor);
  const moved = await Promise.all(
    away.map(async (tensor) => {
      return Promise.all([tensor.to(device), tensor.grad?.to(device)]);
    }),
  );
  for (const [i, tensor] of away.entries()) {
    const [value, grad] = moved[i] as [Tensor, Tensor | undefined];
    become(tensor, value, grad ?? null);
  }
}

function checkWhole(call: string, tensor: Tensor): void {
  const { edge } = tensor;
  if (tensor.window === null && (edge === null || edge instanceof Leaf)) return;
  throw new ArgumentError(
    `${call}: only a whole leaf can change in place${detail("tensor", tensor.shape, tensor.dtype)}\n  hint: x.to(…) makes another tensor`,
  );
}

/** Gives the tensor another value's cell, and its gradient another's value. */
function become(tensor: Tensor, value: Tensor, grad: Tensor | null): void {
  (tensor as { cell: Cell }).cell = value.cell;
  persist(tensor);
  if (tensor.edge === null) return;
  const leaf = new Leaf(tensor.shape, tensor.cell);
  tensor.edge = leaf;
  leaf.grad = grad === null ? null : grad.keep();
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
