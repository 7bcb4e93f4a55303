import type { Node } from "../graph/node.ts";
import { isWhole } from "../graph/view.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { HOLD_NOTHING, type Trace } from "./trace.ts";

export interface FuseOptions {
  readonly fuse: boolean;
  /** Buffers a kernel may read, or store beside its own result. */
  readonly maxInputs: number;
}

/** Which kernel evaluates each node of a trace: the one that stores the node `groupOf` names. */
export interface Groups {
  readonly groupOf: readonly number[];
  /** Nodes made of numbers alone: evaluated wherever they are read, and never stored. */
  readonly constant: readonly boolean[];
  /** Nodes that a group stores beside its root. */
  readonly extras: ReadonlyMap<number, readonly number[]>;
}

/** What is known of a node's readers when, going backwards, it is reached. */
interface Readers {
  readonly groups: Set<number>;
  /** Every reader can evaluate the node at the place of the read, and none does so more often than once. */
  inlinable: boolean;
  /** Groups that read it element for element, each at its own place, and no other way. */
  readonly straight: Map<number, boolean>;
}

/**
 * Cuts a trace into groups, one kernel each. An elementwise node is evaluated inside the one group that reads it; if it must be
 * stored too, or later groups read it as well, the first group that reads it stores it beside its own result. A reduction or
 * product likewise joins the elementwise group that works on its result.
 */
export function fuse(trace: Trace, { fuse: enabled, maxInputs }: FuseOptions): Groups {
  const { order } = trace;
  const constant = constants(trace, enabled);
  const groupOf = order.map((_, i) => i);
  const extras = new Map<number, number[]>();
  if (!enabled) return { groupOf, constant, extras };
  const readers = order.map(
    (): Readers => ({ groups: new Set(), inlinable: true, straight: new Map() }),
  );
  const reads = new Map<number, Set<Node>>();
  /** Groups that work on the result of a reduction or product: what is elementwise in them is its epilogue. */
  const anchored = new Set<number>();
  const isConstant = (node: Node): boolean =>
    order[node.position] === node && constant[node.position] === true;

  const fits = (node: Node, group: number, stored: number): boolean => {
    const joined = new Set(reads.get(group));
    joined.delete(node);
    for (const input of node.inputs) if (!isConstant(input)) joined.add(input);
    const count = joined.size + (extras.get(group)?.length ?? 0) + stored;
    if (count > maxInputs && (stored > 0 || joined.size > (reads.get(group)?.size ?? 0)))
      return false;
    reads.set(group, joined);
    return true;
  };

  for (let i = order.length - 1; i >= 0; i--) {
    if (constant[i]) continue;
    const node = order[i] as Node;
    const { groups, inlinable, straight } = readers[i] as Readers;
    const elementwise = node.op.meaning.kind === "elementwise" && node.size > 0;
    const anchor = !elementwise && takesEpilogue(node);
    if ((elementwise || anchor) && groups.size > 0) {
      const first = Math.min(...groups);
      const root = order[first] as Node;
      const stored = trace.holdOf(i) !== HOLD_NOTHING || groups.size > 1;
      if (elementwise && !stored) {
        if (inlinable && fits(node, first, 0)) groupOf[i] = first;
      } else if (
        root.op.meaning.kind === "elementwise" &&
        straight.get(first) === true &&
        (anchor ? root.size === node.size : sameShape(root.shape, node.shape)) &&
        !(anchor && (anchored.has(first) || root.dtype === "u8")) &&
        fits(node, first, stored ? 1 : 0)
      ) {
        groupOf[i] = first;
        if (anchor) anchored.add(first);
        if (stored) extras.set(first, [...(extras.get(first) ?? []), i]);
      }
    }
    const own = groupOf[i] as number;
    if (own === i) reads.set(i, new Set(node.inputs.filter((input) => !isConstant(input))));
    const inPlace = straight.get(own) === true && sameShape((order[own] as Node).shape, node.shape);
    noteReads(trace, i, own, readers, own === i || inPlace);
  }
  return { groupOf, constant, extras };
}

/** Tells a node's operands who reads them, and how. `placed`: the node is evaluated at its group's own places. */
function noteReads(
  trace: Trace,
  i: number,
  own: number,
  readers: readonly Readers[],
  placed: boolean,
): void {
  const node = trace.order[i] as Node;
  const { kind } = node.op.meaning;
  node.inputs.forEach((input, j) => {
    if (trace.sourceOf(i, j) >= 0) return;
    const view = node.views[j] ?? null;
    const known = readers[input.position] as Readers;
    const repeats = view !== null && sizeOf(view.shape) > input.size;
    known.groups.add(own);
    if (repeats || (kind !== "elementwise" && kind !== "reduce")) known.inlinable = false;
    const whole = view === null || isWhole(view, input.size);
    const straight = kind === "elementwise" && whole && placed;
    known.straight.set(own, straight && known.straight.get(own) !== false);
  });
}

/** A reduction or product whose kernel can go on with elementwise work on its result. */
function takesEpilogue({ op, size, dtype }: Node): boolean {
  const { meaning } = op;
  const reduces = meaning.kind === "reduce" && !meaning.combine.startsWith("arg");
  return (reduces || meaning.kind === "contract") && size > 0 && dtype !== "u8";
}

/** Elementwise nodes whose operands are all constants, and those without operands. */
function constants(trace: Trace, fold: boolean): boolean[] {
  const constant: boolean[] = [];
  // a kernel in its author's words reads buffers
  const stored = new Set<Node>();
  for (const { op, inputs } of trace.order) {
    if (op.meaning.kind === "custom") for (const input of inputs) stored.add(input);
  }
  trace.order.forEach((node, i) => {
    constant[i] =
      node.op.meaning.kind === "elementwise" &&
      !stored.has(node) &&
      trace.holdOf(i) === HOLD_NOTHING &&
      (fold || node.inputs.length === 0) &&
      node.inputs.every(
        (input, j) => trace.sourceOf(i, j) < 0 && constant[input.position] === true,
      );
  });
  return constant;
}
