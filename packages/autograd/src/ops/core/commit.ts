import type { DeviceName } from "../../devices/registry.ts";
import type { DType } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import type { Cell } from "../../graph/cell.ts";
import { newHandle } from "../../graph/handle.ts";
import { checkLanes, everything, lanesOf, withLanes } from "../../graph/lanes.ts";
import { PENDING } from "../../graph/node.ts";
import { isFree } from "../../graph/op.ts";
import { isWhole, wholeView } from "../../graph/view.ts";
import { sameShape } from "../../shape.ts";
import { noGrad } from "../../tape/modes.ts";
import { bindCell, checkWritable, forget, makePersistent } from "../../tape/rebind.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "./apply.ts";
import { cast, copy } from "./constant.ts";
import { reshape } from "./layout.ts";
import { assemble } from "./strided.ts";

/**
 * Assigns new values to all targets and runs the step: all of them, or none if one cannot be
 * computed.
 * The new values may read the targets' old ones. `writer` names the step in errors. If the device
 * later reports that the step did not run, targets keep their old values and `undo` is called.
 */
export function commit(
  updates: readonly (readonly [target: Tensor, value: Tensor])[],
  writer = "step",
  undo?: () => void,
): void {
  const streams = new Set(updates.map(([target]) => target.cell.node.stream));
  for (const stream of streams) stream.raise();
  for (const [target, value] of updates) {
    checkLanes(writer, target, value);
    if (!sameShape(target.shape, value.shape) || target.dtype !== value.dtype) {
      throw new ArgumentError(
        `${writer}: a new value must have its target's shape and dtype` +
          `${detail("target", target.shape, target.dtype)}${detail("value", value.shape, value.dtype)}`,
      );
    }
  }
  const seen = new Set<object>();
  const written = new Map<Cell, Tensor>();
  noGrad(() => {
    for (const [target, value] of updates) {
      // Views of one tensor are written one after another.
      const whole = wholeWith(target, value, written.get(target.cell));
      written.set(target.cell, whole);
    }
    for (const [cell, value] of written) written.set(cell, ownValue(value, seen));
  });
  for (const [cell, value] of written) {
    makePersistent(cell);
    bindCell(cell, value.cell.node, writer);
  }
  for (const stream of streams) stream.flush([], undo);
}

/** The new value of x's cell, off the tape, after `part` is written through the view `before`. */
export function wholeWith(x: Tensor, part: Tensor, before?: Tensor): Tensor {
  const { cell } = x;
  const window = everything(x);
  if (window === null) return part;
  const levels = lanesOf(x).map(({ level }) => level);
  const seen = part.window ?? wholeView(part.node.shape);
  const value = newHandle(part.cell, levels.length === 0 ? part.window : withLanes(seen, levels));
  const { shape, size } = cell.node;
  if (isWhole(window, size)) return copy(reshape(value, shape));
  const { strides, offset } = window;
  return assemble(before ?? newHandle(cell, null), [{ value, strides, offset }]);
}

/**
 * Gives the tensor's cell storage of its own for its lifetime: parameters, buffers, optimizer
 * state.
 * In-place writes go there. For a view it is the storage of the whole tensor. Returns the same
 * tensor.
 */
export function persist(tensor: Tensor): Tensor {
  const { cell } = tensor;
  if (cell.persistent) return tensor;
  const { node } = cell;
  if (node.state === PENDING || node.cell !== null) {
    cell.node = noGrad(() => ownValue(newHandle(cell, null))).cell.node;
    if (cell.node !== node && node.cell === null) {
      cell.node.unreadHandles = node.unreadHandles;
      forget(node);
      node.passing = node.consumers === 1;
    }
  }
  makePersistent(cell);
  return tensor;
}

/**
 * Changes the dtype of a persistent tensor, with its gradient and hooks. Views and detached handles
 * keep
 * the old values.
 */
export function retype(tensor: Tensor, dtype: DType): void {
  if (tensor.dtype === dtype) return;
  checkLeaf("retype", tensor);
  const { grad } = tensor;
  noGrad(() => become(tensor, cast(tensor, dtype), grad === null ? null : cast(grad, dtype)));
}

/**
 * Moves persistent tensors to another device, with gradients and hooks: all of them, after all
 * values
 * have arrived. Views and detached handles stay.
 */
export async function moveTo(tensors: readonly Tensor[], device: DeviceName): Promise<void> {
  const away = tensors.filter((tensor) => tensor.device !== device);
  for (const tensor of away) checkLeaf("to", tensor);
  const moved = await Promise.all(
    away.map(async (tensor) => {
      return Promise.all([tensor.detach().to(device), tensor.grad?.detach().to(device)]);
    }),
  );
  for (const [i, tensor] of away.entries()) {
    const [value, grad] = moved[i] as [Tensor, Tensor | undefined];
    become(tensor, value, grad ?? null);
  }
}

function checkLeaf(call: string, tensor: Tensor): void {
  if (tensor.isLeaf) return;
  throw new ArgumentError(
    `${call}: only a leaf can change in place${detail("tensor", tensor.shape, tensor.dtype)}\n  hint: x.to(…) makes another tensor`,
  );
}

/** Assigns the storage of `value` to the tensor, and likewise for the gradient. */
function become(tensor: Tensor, value: Tensor, grad: Tensor | null): void {
  setValue(tensor, value);
  persist(tensor);
  if (grad !== null) tensor.grad = grad.keep();
}

/** `x.set_(source)`: x uses the source's storage from now on. */
export function setStorage(x: Tensor, source: Tensor): void {
  checkTensor("set_", source);
  checkWritable(x, "set_");
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      `set_: the source must have x's dtype${detail("x", x.shape, x.dtype)}${detail("source", source.shape, source.dtype)}`,
    );
  }
  if (x.own !== null && x.own.grad !== null && !sameShape(x.shape, source.shape)) {
    throw new ShapeError(
      `set_: x has a gradient, so the source must have its shape${detail("x", x.shape)}${detail("source", source.shape)}`,
    );
  }
  setValue(x, source);
}

/**
 * Makes the tensor an alias of the other's storage. Its gradient, hooks and `requiresGrad` stay.
 */
function setValue(tensor: Tensor, { cell, window }: Tensor): void {
  Object.assign(tensor, { cell, window, base: null, path: null, origin: "one" });
  if (tensor.own !== null) tensor.own.gradCell = null;
}

/** The tensor if its pending, whole value belongs to no cell; else a copy of it. */
export function ownValue(tensor: Tensor, taken?: Set<object>): Tensor {
  const { node } = tensor.cell;
  const fresh =
    tensor.window === null &&
    node.cell === null &&
    node.state === PENDING &&
    !isFree(node) &&
    !node.terminal &&
    node.unreadHandles === 0 &&
    !taken?.has(node);
  const own = fresh ? tensor : copy(tensor);
  const made = own.cell.node;
  if (!fresh) made.visible = made.terminal = made.outside = false; // It belongs to the cell, not to the user.
  taken?.add(made);
  return own;
}
