import type { Wanted } from "../compile/trace.ts";
import type { Device, Read } from "../devices/device.ts";
import type { TypedArray } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { Output, Plan } from "./plan.ts";
import type { Queue } from "./queue.ts";

/** A value, and the memory on the host that it is copied into. */
export interface Delivery {
  readonly node: Node;
  readonly into: TypedArray;
}

/** Values of one flush that are copied to the host, group by group. */
export class Deliveries implements Wanted {
  readonly groups: number;
  readonly groupsOf: Map<Node, number[]> = new Map();
  /** Resolves for each group when its values are there; null before the flush. */
  readonly arrivals: (Promise<void> | null)[];
  private readonly lists: readonly (readonly Delivery[])[];
  private readonly tell: (group: number) => void;

  /** `tell` is called when a group is there: before the rest is computed, where that can be. */
  constructor(lists: readonly (readonly Delivery[])[], tell: (group: number) => void) {
    this.groups = lists.length;
    this.lists = lists;
    this.tell = tell;
    this.arrivals = lists.map(() => null);
    for (const [group, list] of lists.entries()) {
      for (const { node } of list) {
        const groups = this.groupsOf.get(node) ?? [];
        if (!groups.includes(group)) groups.push(group);
        this.groupsOf.set(node, groups);
      }
    }
  }

  get nodes(): readonly Node[] {
    return [...this.groupsOf.keys()];
  }

  /** How the values of a group are read from a plan. */
  readsOf(group: number, { outputs }: Plan): Read[] {
    return (this.lists[group] as readonly Delivery[]).map(({ node, into }): Read => {
      const output = outputs.find(({ position }) => position === node.position) as Output;
      return { from: output.buffer, fromByte: 0, dtype: node.dtype, count: node.size, into };
    });
  }

  /** The last submit brings this group: the first of `values`, which it takes. */
  expect(group: number, values: Promise<TypedArray>[], device: Device, queue: Queue): void {
    const list = this.lists[group] as readonly Delivery[];
    const serial = queue.submitted;
    const isThere = device.now !== undefined;
    if (isThere) this.tell(group);
    const arrival = Promise.all(values.splice(0, list.length)).then((arrived) => {
      queue.finish(serial);
      for (const [i, { into }] of list.entries())
        if (arrived[i] !== into) into.set(arrived[i] as TypedArray);
      if (!isThere) this.tell(group);
    });
    arrival.catch(() => {}); // whoever waits is told
    this.arrivals[group] = arrival;
  }
}
