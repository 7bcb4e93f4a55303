import type { DeviceBuffer, Trial } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import { DeviceError, OutOfMemoryError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import {
  COMPUTED,
  DROPPED,
  deviceStorage,
  EXPIRED,
  hostStorage,
  type Node,
} from "../graph/node.ts";
import type { InputSlot } from "./inputs.ts";
import type { Plan } from "./plan.ts";

/** A write of a cell by a flush. */
interface Write {
  readonly cell: Cell;
  readonly node: Node;
  readonly previous: Node | null;
}

/** The recipe of a value, which is needed if the value must be computed again. */
interface Recipe {
  readonly node: Node;
  readonly inputs: readonly Node[];
  readonly views: Node["views"];
}

/** What a flush changes. */
interface Effects {
  readonly plan: Plan;
  readonly sources: ReadonlySet<Node>;
  /** Input slots that it copies sources into. */
  readonly copied: readonly InputSlot[];
  readonly computed: readonly Recipe[];
  readonly writes: readonly Write[];
  /** Host values that were moved into cells' buffers for it. */
  readonly housed: ReadonlyMap<Node, TypedArray>;
  /** Whether one of its values is being read, so that the read reports an error. */
  readonly isRead: boolean;
}

/** What trials need of their stream. */
interface Host {
  /** Frees a node's storage. */
  free(node: Node): void;
  /** Rejects the pending read of a node. Returns whether there was one. */
  refuse(node: Node, error: Error): boolean;
  /** Releases a cell's buffer. */
  releaseCell(cell: Cell): void;
  forget(plan: Plan): void;
  /** Describes the largest values in memory. */
  describe(): string;
}

/** One flush that the device may still refuse. */
class Attempt implements Trial {
  readonly effects: Effects;
  readonly undo: (() => void)[] = [];
  error: Error | null = null;
  private readonly trials: Trials;

  constructor(trials: Trials, effects: Effects) {
    this.trials = trials;
    this.effects = effects;
  }

  passed(): void {
    this.trials.close(this);
  }

  failed(error: Error): void {
    if (this.error === null) this.trials.takeBack(this, error);
  }
}

/**
 * Flushes that the device may still refuse, because of a shader, missing memory, or an index out of
 * range. A refused flush is taken back with all later flushes that read its values: their values
 * are dropped, and cells get back their old values.
 */
export class Trials {
  private readonly host: Host;
  private open: Attempt[] = [];
  private untold: Error | null = null;
  /** The number of trials so far. */
  begun = 0;

  constructor(host: Host) {
    this.host = host;
  }

  begin(effects: Effects): Trial {
    const attempt = new Attempt(this, effects);
    this.open.push(attempt);
    for (const slot of effects.copied) slot.doubt = attempt;
    this.begun++;
    return attempt;
  }

  /** Gives, once, an error that no read reports. */
  take(): Error | null {
    const error = this.untold;
    this.untold = null;
    return error;
  }

  /** Calls `undo` if the last flush is taken back. */
  onUndo(undo: () => void): void {
    this.open.at(-1)?.undo.push(undo);
  }

  close(attempt: Attempt): void {
    this.open = this.open.filter((other) => other !== attempt);
    this.settle(attempt.effects.housed);
    for (const slot of attempt.effects.copied) if (slot.doubt === attempt) slot.doubt = null;
  }

  /** Drops host copies of values that are now on the device. */
  settle(housed: ReadonlyMap<Node, TypedArray>): void {
    for (const [{ storage }, host] of housed) {
      if (storage?.host === host && storage.holder === "cell") storage.host = null;
    }
  }

  takeBack(cause: Attempt, error: Error): void {
    if (error instanceof OutOfMemoryError) nameOwners(error, this.host.describe());
    const failed = [cause];
    const gone = new Set(cause.effects.computed.map(({ node }) => node));
    for (const later of this.open.slice(this.open.indexOf(cause) + 1)) {
      if (![...later.effects.sources].some((node) => gone.has(node))) continue;
      failed.push(later);
      for (const { node } of later.effects.computed) gone.add(node);
    }
    this.open = this.open.filter((attempt) => !failed.includes(attempt));
    let told = false;
    for (const attempt of failed.toReversed()) {
      if (this.revert(attempt, error) || attempt.effects.isRead) told = true;
    }
    if (error instanceof DeviceError) this.host.forget(cause.effects.plan);
    if (!told) this.untold ??= error;
  }

  /** Takes back one flush. Returns whether one of its values was being read. */
  private revert(attempt: Attempt, error: Error): boolean {
    attempt.error = error;
    const { plan, computed, writes, housed } = attempt.effects;
    for (const undo of attempt.undo.toReversed()) undo();
    plan.forgetInputs();
    for (const { cell, node, previous } of writes) {
      if (cell.previous === node) cell.previous = previous;
      if (cell.node === node && previous !== null) restore(cell, previous);
    }
    let told = false;
    for (const { node, inputs, views } of computed) {
      if (node.state === EXPIRED && node.expiredBy instanceof Error) continue;
      if (this.host.refuse(node, error)) told = true;
      this.host.free(node);
      Object.assign(node, { state: DROPPED, storage: null, inputs, views, runs: node.runs - 1 });
      node.expiredBy = error; // the reason if it expires before it is computed again
    }
    for (const [node, host] of housed) {
      const { cell, storage } = node;
      if (storage?.host !== host || !cell?.home || !isUnusable(cell.home.buffer)) continue;
      this.host.releaseCell(cell);
      node.storage = hostStorage(host);
    }
    return told;
  }
}

/** One trial for several submits: it has passed when the last one has. */
export function trialOfMany(begin: () => Trial): { part: () => Trial; last: () => Trial } {
  let begun: Trial | null = null;
  const last = (): Trial => {
    begun ??= begin();
    return begun;
  };
  const part = (): Trial => ({
    get error() {
      return last().error;
    },
    passed() {}, // the last submit tells
    failed: (error) => last().failed(error),
  });
  return { part, last };
}

const isUnusable = (buffer: object): boolean => Boolean((buffer as DeviceBuffer).fault);

/** Binds a cell to its old value, which is still in the cell's buffer. */
function restore(cell: Cell, previous: Node): void {
  cell.node = previous;
  const { home } = cell;
  if (previous.state !== EXPIRED || home === null) return;
  previous.state = COMPUTED;
  previous.expiredBy = "";
  previous.storage = deviceStorage(home.buffer, 0, "cell", home.id);
}

/** Errors that name owners already, since one error may belong to several flushes. */
const named = new WeakSet<Error>();

/** Adds the largest values in memory to an out-of-memory error. */
export function nameOwners(error: Error, owners: string): void {
  if (named.has(error)) return;
  named.add(error);
  const [first, ...rest] = error.message.split("\n  hint:");
  error.message = [`${first}${owners}`, ...rest].join("\n  hint:");
}
