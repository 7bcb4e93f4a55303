import type { DeviceBuffer } from "../devices/device.ts";
import { deviceStorage, hostStorage, isUnreadOutput, type Node } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import { drop, settle } from "./retention.ts";
import type { Spill } from "./spill.ts";

/** Runs with cached results after which an unused value is released. */
const RUNS = 4;
/** Runs of any kind after which a recalled value that nothing used is released. */
const WAITS = 4;
/** Uses after which a value moves from the cache to its handles. */
const USES = 8;

interface Entry {
  readonly node: Node;
  /** The kind of the run that made it, and the number of that run within its kind. */
  readonly kind: number;
  readonly turn: number;
  /** The last run that made or used it, and its number of uses. */
  used: number;
  uses: number;
  /** For a recalled value, the last run of any kind that made or used it; else -1. */
  waits: number;
}

/**
 * The cache of large results, saved values and values that several runs use. A value is released
 * when a newer run of its kind exists and backward no longer needs it, or when four newer runs did
 * not use it. An unread output then moves to the host; other values are dropped and keep their
 * recipe. A kind is a program without its sizes.
 */
export class Slots {
  private readonly pool: Pool;
  private readonly spill: Spill;
  /** Moves a value to its handles. */
  private readonly own: (node: Node) => void;
  /** Entries, oldest first. */
  private readonly entries = new Map<Node, Entry>();
  /** The number of runs of each kind. */
  private readonly turns = new Map<number, number>();
  /** The number of runs with cached results, and of all runs. */
  private runs = 0;
  private all = 0;

  constructor(pool: Pool, spill: Spill, own: (node: Node) => void) {
    this.pool = pool;
    this.spill = spill;
    this.own = own;
  }

  /** Releases values that are due, then adds a run's results, in buffers of the class "slots". */
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

  /** Notes that a run reads the value. */
  use(node: Node): void {
    const entry = this.entries.get(node);
    if (entry === undefined) return;
    entry.used = this.runs;
    if (entry.waits >= 0) entry.waits = this.all;
    if (++entry.uses < USES || node.saved > 0) return;
    this.forget(node);
    this.own(node);
  }

  /** Removes a value from the cache. Its buffer is now the caller's. */
  forget(node: Node): void {
    this.entries.delete(node);
  }

  /** Removes a value from the cache and frees its buffer. */
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
    node.storage = deviceStorage(buffer, 0, "page"); // until it arrives, plans copy it
    this.spill.start(
      [node],
      (_, host) => {
        node.storage = hostStorage(host);
      },
      () => this.pool.give(buffer, "slots"),
    );
  }
}
