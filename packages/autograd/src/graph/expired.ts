import { ExpiredError } from "../errors.ts";
import type { Node } from "./node.ts";

/** The error of a call that needs a value which is neither stored nor computable. */
export function expired(call: string, node: Node): Error {
  if (node.expiredBy instanceof Error) return node.expiredBy;
  const cause = node.expiredBy || "a source was overwritten or disposed";
  return new ExpiredError(
    `${call}: the value of '${node.op.name}' [${node.shape.join(", ")}] is gone: ${cause}` +
      "\n  hint: keep() or clone() it before the source changes, or compute it again",
  );
}
