import { HOLD_DELIVERED, HOLD_NOTHING, HOLD_SLOT } from "../compile/hold.ts";
import type { Trace } from "../compile/trace.ts";
import type { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { COMPUTED, DROPPED, type Node, PENDING } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import type { Counters } from "./counters.ts";
import type { Holders } from "./holders.ts";
import { emptyStorage, expire, expireIfSpent, settle } from "./retention.ts";

/** Updates nodes and cells after a run. */
export class Retirement {
  private readonly counters: Counters;
  private readonly holders: Holders;
  private warned = false;

  constructor(counters: Counters, holders: Holders) {
    this.counters = counters;
    this.holders = holders;
  }

  /** Sets states, expires overwritten values and spent recipes, and empties both lists. */
  retire(trace: Trace, writes: Set<Cell>, pending: Node[]): void {
    for (let i = 0; i < trace.order.length; i++) {
      const node = trace.order[i] as Node;
      const hold = trace.holdOf(i);
      if (hold !== HOLD_NOTHING && node.size === 0) node.storage = emptyStorage(node);
      if (node.runs++ > 0 && !isFree(node)) this.countRecomputed(node);
      if (hold === HOLD_NOTHING || hold === HOLD_DELIVERED) node.state = DROPPED;
      else if (hold === HOLD_SLOT) node.state = COMPUTED;
      else settle(node);
    }
    for (const cell of writes) {
      const { previous } = cell;
      cell.previous = null;
      if (previous !== null && previous !== cell.node) {
        if (previous.storage?.holder === "page") this.holders.free(previous);
        expire(previous, `overwritten by ${cell.writer || cell.node.op.name}`);
      }
    }
    writes.clear();
    for (const node of trace.order) expireIfSpent(node);
    for (const node of pending) {
      if (node.state !== PENDING) continue;
      node.state = DROPPED;
      expireIfSpent(node);
    }
    pending.length = 0;
  }

  /** Settles what was computed ahead of the pending work. */
  settleHeld(trace: Trace): void {
    for (const [i, node] of trace.order.entries()) {
      const hold = trace.holdOf(i);
      if (hold === HOLD_NOTHING) continue;
      node.runs++;
      if (hold === HOLD_SLOT) node.state = COMPUTED;
      else settle(node);
    }
  }

  /** A value is kept when it is computed a second time. Warns, once, if one is a third time. */
  private countRecomputed(node: Node): void {
    this.counters.recomputed++;
    if (node.runs < 3 || this.warned || context.eager) return;
    this.warned = true;
    console.warn(
      `wgrad: '${node.op.name}' [${node.shape.join(", ")}] was computed a third time, because a later step needed it again after it was dropped` +
        "\n  hint: keep() the result that needs it (memory().recomputed counts)",
    );
  }
}
