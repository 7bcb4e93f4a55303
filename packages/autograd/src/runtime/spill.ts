import type { Device, DeviceBuffer } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Node, Storage } from "../graph/node.ts";

/**
 * Moves values to the host, in submits of their own. They stay in their buffers until they arrive.
 */
export class Spill {
  private readonly device: Device;
  /** Pending moves. */
  readonly underWay: Set<Promise<unknown>> = new Set();

  constructor(device: Device) {
    this.device = device;
  }

  /**
   * Reads values. Calls `landed` for each that is still in its buffer then, and `done` at the end.
   */
  start(
    nodes: readonly Node[],
    landed: (node: Node, host: TypedArray) => void,
    done: () => void = () => {},
  ): void {
    const storages = nodes.map((node) => node.storage as Storage);
    const reads = nodes.map(({ dtype, size }, i) => {
      const { buffer, offset } = storages[i] as Storage;
      return { from: buffer as DeviceBuffer, fromByte: offset, dtype, count: size };
    });
    const values = this.device.submit({ program: null, params: [], before: [], after: [], reads });
    const arrived = Promise.all(values).then(
      (hosts) => {
        this.underWay.delete(arrived);
        nodes.forEach((node, i) => {
          if (node.storage === storages[i]) landed(node, hosts[i] as TypedArray);
        });
        done();
      },
      () => void this.underWay.delete(arrived),
    );
    this.underWay.add(arrived);
  }
}
