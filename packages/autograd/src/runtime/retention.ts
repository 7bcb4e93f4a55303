import { arrayType } from "../dtype.ts";
import { COMPUTED, DROPPED, EXPIRED, hostStorage, type Node } from "../graph/node.ts";

const NONE: readonly never[] = [];

/** The value is final: nothing will compute it again, so the recipe goes. */
export function settle(node: Node): void {
  node.state = COMPUTED;
  node.inputs = NONE;
  node.views = NONE;
}

/** The value is not stored; the recipe stays unless one of its sources is gone. */
export function drop(node: Node): void {
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

/** The value of an empty tensor needs no device. */
export const emptyStorage = (node: Node): ReturnType<typeof hostStorage> =>
  hostStorage(new (arrayType(node.dtype))(0));
