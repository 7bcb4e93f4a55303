import { GradError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import type { Handle } from "../graph/handle.ts";
import { COMPUTED, isSmall, type Node, OWNED, PENDING, RESULT, TEMPORARY } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { expire } from "../runtime/retention.ts";
import { Leaf, overwritten } from "./edge.ts";
import { edgeOf, isMoved } from "./record.ts";

/**
 * Throws for in-place writes that PyTorch refuses while gradients are recorded: to a leaf that
 * requires
 * grad, to a view of one, or to a view whose history cannot be recorded again.
 */
export function checkWritable(target: Handle, writer: string): void {
  if (!context.gradMode) return;
  const { base, origin, shape } = target;
  const refuse = (what: string, hint: string): GradError =>
    new GradError(
      `${writer}: ${what} is written in place while gradients are recorded` +
        `\n  tensor: [${shape.join(", ")}]\n  hint: ${hint}`,
    );
  if (origin === "vmap") {
    throw refuse("an argument of a function inside vmap", "write to a clone()");
  }
  const edge = edgeOf(target);
  if (edge instanceof Leaf) {
    throw refuse(
      "a leaf tensor that requires grad",
      "wrap the update in noGrad(() => …), or write to a clone()",
    );
  }
  if (base === null) return;
  if (isMoved(base)) {
    throw refuse(
      "a view whose base has since moved its dimensions in place",
      "make the view again, or write to a clone()",
    );
  }
  if (origin === "several") {
    throw refuse(
      "one of several views (of chunk, split, unbind)",
      "make it with narrow or at(slice(…)), or write to a clone()",
    );
  }
  if (origin === "noGrad") {
    throw refuse(
      "a view that was made in noGrad",
      "make the view outside noGrad, or write inside it",
    );
  }
  const baseEdge = edgeOf(base);
  if (baseEdge instanceof Leaf || (edge !== null && baseEdge === null)) {
    throw refuse(
      "a view of a leaf tensor that requires grad",
      "wrap the update in noGrad(() => …), or write to a clone()",
    );
  }
}

/** Whether the tensor is a leaf that requires grad, or a view of one. */
export const isOfLeaf = ({ edge, base }: Handle): boolean =>
  edge instanceof Leaf || base?.edge instanceof Leaf;

/**
 * Keeps the values of a tensor that the user writes in place. A small one keeps each value, a large
 * one
 * gets its own storage at the second write. Not inside a module's call, and not on the tape.
 */
export function holdVariable(cell: Cell, node: Node): void {
  const passing = context.moduleDepth > 0 && cell.born >= context.callBegan;
  if (cell.persistent || node.tracked || passing || context.opDepth > 0 || context.eager) return;
  const { node: old } = cell;
  const { holder } = old.storage ?? {};
  node.variable = true;
  if (isSmall(node)) node.keep = RESULT;
  else if (holder === "owned" || (holder === "slot" && old.variable)) makePersistent(cell);
}

/** Binds a cell to a node. A persistent cell's storage gets the value at the next flush. */
export function bindCell(cell: Cell, node: Node, writer: string): void {
  const { stream } = node;
  cell.version++;
  cell.writer = writer;
  const old = cell.node;
  if (old === node) return;
  if (!cell.persistent) {
    cell.node = node;
    node.unreadHandles += old.unreadHandles;
    const owned = old.storage?.holder === "owned" && old.cell === null;
    if (old.keep === OWNED && node.keep < RESULT) node.keep = OWNED; // The handle owns the new value now.
    if (old.state === PENDING) forget(old);
    else if (owned && node.keep === OWNED) {
      if (old.expiredBy === "") old.expiredBy = `overwritten by ${writer}`;
      if (old.saved > 0) overwritten.add(old);
      else stream.release(old);
    }
    return;
  }
  if (node.state === COMPUTED) {
    // The value is there (eager mode, or from the host), so the cell takes it over at once.
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

/** Marks a node that no handle has any more. */
export function forget(node: Node): void {
  node.keep = TEMPORARY;
  node.visible = node.terminal = node.variable = false;
  node.unreadHandles = 0;
}

/** Gives a cell its own storage for this and every later value. No other cell has its node. */
export function makePersistent(cell: Cell): void {
  if (cell.persistent) return;
  const { node } = cell;
  cell.persistent = true;
  if (node.state === PENDING || node.storage === null) {
    node.cell = cell;
    node.stream.writes.add(cell);
  } else node.stream.adopt(cell, node);
}
