import { reach } from "../compile/trace.ts";
import type { Cell } from "../graph/cell.ts";
import { context, PENDING_CAP } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import { isUnreadOutput, type Node, RESULT } from "../graph/node.ts";
import { expire } from "./retention.ts";

/** The nodes that a flush must compute: reads, writes of cells, unread outputs and kept values. */
export function rootsOf(
  pending: readonly Node[],
  writes: ReadonlySet<Cell>,
  reads: readonly Node[],
): Node[] {
  const isFull = pending.length > PENDING_CAP;
  const roots: Node[] = [...reads];
  for (const cell of writes) roots.push(cell.node);
  for (const node of pending) {
    if (context.eager || isUnreadOutput(node) || node.keep >= RESULT || (isFull && node.saved > 0))
      roots.push(node);
  }
  return roots;
}

/**
 * All nodes that the roots need, in order of recording. An unread output that can no longer be
 * computed expires. A read that cannot be computed throws; a write does, too, after `revert`.
 */
export function orderOf(
  roots: readonly Node[],
  reads: readonly Node[],
  writes: ReadonlySet<Cell>,
  revert: () => void,
): Node[] {
  try {
    return reach(roots, (node) => expired("flush", node));
  } catch {
    // a needed value has expired: find out which roots need it
  }
  for (const node of reads) reach([node], (gone) => expired("read", gone));
  for (const cell of writes) {
    try {
      reach([cell.node], (gone) => expired(cell.writer || "in-place write", gone));
    } catch (error) {
      revert();
      throw error;
    }
  }
  const possible = roots.filter((root) => {
    try {
      reach([root], (gone) => expired("flush", gone));
      return true;
    } catch (error) {
      expire(root, error as Error);
      return false;
    }
  });
  return reach(possible, (node) => expired("flush", node));
}

/** Whether the node needs a value that has expired. */
export function isGone(node: Node): boolean {
  try {
    reach([node], (gone) => expired("flush", gone));
    return false;
  } catch {
    return true;
  }
}
