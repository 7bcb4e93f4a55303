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

/** A cell that a flush gives its next value. */
interface Write {
  readonly cell: Cell;
  readonly node: Node;
  readonly previous: Node | null;
}

/** How a value is computed, for when it has to be computed again. */
interface Recipe {
  readonly node: Node;
  readonly inputs: readonly Node[];
  readonly views: Node["views"];
}

/** What the flush computes and writes. */
interface Effects {
  readonly plan: Plan;
  readonly sources: ReadonlySet<Node>;
  /** Slots that it copies sources into. */
  readonly copied: readonly InputSlot[];
  readonly computed: readonly Recipe[];
  readonly writes: readonly Write[];
  /** Values of the host that it moved into cells' buffers. */
  readonly housed: ReadonlyMap<Node, TypedArray>;
  /** Somebody waits for one of its values, and is told there. */
  readonly isRead: boolean;
}

/** What taking back does beside. */
interface Host {
  /** The node's value is not there: its storage goes. */
  free(node: Node): void;
  /** A read of it that is under way has no value to bring; says whether there is one. */
  refuse(node: Node, error: Error): boolean;
  /** The cell's buffer has no memory behind it. */
  releaseCell(cell: Cell): void;
  forget(plan: Plan): void;
  /** Names who holds most. */
  describe(): string;
}

/** One flush that the device has not answered for yet. */
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
 * Flushes that the device may still refuse: a shader, memory, an index out of range. A refused one
 * is taken back with all that was computed from it: values are dropped, cells have the value from
 * before.
 */
export class Trials {
  private readonly host: Host;
  private open: Attempt[] = [];
  private untold: Error | null = null;
  /** How many there were. */
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

  /** An error that nobody was told of, given once. */
  take(): Error | null {
    const error = this.untold;
    this.untold = null;
    return error;
  }

  /** `undo` is called if what was flushed last is taken back. */
  onUndo(undo: () => void): void {
    this.open.at(-1)?.undo.push(undo);
  }

  close(attempt: Attempt): void {
    this.open = this.open.filter((other) => other !== attempt);
    this.settle(attempt.effects.housed);
    for (const slot of attempt.effects.copied) if (slot.doubt === attempt) slot.doubt = null;
  }

  /** What was moved from the host is on the device. */
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

  /** Says whether somebody waited for one of the values. */
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
      node.expiredBy = error; // should it go before it is computed again
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

const isUnusable = (buffer: object): boolean => Boolean((buffer as DeviceBuffer).fault);

/** The value before is still in the cell's buffer. */
function restore(cell: Cell, previous: Node): void {
  cell.node = previous;
  const { home } = cell;
  if (previous.state !== EXPIRED || home === null) return;
  previous.state = COMPUTED;
  previous.expiredBy = "";
  previous.storage = deviceStorage(home.buffer, 0, "cell", home.id);
}

/** Errors that name owners already: one may be the fate of several flushes. */
const named = new WeakSet<Error>();

/** Says who holds most where the device has no memory left. */
export function nameOwners(error: Error, owners: string): void {
  if (named.has(error)) return;
  named.add(error);
  const [first, ...rest] = error.message.split("\n  hint:");
  error.message = [`${first}${owners}`, ...rest].join("\n  hint:");
}
