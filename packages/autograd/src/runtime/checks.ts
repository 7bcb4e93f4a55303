import type { TypedArray } from "../dtype.ts";
import { context } from "../graph/context.ts";
import type { Node } from "../graph/node.ts";
import { culprit, inspected } from "./anomaly.ts";

/** Nodes that anomaly mode checks after a run, with the operands they had before it. */
type Suspects = ReadonlyMap<Node, readonly Node[]>;

/** Checks of results that run in the background. The next read waits for them and throws errors. */
export class Checks {
  private waiting: Promise<void> = Promise.resolve();

  expect(check: () => Promise<void>): void {
    this.waiting = this.waiting.then(check);
    this.waiting.catch(() => {});
  }

  /** Waits for the checks so far. Throws, once, the error that they found. */
  async done(): Promise<void> {
    const { waiting } = this;
    try {
      await waiting;
    } finally {
      if (this.waiting === waiting) this.waiting = Promise.resolve();
    }
  }

  suspects(order: readonly Node[]): Suspects {
    const chosen = context.anomaly ? order.filter(inspected) : [];
    return new Map(chosen.map((node) => [node, node.inputs]));
  }

  /** In anomaly mode: reads every result, and fails if one is not finite. */
  inspect(suspects: Suspects, read: (node: Node) => Promise<TypedArray>): void {
    if (suspects.size === 0) return;
    const nodes = [...suspects.keys()].filter((node) => node.storage !== null);
    const values = nodes.map(read);
    this.expect(async () => {
      const error = culprit(nodes, suspects, await Promise.all(values));
      if (error !== null) throw error;
    });
  }
}
