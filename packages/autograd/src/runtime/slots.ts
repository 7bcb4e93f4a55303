import type { DeviceBuffer } from "../devices/device.ts";
import { deviceStorage, hostStorage, isUnreadOutput, type Node } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import { drop, settle } from "./retention.ts";
import type { Spill } from "./spill.ts";

/** Runs that leave something here: a value that none of so many used goes. */
const RUNS = 4;
/** Runs of any kind past which a value that waits to be recalled goes. */
const WAITS = 4;
/** Runs that use a value, past which it is its handles' own. */
const USES = 8;

interface Entry {
  readonly node: Node;
  /** Kind of the run that made it, and how many of the kind there had been. */
  readonly kind: number;
  readonly turn: number;
  /** The run that made or used it last, and how many used it. */
  used: number;
  uses: number;
  /** Waits to be recalled: the run of any kind that made or used it last; -1 otherwise. */
  waits: number;
}

/**
 * The cache of large results, saved values and values that several runs use. A value goes when a
 * newer run of its kind exists and its tape is consumed, or when four newer runs did not use it. A
 * value that a handle waits for moves to the host; others are dropped and keep their recipe. A kind
 * ignores sizes.
 */
export class Slots {
  private readonly pool: Pool;
  private readonly spill: Spill;
  /** Values that are used again and again become their handles' own. */
  private readonly own: (node: Node) => void;
  /** Oldest first. */
  private readonly entries = new Map<Node, Entry>();
  private readonly turns = new Map<number, number>();
  /** Runs that left something here, and all. */
  private runs = 0;
  private all = 0;

  constructor(pool: Pool, spill: Spill, own: (node: Node) => void) {
    this.pool = pool;
    this.spill = spill;
    this.own = own;
  }

  /** The values that a run left, in buffers of the class "slots"; those that are due go. */
  add(nodes: readonly Node[], kind: number, recalled: ReadonlySet<Node>): void {
    this.all++;
    const turn = (this.turns.get(kind) ?? 0) + 1;
    if (nodes.length > 0) {
      this.runs++;
      this.turns.set(kind, turn);
    }
    for (const entry of [...this.entries.values()]) if (this.isDue(entry)) this.release(entry);
    for (const node of nodes) {
      const waits = recalled.has(node) ? this.all : -1;
      this.entries.set(node, { node, kind, turn, used: this.runs, uses: 0, waits });
    }
  }

  private isDue({ node, kind, turn, used, waits }: Entry): boolean {
    if (waits >= 0 && node.saved <= 0) return this.all - waits >= WAITS;
    if (this.runs - used >= RUNS) return true;
    return node.saved <= 0 && (this.turns.get(kind) ?? turn) > turn;
  }

  /** A run reads the value. */
  use(node: Node): void {
    const entry = this.entries.get(node);
    if (entry === undefined) return;
    entry.used = this.runs;
    if (entry.waits >= 0) entry.waits = this.all;
    if (++entry.uses < USES || node.saved > 0) return;
    this.forget(node);
    this.own(node);
  }

  /** The value is no longer kept here; what becomes of its buffer is the caller's. */
  forget(node: Node): void {
    this.entries.delete(node);
  }

  /** The value is not needed on the device any more. */
  free(node: Node): void {
    if (!this.entries.delete(node)) return;
    this.pool.give(node.storage?.buffer as DeviceBuffer, "slots");
  }

  /** Drops the oldest value that can be computed again; false if there is none. */
  evict(): boolean {
    for (const entry of this.entries.values()) {
      if (entry.node.saved > 0) continue;
      this.release(entry);
      return true;
    }
    return false;
  }

  private release({ node }: Entry): void {
    if (!isUnreadOutput(node) || node.pure) {
      this.free(node);
      drop(node);
      return;
    }
    this.entries.delete(node);
    const buffer = node.storage?.buffer as DeviceBuffer;
    settle(node);
    node.storage = deviceStorage(buffer, 0, "page"); // what wants it until then copies it
    this.spill.start(
      [node],
      (_, host) => {
        node.storage = hostStorage(host);
      },
      () => this.pool.give(buffer, "slots"),
    );
  }
}
