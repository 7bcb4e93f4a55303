import { GradError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import type { Handle } from "../graph/handle.ts";
import { COMPUTED, type Node, OWNED, PENDING, TEMPORARY } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { expire } from "../runtime/retention.ts";
import type { Tensor } from "../tensor.ts";
import { mixedDevices } from "./bring.ts";
import { Leaf } from "./edge.ts";

/**
 * The end of every in-place operation: the handle's cell is bound to the value's node. `value` is fresh (its
 * node belongs to no other cell) and the handle is no view; views write their base (ops/inplace.ts).
 */
export function rebind(target: Handle, value: Tensor, writer: string): void {
  checkWritable(target, writer);
  if (value.node.stream !== target.node.stream) throw mixedDevices(writer, [target, value]);
  if (target.edge instanceof Leaf) makePersistent(target.cell); // a parameter that is trained by hand
  bindCell(target.cell, value.cell.node, writer);
  if (context.gradMode) target.edge = value.edge;
  target.edgeVersion++;
}

/** Refuses to write what PyTorch refuses: a leaf that requires grad while gradients are recorded. */
export function checkWritable(target: Handle, writer: string): void {
  if (!context.gradMode) return;
  const root = rootOf(target);
  if (target.edge instanceof Leaf || root.edge instanceof Leaf) {
    throw new GradError(
      `${writer}: a leaf tensor that requires grad is written in place while gradients are recorded` +
        `\n  tensor: [${target.shape.join(", ")}]\n  hint: wrap the update in noGrad(() => …), or write to a clone()`,
    );
  }
}

/** The handle at the start of the chain of views. */
export function rootOf(handle: Handle): Handle {
  let root = handle;
  while (root.base !== null) root = root.base;
  return root;
}

/** Binds a cell to a node. A persistent cell's storage follows at the next flush. */
export function bindCell(cell: Cell, node: Node, writer: string): void {
  const { stream } = node;
  cell.version++;
  cell.writer = writer;
  const old = cell.node;
  if (old === node) return;
  if (!cell.persistent) {
    cell.node = node;
    if (old.storage?.holder === "owned" && old.cell === null) {
      if (old.expiredBy === "") old.expiredBy = `overwritten by ${writer}`;
      stream.release(old);
    } else if (old.state === PENDING && old.keep === OWNED) {
      // a clone written to before it ran: what the handle owns is the new value
      old.keep = TEMPORARY;
      node.keep = OWNED;
    }
    return;
  }
  if (node.state === COMPUTED) {
    // eager mode, or a value from the host: nothing waits, the cell takes it over
    stream.writes.delete(cell);
    cell.node = node;
    cell.previous = null;
    stream.adopt(cell, node);
    expire(old, `overwritten by ${writer}`);
    return;
  }
  if (!stream.writes.has(cell)) {
    cell.previous = old;
    stream.writes.add(cell);
  }
  cell.node = node;
  node.cell = cell;
  if (isFree(node) && context.eager) stream.flush([]);
}

/** Gives a cell storage of its own, which every later value is written into. Its node is no other cell's. */
export function makePersistent(cell: Cell): void {
  if (cell.persistent) return;
  const { node } = cell;
  cell.persistent = true;
  if (node.state === PENDING || node.storage === null) {
    node.cell = cell;
    node.stream.writes.add(cell);
  } else node.stream.adopt(cell, node);
}
