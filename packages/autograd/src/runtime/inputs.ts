import type { Source } from "../compile/trace.ts";
import type { Copy, Device, DeviceBuffer } from "../devices/device.ts";
import { type Pool, roundedSize } from "./memory.ts";

/** Runs after which another plan may overwrite an unused value. */
const IDLE_RUNS = 64;

/** A buffer that a source is copied into before a run, and its current content. */
export interface InputSlot {
  readonly buffer: DeviceBuffer;
  /** The value it holds: node id (-1 if none), first element, count; and the id before that. */
  node: number;
  start: number;
  count: number;
  before: number;
  /** The last run that used it, and whether its value was already there. */
  used: number;
  held: boolean;
  /** The number of plans bound to it. */
  users: number;
  /** Whether two plans overwrite each other's value in it. */
  contended: boolean;
  /** The flush that copies its value in, while the device may still refuse that flush. */
  doubt: object | null;
}

/** What `feed` did for a run. */
export interface Fed {
  uploads: number;
  /** Slots that copies within the submit fill. */
  readonly copied: InputSlot[];
  /** Whether a slot is contended, so that the plan must be bound to other slots. */
  contended: boolean;
}

/**
 * Buffers from which plans read their sources. Batches of data replace each other in a shared
 * buffer. Data that stay the same keep a buffer, which plans share, too.
 */
export class Inputs {
  private readonly device: Device;
  private readonly pool: Pool;
  private readonly slots = new Map<number, InputSlot[]>();
  private runs = 0;

  constructor(device: Device, pool: Pool) {
    this.device = device;
    this.pool = pool;
  }

  /** Slots for the sources, in order; null for cells, which plans read directly. */
  take(sources: readonly Source[]): (InputSlot | null)[] {
    const taken = new Set<InputSlot>();
    const result: (InputSlot | null)[] = [];
    try {
      for (const source of sources) {
        const own = source.node.storage?.holder === "cell" ? null : this.find(source, taken);
        if (own !== null) taken.add(own);
        result.push(own);
      }
    } catch (error) {
      this.give([...taken]);
      throw error;
    }
    return result;
  }

  private find({ node, start, count }: Source, taken: ReadonlySet<InputSlot>): InputSlot {
    const bytes = this.device.bytesOf(node.dtype, count);
    const size = roundedSize(bytes);
    const list = this.slots.get(size) ?? [];
    this.slots.set(size, list);
    const open = list.filter((one) => !one.contended && !taken.has(one));
    let slot = open.find((one) => holds(one, { node, start, count }));
    slot ??= open.find((one) => this.mayChange(one));
    if (slot === undefined) {
      const buffer = this.pool.take(bytes, "inputs");
      const nothing = { node: -1, start: 0, count: 0, before: -1, used: 0, held: false };
      slot = { buffer, ...nothing, users: 0, contended: false, doubt: null };
      list.push(slot);
    }
    slot.users++;
    return slot;
  }

  /** Whether another plan may overwrite its value: it was not used twice, or not for long. */
  private mayChange({ held, used }: InputSlot): boolean {
    return !held || this.runs - used > IDLE_RUNS;
  }

  /** Tells that a plan no longer uses these slots. */
  give(slots: readonly (InputSlot | null)[]): void {
    for (const slot of slots) {
      if (slot === null || --slot.users > 0) continue;
      const { buffer } = slot;
      const list = this.slots.get(buffer.bytes) as InputSlot[];
      list.splice(list.indexOf(slot), 1);
      this.pool.give(buffer, "inputs");
    }
  }

  /** Uploads or copies a run's sources into their slots, unless they are there already. */
  feed(slots: readonly (InputSlot | null)[], sources: readonly Source[], copies: Copy[]): Fed {
    this.runs++;
    const fed: Fed = { uploads: 0, copied: [], contended: false };
    slots.forEach((slot, i) => {
      if (slot !== null) this.fill(slot, sources[i] as Source, copies, fed);
    });
    return fed;
  }

  private fill(slot: InputSlot, source: Source, copies: Copy[], fed: Fed): void {
    const { node, start, count } = source;
    slot.used = this.runs;
    slot.held = holds(slot, source);
    if (slot.held && slot.doubt === null) return;
    if (!slot.held && slot.before === node.id && slot.users > 1)
      slot.contended = fed.contended = true;
    slot.before = slot.node;
    Object.assign(slot, { node: node.id, start, count, doubt: null });
    const { storage, dtype } = node;
    if (storage === null || count === 0) return;
    if (storage.host !== null) {
      this.device.write(slot.buffer, 0, storage.host.subarray(start, start + count), dtype);
      fed.uploads++;
      return;
    }
    fed.copied.push(slot);
    copies.push({
      from: storage.buffer as DeviceBuffer,
      fromByte: storage.offset + this.device.bytesOf(dtype, start),
      to: slot.buffer,
      toByte: 0,
      bytes: this.device.bytesOf(dtype, count),
    });
  }
}

const holds = (slot: InputSlot, { node, start, count }: Source): boolean =>
  slot.node === node.id && slot.start === start && slot.count >= count;
