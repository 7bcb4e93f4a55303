import { arrayType } from "../dtype.ts";
import { COMPUTED, DROPPED, EXPIRED, hostStorage, type Node } from "../graph/node.ts";

const NONE: readonly never[] = [];

/** Marks a value as final. It will not be computed again, so its recipe is dropped. */
export function settle(node: Node): void {
  node.state = COMPUTED;
  node.inputs = NONE;
  node.views = NONE;
}

/** Drops a value. Its recipe stays unless one of its sources has expired. */
export function drop(node: Node): void {
  node.storage = null;
  node.state = DROPPED;
  expireIfSpent(node);
}

/** Marks a value as lost: neither stored nor computable. `cause` is for messages. */
export function expire(node: Node, cause: string | Error): void {
  node.storage = null;
  node.state = EXPIRED;
  node.inputs = NONE;
  node.views = NONE;
  if (node.expiredBy === "") node.expiredBy = cause;
}

/** Expires a dropped node if one of its sources has expired, so that its recipe can never run. */
export function expireIfSpent(node: Node): void {
  if (node.state !== DROPPED) return;
  for (const input of node.inputs) {
    if (input.state === EXPIRED) {
      expire(node, input.expiredBy);
      return;
    }
  }
}

/** The storage of an empty tensor, which needs no device. */
export const emptyStorage = (node: Node): ReturnType<typeof hostStorage> =>
  hostStorage(new (arrayType(node.dtype))(0));
