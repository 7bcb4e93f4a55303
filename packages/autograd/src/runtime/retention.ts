import type { Device, DeviceBuffer } from "../devices/device.ts";
import { arrayType } from "../dtype.ts";
import { COMPUTED, DROPPED, EXPIRED, hostStorage, type Node } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import type { Plan, SlotSet } from "./plan.ts";

const NONE: readonly never[] = [];

/** Slot sets a plan may have alive. */
const MAX_SLOT_SETS = 4;
/** Bytes a 0-d value takes in a page (a copy wants multiples of 4; f64 needs 8). */
const SCALAR_BYTES = 8;
const SCALARS_PER_PAGE = 256;

/** The value is final: nothing will compute it again, so the recipe goes. */
export function settle(node: Node): void {
  node.state = COMPUTED;
  node.inputs = NONE;
  node.views = NONE;
}

/** The value is not stored; the recipe stays unless one of its sources is gone. */
function drop(node: Node): void {
  node.storage = null;
  node.state = DROPPED;
  expireIfSpent(node);
}

export function expire(node: Node, cause: string | Error): void {
  node.storage = null;
  node.state = EXPIRED;
  node.inputs = NONE;
  node.views = NONE;
  if (node.expiredBy === "") node.expiredBy = cause;
}

/** A recipe with an expired source can never run again: it lets go of what it holds. */
export function expireIfSpent(node: Node): void {
  if (node.state !== DROPPED) return;
  for (const input of node.inputs) {
    if (input.state === EXPIRED) {
      expire(node, input.expiredBy);
      return;
    }
  }
}

/** Caches of one run; the oldest go past four, and at once those whose tape is consumed. */
export function keepSlots(plan: Plan, nodes: readonly Node[], pool: Pool): void {
  const sets = plan.slotSets;
  if (nodes.length === 0) return;
  for (let i = sets.length - 1; i >= 0; i--) {
    if ((sets[i] as SlotSet).nodes.every((node) => node.saved <= 0))
      releaseSlots(sets.splice(i, 1)[0] as SlotSet, pool);
  }
  sets.push({ nodes });
  if (sets.length > MAX_SLOT_SETS) releaseSlots(sets.shift() as SlotSet, pool);
}

export function releaseSlots(set: SlotSet, pool: Pool): void {
  for (const node of set.nodes) {
    const { storage } = node;
    if (storage === null || storage.holder !== "slot") continue; // moved on: kept, or read to the host
    pool.give(storage.buffer as DeviceBuffer, "slots");
    drop(node);
  }
}

interface Page {
  readonly buffer: DeviceBuffer;
  readonly nodes: (Node | null)[];
  readonly free: number[];
}

/** Buffers that gather the 0-d results of all plans. A full page is read back once, and its values live on the host. */
export class Pages {
  private readonly device: Device;
  private readonly pool: Pool;
  private current: Page | null = null;
  /** Pages with live values, the current one included. */
  private readonly pages = new Map<object, Page>();

  /** Pages that are full, and whose last values may not be written yet. */
  private readonly full: Page[] = [];
  /** Full pages on their way to the host. */
  readonly spilling: Set<Promise<unknown>> = new Set();

  constructor(device: Device, pool: Pool) {
    this.device = device;
    this.pool = pool;
  }

  /** A place for one 0-d value; byte offset into the page's buffer. */
  place(node: Node): { buffer: DeviceBuffer; offset: number } {
    let page = this.current;
    if (page === null || page.free.length === 0) {
      if (page !== null) this.full.push(page);
      page = {
        buffer: this.pool.take(SCALARS_PER_PAGE * SCALAR_BYTES, "pages"),
        nodes: new Array<Node | null>(SCALARS_PER_PAGE).fill(null),
        free: Array.from({ length: SCALARS_PER_PAGE }, (_, i) => SCALARS_PER_PAGE - 1 - i),
      };
      this.current = page;
      this.pages.set(page.buffer, page);
    }
    const index = page.free.pop() as number;
    page.nodes[index] = node;
    return { buffer: page.buffer, offset: index * SCALAR_BYTES };
  }

  /** Reads full pages back; to be called when the submit that writes their last values is under way. */
  spillFull(): void {
    for (const page of this.full.splice(0)) this.spill(page);
  }

  /** The nodes whose values are in this page. */
  residents(buffer: object): Node[] {
    return (this.pages.get(buffer) as Page).nodes.filter((node) => node !== null);
  }

  /** The value is on the host now, or gone. */
  release(buffer: object, offset: number): void {
    const page = this.pages.get(buffer);
    if (page === undefined) return;
    const index = offset / SCALAR_BYTES;
    if (page.nodes[index] === null) return;
    page.nodes[index] = null;
    page.free.push(index);
    if (page !== this.current && page.free.length === SCALARS_PER_PAGE) this.retire(page);
  }

  private retire(page: Page): void {
    this.pages.delete(page.buffer);
    this.pool.give(page.buffer, "pages");
  }

  private spill(page: Page): void {
    const reads = page.nodes.flatMap((node, index) =>
      node === null
        ? []
        : [{ from: page.buffer, fromByte: index * SCALAR_BYTES, dtype: node.dtype, count: 1 }],
    );
    const nodes = page.nodes.filter((node) => node !== null);
    const values = this.device.submit({ program: null, params: [], before: [], after: [], reads });
    const spilled = Promise.all(values).then(
      (numbers) => {
        this.spilling.delete(spilled);
        nodes.forEach((node, i) => {
          if (node.storage?.buffer !== page.buffer) return;
          const { offset } = node.storage;
          node.storage = hostStorage(numbers[i] as (typeof numbers)[number]);
          this.release(page.buffer, offset);
        });
      },
      () => void this.spilling.delete(spilled),
    );
    this.spilling.add(spilled);
  }
}

/** The value of an empty tensor needs no device. */
export const emptyStorage = (node: Node): ReturnType<typeof hostStorage> =>
  hostStorage(new (arrayType(node.dtype))(0));
