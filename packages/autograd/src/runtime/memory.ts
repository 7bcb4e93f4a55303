import type { BufferGroup, Device, DeviceBuffer } from "../devices/device.ts";
import { LimitError, OutOfMemoryError } from "../errors.ts";

/** What a buffer is for; `memory()` reports bytes by it. */
export type MemoryClass = "cells" | "owned" | "slots" | "inputs" | "arena" | "pages";

const CLASSES: readonly MemoryClass[] = ["cells", "owned", "slots", "inputs", "arena", "pages"];

/** Sizes are rounded up to eight steps a power of two, so that freed buffers find a second use. */
export function roundedSize(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** Freed bytes that are kept for reuse beside as many as were in use at once. */
const SPARE_BYTES = 2 ** 26;

/** All buffers of one device: who holds how many bytes, and the freed ones, kept for reuse. */
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
  /** Whether this flush may cross the budget: nothing else did since the last await of ours. */
  private mayCross = true;
  private awaited = true;
  private readonly device: Device;
  /** By size and group; the kind that was freed last is last. */
  private readonly free = new Map<string, DeviceBuffer[]>();

  /** Gives back memory that is held only to save time; false if there is none. */
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
        `a buffer of ${bytes} bytes is past the device's maxBufferSize of ${this.device.maxBufferBytes}` +
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

  /** A new buffer; where there is no memory for it, what is held only to save time goes. */
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

  /** Destroys half of the freed buffers, those of kinds that were freed longest ago. */
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

  /** A buffer changes hands without being copied. */
  transfer(buffer: DeviceBuffer, from: MemoryClass, to: MemoryClass): void {
    this.bytes[from] -= buffer.bytes;
    this.bytes[to] += buffer.bytes;
  }

  get overBudget(): boolean {
    return this.liveBytes > this.budget;
  }

  /** A flush begins: it may cross the budget if an await of ours came since another did. */
  beginFlush(): void {
    this.mayCross = this.awaited || !this.overBudget;
    this.awaited = false;
  }

  /** An await of ours: buffers are about to move to the host. */
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
        `the byte budget of ${this.budget} is spent and synchronous code asks for ${bytes} more${this.describe()}` +
          "\n  hint: await a read now and then (buffers then move to the host), dispose() what is done with, or raise init({ budget })",
      );
    }
  }

  /** Bytes in use by what for, for messages. */
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
 * Buffers for temporaries, shared by all plans: the peak is the largest plan's. A buffer goes with
 * the last plan that uses it.
 */
export class Arena {
  private readonly pool: Pool;
  /** How many plans use a buffer. */
  private readonly users = new Map<DeviceBuffer, number>();

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Starts a plan: every buffer is free again. */
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

  /** A plan uses the buffer from now on, or no longer. */
  count(buffer: DeviceBuffer, by: 1 | -1): void {
    const users = this.users.get(buffer);
    if (users === undefined) return;
    this.users.set(buffer, users + by);
    if (users + by === 0) this.drop(buffer);
  }

  /** Lets go of buffers that have no memory behind them. */
  purge(): void {
    for (const buffer of [...this.users.keys()]) if (buffer.fault) this.drop(buffer);
  }

  private drop(buffer: DeviceBuffer): void {
    this.users.delete(buffer);
    this.pool.give(buffer, "arena");
  }
}

/** What one plan takes from the arena, in the order of its kernels. */
export class ArenaLease {
  /** Bytes that it uses of the buffers it has taken, each counted once. */
  peakBytes = 0;
  /** The most bytes it needed at once: what no placement in this order can go below. */
  liveBytes = 0;
  private live = 0;
  /** Of every buffer taken so far, the bytes asked for last, and the most asked for. */
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
        this.arena.has(buffer) // plans may go while this one is made
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

  /** The plan is gone. */
  end(): void {
    for (const buffer of this.asked.keys()) this.arena.count(buffer, -1);
    this.asked.clear();
  }
}
