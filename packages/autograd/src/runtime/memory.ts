import type { BufferGroup, Device, DeviceBuffer } from "../devices/device.ts";
import { LimitError, OutOfMemoryError } from "../errors.ts";

/** The purpose of a buffer. `memory()` reports bytes for each. */
export type MemoryClass = "cells" | "owned" | "slots" | "inputs" | "arena" | "pages";

const CLASSES: readonly MemoryClass[] = ["cells", "owned", "slots", "inputs", "arena", "pages"];

/** Rounds a size up, in eight steps for each power of two, so that freed buffers can be reused. */
export function roundedSize(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** Freed bytes that are kept for reuse, in addition to the peak of bytes in use. */
const SPARE_BYTES = 2 ** 26;

/** All buffers of one device: bytes in use by purpose, and freed buffers, kept for reuse. */
export class Pool {
  readonly bytes: Record<MemoryClass, number> = {
    cells: 0,
    owned: 0,
    slots: 0,
    inputs: 0,
    arena: 0,
    pages: 0,
  };
  buffers = 0;
  freeBytes = 0;
  peakBytes = 0;
  created = 0;
  budget: number;
  /** Whether this flush may exceed the budget: no other flush did since the last await. */
  private mayCross = true;
  private awaited = true;
  private readonly device: Device;
  /** Freed buffers by size and group, least recently freed first. */
  private readonly free = new Map<string, DeviceBuffer[]>();

  /** Frees memory that only saves time; false if there is none. */
  private readonly reclaim: () => boolean;

  constructor(device: Device, budget: number, reclaim: () => boolean) {
    this.device = device;
    this.budget = budget;
    this.reclaim = reclaim;
  }

  get liveBytes(): number {
    let sum = 0;
    for (const name of CLASSES) sum += this.bytes[name];
    return sum;
  }

  take(
    bytes: number,
    owner: MemoryClass,
    group: BufferGroup | null = owner === "cells" ? "cells" : null,
  ): DeviceBuffer {
    if (bytes > this.device.maxBufferBytes) {
      throw new LimitError(
        `a buffer of ${bytes} bytes exceeds the device's maxBufferSize of ${this.device.maxBufferBytes}` +
          "\n  hint: split the tensor, or use smaller batches",
      );
    }
    const size = roundedSize(bytes);
    this.charge(size);
    const found = this.free.get(`${size} ${group}`)?.pop();
    if (found !== undefined) this.freeBytes -= size;
    const buffer = found ?? this.create(size, group);
    this.bytes[owner] += size;
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
    return buffer;
  }

  /** Creates a buffer. If there is no memory for it, frees memory that only saves time first. */
  private create(size: number, group: BufferGroup | null): DeviceBuffer {
    const make = (): DeviceBuffer => {
      const buffer = this.device.createBuffer(size, group);
      this.buffers++;
      this.created++;
      return buffer;
    };
    try {
      return make();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    }
    while (this.reclaim());
    this.trim();
    return make();
  }

  give(buffer: DeviceBuffer, owner: MemoryClass): void {
    this.bytes[owner] -= buffer.bytes;
    if (buffer.fault || this.liveBytes + this.freeBytes + buffer.bytes > this.budget) {
      this.device.destroyBuffer(buffer);
      this.buffers--;
      return;
    }
    const key = `${buffer.bytes} ${buffer.group ?? null}`;
    const list = this.free.get(key) ?? [];
    list.push(buffer);
    this.free.delete(key);
    this.free.set(key, list);
    this.freeBytes += buffer.bytes;
    if (this.freeBytes > this.peakBytes + SPARE_BYTES) this.shrink();
  }

  /** Destroys half of the freed bytes, least recently freed first. */
  private shrink(): void {
    const most = this.freeBytes / 2;
    for (const [key, list] of this.free) {
      while (this.freeBytes > most && list.length > 0) this.destroy(list.pop() as DeviceBuffer);
      if (list.length === 0) this.free.delete(key);
    }
  }

  private destroy(buffer: DeviceBuffer): void {
    this.device.destroyBuffer(buffer);
    this.buffers--;
    this.freeBytes -= buffer.bytes;
  }

  /** Changes the purpose of a buffer. */
  transfer(buffer: DeviceBuffer, from: MemoryClass, to: MemoryClass): void {
    this.bytes[from] -= buffer.bytes;
    this.bytes[to] += buffer.bytes;
  }

  get overBudget(): boolean {
    return this.liveBytes > this.budget;
  }

  /** Begins a flush. It may exceed the budget if there was an await since the flush before. */
  beginFlush(): void {
    this.mayCross = this.awaited || !this.overBudget;
    this.awaited = false;
  }

  /** Notes an await of the program, after which buffers can move to the host. */
  noteAwait(): void {
    this.awaited = true;
  }

  private charge(bytes: number): void {
    if (this.liveBytes + this.freeBytes + bytes <= this.budget) return;
    this.trim();
    while (this.liveBytes + bytes > this.budget && this.reclaim());
    this.trim();
    if (this.liveBytes + bytes > this.budget && !this.mayCross) {
      throw new OutOfMemoryError(
        `the byte budget of ${this.budget} is spent, and code without an await needs ${bytes} more${this.describe()}` +
          "\n  hint: await a read now and then (buffers then move to the host), dispose() tensors, or raise init({ budget })",
      );
    }
  }

  /** Bytes in use by purpose, for messages. */
  describe(): string {
    return CLASSES.filter((name) => this.bytes[name] > 0)
      .sort((a, b) => this.bytes[b] - this.bytes[a])
      .map((name) => `\n  ${name}: ${this.bytes[name]} bytes`)
      .join("");
  }

  /** Destroys the freed buffers. */
  trim(): void {
    for (const list of this.free.values()) for (const buffer of list) this.destroy(buffer);
    this.free.clear();
  }
}

/**
 * Buffers for temporaries, which all plans share. A buffer is freed with the last plan that uses
 * it.
 */
export class Arena {
  private readonly pool: Pool;
  /** The number of plans that use each buffer. */
  private readonly users = new Map<DeviceBuffer, number>();

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Begins the lease of a new plan, to which every buffer is free. */
  lease(): ArenaLease {
    return new ArenaLease(this, [...this.users.keys()]);
  }

  has(buffer: DeviceBuffer): boolean {
    return this.users.has(buffer);
  }

  make(bytes: number, group: BufferGroup | null): DeviceBuffer {
    const buffer = this.pool.take(bytes, "arena", group);
    this.users.set(buffer, 0);
    return buffer;
  }

  /** Counts a plan that begins (1) or stops (-1) to use the buffer. */
  count(buffer: DeviceBuffer, by: 1 | -1): void {
    const users = this.users.get(buffer);
    if (users === undefined) return;
    this.users.set(buffer, users + by);
    if (users + by === 0) this.drop(buffer);
  }

  /** Drops buffers whose allocation failed. */
  purge(): void {
    for (const buffer of [...this.users.keys()]) if (buffer.fault) this.drop(buffer);
  }

  private drop(buffer: DeviceBuffer): void {
    this.users.delete(buffer);
    this.pool.give(buffer, "arena");
  }
}

/** The buffers of the arena that one plan uses. It takes and gives them in the order of kernels. */
export class ArenaLease {
  /** Bytes that it uses of its buffers, each buffer counted once. */
  peakBytes = 0;
  /** The most bytes in use at once, which no other assignment of buffers could go below. */
  liveBytes = 0;
  private live = 0;
  /** For each buffer, the bytes of the last request and of the largest one. */
  private readonly asked = new Map<DeviceBuffer, { now: number; most: number }>();
  private readonly arena: Arena;
  private readonly free: DeviceBuffer[];

  constructor(arena: Arena, free: DeviceBuffer[]) {
    this.arena = arena;
    this.free = free;
  }

  take(bytes: number, group: BufferGroup | null = null): DeviceBuffer {
    const buffer = this.find(bytes, group);
    if (!this.asked.has(buffer)) this.arena.count(buffer, 1);
    const most = this.asked.get(buffer)?.most ?? 0;
    this.peakBytes += Math.max(0, bytes - most);
    this.asked.set(buffer, { now: bytes, most: Math.max(most, bytes) });
    this.live += bytes;
    this.liveBytes = Math.max(this.liveBytes, this.live);
    return buffer;
  }

  private find(bytes: number, group: BufferGroup | null): DeviceBuffer {
    let best = -1;
    for (let i = 0; i < this.free.length; i++) {
      const buffer = this.free[i] as DeviceBuffer;
      const { bytes: size, group: own = null } = buffer;
      if (
        own === group &&
        size >= bytes &&
        (best < 0 || size < (this.free[best] as DeviceBuffer).bytes) &&
        this.arena.has(buffer) // plans may be evicted while this one is made
      )
        best = i;
    }
    if (best >= 0) return this.free.splice(best, 1)[0] as DeviceBuffer;
    return this.arena.make(bytes, group);
  }

  give(buffer: DeviceBuffer): void {
    this.live -= this.asked.get(buffer)?.now ?? 0;
    this.free.push(buffer);
  }

  /** Ends the lease, because the plan is dropped. */
  end(): void {
    for (const buffer of this.asked.keys()) this.arena.count(buffer, -1);
    this.asked.clear();
  }
}
