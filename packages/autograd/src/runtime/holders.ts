import { HOLD_CELL, HOLD_OWNED, HOLD_PAGE } from "../compile/hold.ts";
import type { Copy, Device, DeviceBuffer } from "../devices/device.ts";
import type { Cell, Home } from "../graph/cell.ts";
import { deviceStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import { Owners } from "./owners.ts";
import { Pages, resultPages, scalarPages } from "./pages.ts";
import type { Output } from "./plan.ts";
import { Slots } from "./slots.ts";
import { Spill } from "./spill.ts";

/** Places values on the device: in their cell's storage, a page, the cache, or an own buffer. */
export class Holders {
  readonly owners: Owners;
  readonly slots: Slots;
  /** Pages of 0-d values. A read of one reads its whole page. */
  readonly scalars: Pages;
  /** Pages of small results. */
  readonly results: Pages;
  readonly spill: Spill;
  private readonly pool: Pool;

  constructor(device: Device, pool: Pool, budget: number, dropHome: (home: number) => void) {
    this.pool = pool;
    this.owners = new Owners(device, pool, dropHome);
    this.spill = new Spill(device);
    this.scalars = new Pages(device, pool, this.spill, scalarPages);
    this.results = new Pages(device, pool, this.spill, resultPages(budget));
    this.slots = new Slots(pool, this.spill, (node) => this.owners.keepSlot(node));
  }

  /** Gives an output its holder. Adds a copy unless the kernel writes to the holder itself. */
  store(node: Node, output: Output, after: Copy[], slots: Node[]): void {
    const { hold, buffer: from, bytes } = output;
    node.expiredBy = "";
    let to: DeviceBuffer;
    let toByte = 0;
    if (hold === HOLD_CELL) {
      const home = (node.cell as Cell).home as Home;
      to = home.buffer as DeviceBuffer;
      node.storage = deviceStorage(to, 0, "cell", home.id);
    } else if (hold === HOLD_PAGE) {
      const pages = node.shape.length === 0 ? this.scalars : this.results;
      const place = pages.place(node);
      to = place.buffer;
      toByte = place.offset;
      node.storage = deviceStorage(to, toByte, "page");
    } else if (hold === HOLD_OWNED) {
      to = this.pool.take(bytes, "owned");
      node.storage = deviceStorage(to, 0, "owned");
      this.owners.own(node);
    } else {
      to = this.pool.take(bytes, "slots");
      node.storage = deviceStorage(to, 0, "slot");
      slots.push(node);
    }
    if (to !== from) after.push({ from, fromByte: 0, to, toByte, bytes });
  }

  /** Frees the node's buffer, or its place in one. A cell keeps its buffer. */
  free(node: Node): void {
    const { storage } = node;
    if (storage === null) return;
    const { holder } = storage;
    if (holder === "owned") this.owners.free(storage);
    else if (holder === "slot") this.slots.free(node);
    else if (holder === "page") this.leavePage(storage);
  }

  /** Makes a computed value the storage of a cell. */
  adopt(cell: Cell, node: Node): void {
    const { storage } = node;
    this.slots.forget(node);
    this.owners.adopt(cell, node);
    if (storage?.holder === "page") this.leavePage(storage); // the cell has a copy
  }

  /** Moves a cached value to its handles, which then own its buffer. */
  keepSlot(node: Node): void {
    this.slots.forget(node);
    this.owners.keepSlot(node);
  }

  /** Reads full pages back. The submit that writes their last values must have been made. */
  spillFull(): void {
    this.scalars.spillFull();
    this.results.spillFull();
  }

  private leavePage({ buffer, offset }: Storage): void {
    this.scalars.release(buffer as object, offset);
    this.results.release(buffer as object, offset);
  }
}
