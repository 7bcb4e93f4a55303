import type { Device, DeviceBuffer, Read } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import { hostStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pages } from "./pages.ts";
import type { Plan } from "./plan.ts";
import type { Queue } from "./queue.ts";
import { settle } from "./retention.ts";
import type { Spill } from "./spill.ts";

const NONE: readonly never[] = [];

/** What reading does to the memory of the device. */
interface Memory {
  /** The value is on the host now. */
  free(node: Node): void;
  /** An await of ours is also good for moving buffers out of a spent budget. */
  relieve(): Promise<void> | undefined;
}

/** Values on their way to the host, where they then live. */
export class Reads {
  private readonly queue: Queue;
  private readonly scalars: Pages;
  private readonly spill: Spill;
  private readonly memory: Memory;
  private readonly arriving = new Map<Node, Promise<TypedArray>>();
  /** What rejects a read that is under way. */
  private readonly refusals = new Map<Node, (error: Error) => void>();
  /** The plan that made a 0-d result: it learns whether its numbers are read. */
  private readonly planOf = new WeakMap<Node, Plan>();

  constructor(queue: Queue, scalars: Pages, spill: Spill, memory: Memory) {
    this.queue = queue;
    this.scalars = scalars;
    this.spill = spill;
    this.memory = memory;
  }

  /** A read of this node that is under way. A program's interest in its numbers is noted. */
  underWay(node: Node): Promise<TypedArray> | undefined {
    this.planOf.get(node)?.expectRead();
    return this.arriving.get(node);
  }

  /** A plan made this 0-d result. */
  attribute(node: Node, plan: Plan): void {
    this.planOf.set(node, plan);
  }

  /**
   * Reads a value from the device, with the other numbers of its page: several losses cost one
   * submit.
   */
  fetch(node: Node): Promise<TypedArray> {
    const page = (node.storage as Storage).buffer as object;
    const nodes = this.scalars.has(page) ? this.scalars.residents(page) : [node];
    const unread = nodes.filter((other) => !this.arriving.has(other));
    const reads = unread.map(readOf);
    const values = this.queue.submit({
      program: null,
      params: NONE,
      before: NONE,
      after: NONE,
      reads,
    });
    this.expect(unread, values);
    return this.arriving.get(node) as Promise<TypedArray>;
  }

  /** The last submit brings these values. */
  expect(nodes: readonly Node[], values: readonly Promise<TypedArray>[]): void {
    const serial = this.queue.submitted;
    nodes.forEach((node, i) => {
      const arrived = new Promise<TypedArray>((resolve, reject) => {
        const end = (): boolean => {
          if (this.refusals.get(node) !== refuse) return false;
          this.refusals.delete(node);
          this.arriving.delete(node);
          return true;
        };
        const refuse = (error: Error): void => {
          if (end()) reject(error);
        };
        this.refusals.set(node, refuse);
        (values[i] as Promise<TypedArray>)
          .then(async (host) => {
            this.queue.finish(serial);
            if (!end()) return;
            this.land(node, host);
            await this.memory.relieve();
            resolve(host);
          }, refuse)
          .catch(reject);
      });
      arrived.catch(() => {}); // whoever asked is told; nobody may have asked yet
      this.arriving.set(node, arrived);
    });
  }

  /**
   * Rejects a read that is under way: the value was not computed. Returns whether there was one.
   */
  refuse(node: Node, error: Error): boolean {
    const refuse = this.refusals.get(node);
    refuse?.(error);
    return refuse !== undefined;
  }

  /** Waits for every value under way, full pages included. */
  async all(): Promise<void> {
    await Promise.allSettled([...this.arriving.values(), ...this.spill.underWay]);
  }

  /** The host copy becomes the value; the device copy goes, unless it is a cell's. */
  private land(node: Node, host: TypedArray): void {
    const { storage } = node;
    if (storage === null || storage.holder === "cell" || storage.host !== null) return;
    this.memory.free(node);
    node.storage = hostStorage(host);
    settle(node);
  }
}

const readOf = ({ storage, dtype, size }: Node): Read => {
  const { buffer, offset } = storage as Storage;
  return { from: buffer as DeviceBuffer, fromByte: offset, dtype, count: size };
};

/** A number at once, where the host or the device has it already; else null. */
export function numberNow(device: Device, { storage, dtype }: Node): number | null {
  if (storage === null) return null;
  if (storage.host !== null) return storage.host[0] as number;
  const from = storage.buffer as DeviceBuffer;
  const value = device.now?.({ from, fromByte: storage.offset, dtype, count: 1 });
  return value === undefined ? null : (value[0] as number);
}
