import type { Device, DeviceBuffer, Read } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import { hostStorage, type Node, type Storage } from "../graph/node.ts";
import type { Pages } from "./pages.ts";
import type { Plan } from "./plan.ts";
import type { Queue } from "./queue.ts";
import { settle } from "./retention.ts";
import type { Spill } from "./spill.ts";

const NONE: readonly never[] = [];

/** What reads need of the stream's memory. */
interface Memory {
  /** Frees a value on the device, because it is on the host. */
  free(node: Node): void;
  /** Moves buffers to the host if the budget is exceeded. */
  relieve(): Promise<void> | undefined;
}

/** Reads values back. They then stay on the host. */
export class Reads {
  private readonly queue: Queue;
  private readonly scalars: Pages;
  private readonly spill: Spill;
  private readonly memory: Memory;
  private readonly arriving = new Map<Node, Promise<TypedArray>>();
  /** The functions that reject pending reads. */
  private readonly refusals = new Map<Node, (error: Error) => void>();
  /** The plan that computed a 0-d result, which is told if the result is read. */
  private readonly planOf = new WeakMap<Node, Plan>();

  constructor(queue: Queue, scalars: Pages, spill: Spill, memory: Memory) {
    this.queue = queue;
    this.scalars = scalars;
    this.spill = spill;
    this.memory = memory;
  }

  /** The pending read of a node, if any. Tells the node's plan that its 0-d results are read. */
  underWay(node: Node): Promise<TypedArray> | undefined {
    this.planOf.get(node)?.expectRead();
    return this.arriving.get(node);
  }

  /** Notes the plan that computed a 0-d result. */
  attribute(node: Node, plan: Plan): void {
    this.planOf.set(node, plan);
  }

  /**
   * Reads a value, and the other 0-d values of its page, so that several losses cost one submit.
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

  /** Registers the values that the last submit reads. */
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
      arrived.catch(() => {}); // a rejection that nobody awaits is not an unhandled one
      this.arriving.set(node, arrived);
    });
  }

  /** Rejects a pending read, because the value was not computed. Returns whether there was one. */
  refuse(node: Node, error: Error): boolean {
    const refuse = this.refusals.get(node);
    refuse?.(error);
    return refuse !== undefined;
  }

  /** Waits for all pending reads, those of full pages included. */
  async all(): Promise<void> {
    await Promise.allSettled([...this.arriving.values(), ...this.spill.underWay]);
  }

  /** Makes the host copy the value and frees the device copy, unless it is a cell's. */
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

/** A 0-d value, if the host has it or the device can read it synchronously; else null. */
export function numberNow(device: Device, { storage, dtype }: Node): number | null {
  if (storage === null) return null;
  if (storage.host !== null) return storage.host[0] as number;
  const from = storage.buffer as DeviceBuffer;
  const value = device.now?.({ from, fromByte: storage.offset, dtype, count: 1 });
  return value === undefined ? null : (value[0] as number);
}
