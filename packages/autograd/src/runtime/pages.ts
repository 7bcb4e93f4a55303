import type { Device, DeviceBuffer } from "../devices/device.ts";
import { hostStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pool } from "./memory.ts";
import type { Spill } from "./spill.ts";

/** Alignment of places: copies need 4, f64 needs 8. */
const ALIGN = 8;

interface Page {
  readonly buffer: DeviceBuffer;
  /** The nodes in it, by byte offset. */
  readonly nodes: Map<number, Node>;
  /** The offset of the next value. */
  end: number;
}

/** Bytes of a new page for a value of `bytes`, after a page of `last` bytes (0 if none). */
export type PageSize = (bytes: number, last: number) => number;

/** For 0-d values: 256 in a page. */
export const scalarPages: PageSize = () => 2048;
/** For small results: about 64 in a page. Pages never shrink, and the budget bounds them. */
export const resultPages =
  (budget: number): PageSize =>
  (bytes, last) => {
    const most = Math.min(2 ** 22, budget / 32);
    const size = Math.min(most, Math.max(2 ** 16, 2 ** Math.ceil(Math.log2(64 * bytes))));
    return Math.max(size, bytes, last <= most ? last : 0);
  };

/** Buffers that collect small values of all plans. A full page is read back, and becomes free. */
export class Pages {
  private readonly device: Device;
  private readonly pool: Pool;
  private readonly spill: Spill;
  private readonly sizeFor: PageSize;
  private current: Page | null = null;
  /** An empty page, which replaces a full one while that is read. */
  private spare: DeviceBuffer | null = null;
  /** Pages with live values, and the current one. */
  private readonly pages = new Map<object, Page>();
  /** Full pages, whose last values may not be written yet. */
  private readonly full: Page[] = [];

  constructor(device: Device, pool: Pool, spill: Spill, sizeFor: PageSize) {
    this.device = device;
    this.pool = pool;
    this.spill = spill;
    this.sizeFor = sizeFor;
  }

  /** Allocates a place for the node's value. */
  place(node: Node): { buffer: DeviceBuffer; offset: number } {
    const wanted = this.device.bytesOf(node.dtype, node.size);
    const bytes = Math.ceil(wanted / ALIGN) * ALIGN;
    let page = this.current;
    const size = page?.buffer.bytes ?? 0;
    // a value that needs larger pages begins one at once, so that when it does is deterministic
    if (page === null || page.end + bytes > size || this.sizeFor(bytes, size) > size)
      page = this.begin(page, bytes);
    const offset = page.end;
    page.end += bytes;
    page.nodes.set(offset, node);
    return { buffer: page.buffer, offset };
  }

  /** Begins a new page. */
  private begin(before: Page | null, bytes: number): Page {
    if (before !== null) {
      if (before.nodes.size === 0) this.retire(before);
      else this.full.push(before);
    }
    const size = this.sizeFor(bytes, before?.buffer.bytes ?? 0);
    if (this.spare !== null && this.spare.bytes < size) {
      this.pool.give(this.spare, "pages");
      this.spare = null;
    }
    const buffer = this.spare ?? this.pool.take(size, "pages");
    this.spare = before === null && this.hasRoom(size) ? this.pool.take(size, "pages") : null;
    const page = { buffer, nodes: new Map<number, Node>(), end: 0 };
    this.current = page;
    this.pages.set(buffer, page);
    return page;
  }

  /** Reads full pages back. The submit that writes their last values must have been made. */
  spillFull(): void {
    for (const page of this.full.splice(0)) {
      this.forgetGone(page);
      if (page.nodes.size === 0) this.retire(page);
      else this.read(page);
    }
  }

  /** Removes expired values from a page, so that they are not read back. */
  private forgetGone({ buffer, nodes }: Page): void {
    for (const [offset, { storage }] of nodes)
      if (storage?.buffer !== buffer || storage.offset !== offset) nodes.delete(offset);
  }

  private read({ buffer, nodes }: Page): void {
    this.spill.start([...nodes.values()], (node, host) => {
      const { offset } = node.storage as Storage;
      node.storage = hostStorage(host);
      this.release(buffer, offset);
    });
  }

  /** The nodes whose values are in this page. */
  residents(buffer: object): Node[] {
    return [...(this.pages.get(buffer) as Page).nodes.values()];
  }

  /** Whether the buffer is one of these pages. */
  has(buffer: object): boolean {
    return this.pages.has(buffer);
  }

  /** Frees the place of a value that is on the host or no longer needed. */
  release(buffer: object, offset: number): void {
    const page = this.pages.get(buffer);
    if (page === undefined || !page.nodes.delete(offset) || page.nodes.size > 0) return;
    if (page === this.current) page.end = 0;
    else if (!this.full.includes(page)) this.retire(page);
  }

  private retire(page: Page): void {
    this.pages.delete(page.buffer);
    const { bytes } = page.buffer;
    if (this.spare === null && bytes === this.current?.buffer.bytes && this.hasRoom(bytes))
      this.spare = page.buffer;
    else this.pool.give(page.buffer, "pages");
  }

  /** Whether the budget allows a spare page. */
  private hasRoom(bytes: number): boolean {
    return this.pool.budget >= 64 * bytes;
  }
}
