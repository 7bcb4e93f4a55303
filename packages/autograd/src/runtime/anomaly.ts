import { isFloating, type TypedArray } from "../dtype.ts";
import { AnomalyError } from "../errors.ts";
import { context } from "../graph/context.ts";
import type { Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { checkCall } from "../signature.ts";

/**
 * Finds the first operation whose result has a NaN or an infinity, by checking every operation. The
 * next read throws AnomalyError. It is slow.
 */
export function setDetectAnomaly(enabled: boolean): void {
  checkCall("setDetectAnomaly(enabled: boolean)", arguments);
  context.anomaly = enabled;
}

/** The site that records an operation: the module's path and the user's line. */
export function callSite(): string {
  const path = context.modulePath.length > 0 ? `\n  in: ${context.modulePath.join(".")}` : "";
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  const outside = lines.find((line) => !/[/\\](autograd|nn|optim)[/\\](src|dist)[/\\]/.test(line));
  return `${path}${outside === undefined ? "" : `\n  ${outside.trim()}`}`;
}

/** Whether the results of this node are checked. */
export const inspected = (node: Node): boolean => isFloating(node.dtype) && !isFree(node);

/** Values with NaN or infinity. Nodes that are computed from them are not to blame. */
const tainted = new WeakSet<Node>();

/** The error for the first node with a NaN or infinity that none of its operands had. */
export function culprit(
  nodes: readonly Node[],
  operands: ReadonlyMap<Node, readonly Node[]>,
  values: readonly TypedArray[],
): AnomalyError | null {
  let found: AnomalyError | null = null;
  nodes.forEach((node, i) => {
    const bad = (values[i] as TypedArray).find((value) => !Number.isFinite(value));
    if (bad === undefined) return;
    tainted.add(node);
    const inherited = (operands.get(node) ?? []).some(
      (input) => tainted.has(input) || hasBadConstant(input),
    );
    if (inherited || found !== null) return;
    const what = Number.isNaN(bad) ? "NaN" : bad > 0 ? "infinity" : "-infinity";
    found = new AnomalyError(
      `anomaly: '${node.op.name}' [${node.shape.join(", ")}] is the first to make ${what}${node.site}` +
        "\n  hint: its operands were finite; look at their range (log of 0, division by 0, exp of a large number)",
    );
  });
  return found;
}

/** Whether the node is a constant or host value that is not finite. */
function hasBadConstant(node: Node): boolean {
  if (isFree(node)) return node.scalars.some((value) => !Number.isFinite(value));
  const host = node.storage?.host;
  return host?.some((value) => !Number.isFinite(value)) ?? false;
}
