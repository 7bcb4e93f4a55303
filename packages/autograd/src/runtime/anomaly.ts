import { isFloating, type TypedArray } from "../dtype.ts";
import { AnomalyError } from "../errors.ts";
import { context } from "../graph/context.ts";
import type { Node } from "../graph/node.ts";
import { isFree } from "../graph/op.ts";
import { checkCall } from "../signature.ts";

/**
 * Finds the first operation that makes a NaN or an infinity: runs and checks every operation by
 * itself. The next read throws AnomalyError. Slow.
 */
export function setDetectAnomaly(enabled: boolean): void {
  checkCall("setDetectAnomaly(enabled: boolean)", arguments);
  context.anomaly = enabled;
}

/** Where an operation was recorded: the module's path and the user's line. */
export function callSite(): string {
  const path = context.modulePath.length > 0 ? `\n  in: ${context.modulePath.join(".")}` : "";
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  const outside = lines.find((line) => !/[/\\](autograd|nn|optim)[/\\](src|dist)[/\\]/.test(line));
  return `${path}${outside === undefined ? "" : `\n  ${outside.trim()}`}`;
}

/** Whether the results of this node are looked at. */
export const inspected = (node: Node): boolean => isFloating(node.dtype) && !isFree(node);

/** Values known to be bad: what is computed from them is no culprit. */
const tainted = new WeakSet<Node>();

/** The first node with a NaN or infinity that no operand of its had. */
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

/** A constant or host value that was not finite to begin with. */
function hasBadConstant(node: Node): boolean {
  if (isFree(node)) return node.scalars.some((value) => !Number.isFinite(value));
  const host = node.storage?.host;
  return host?.some((value) => !Number.isFinite(value)) ?? false;
}
