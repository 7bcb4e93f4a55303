import type { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { isSmall, isUnreadOutput, type Node, OWNED, RESULT, TEMPORARY } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";

/** Where a computed value is kept: nowhere. */
export const HOLD_NOTHING = 0;
/** In the storage of its cell. */
export const HOLD_CELL = 1;
/** In a page with other values, which moves to the host when it is full. */
export const HOLD_PAGE = 2;
/** In a buffer that its handles own. */
export const HOLD_OWNED = 3;
/** In a buffer of the cache. */
export const HOLD_SLOT = 4;
/** Into memory of the host that waits for it, and nowhere else. */
export const HOLD_DELIVERED = 5;
export type Hold = 0 | 1 | 2 | 3 | 4 | 5;

/** Where a flush keeps a value. `recalled` are values that a later run will probably read. */
export function holdOf(
  node: Node,
  writes: ReadonlySet<Cell>,
  reads: ReadonlySet<Node>,
  recalled: ReadonlySet<Node>,
): Hold {
  const { cell, keep } = node;
  if (cell !== null && cell.node === node && writes.has(cell)) return HOLD_CELL;
  const scalar = node.shape.length === 0;
  const read = reads.has(node);
  if (isFree(node)) {
    if (!read && keep !== OWNED) return HOLD_NOTHING;
    return scalar ? HOLD_PAGE : HOLD_OWNED;
  }
  if (context.eager || context.anomaly) return HOLD_OWNED;
  if (scalar && (node.visible || read || keep !== TEMPORARY)) return HOLD_PAGE;
  if (read || keep === OWNED) return HOLD_OWNED;
  const unread = isUnreadOutput(node);
  const recall = recalled.has(node);
  if (isSmall(node) && (unread || recall || keep === RESULT)) return HOLD_PAGE;
  // data, and results without gradients, are usually made once and used for long
  if (unread && !node.tracked && (node.pure || !node.gradMode)) return HOLD_OWNED;
  // computed for the third time, so it is used at long intervals
  if (recall && node.runs > 1) return HOLD_OWNED;
  return unread || recall || keep !== TEMPORARY || node.saved > 0 ? HOLD_SLOT : HOLD_NOTHING;
}
