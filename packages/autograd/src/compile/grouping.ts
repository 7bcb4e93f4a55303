import type { Pass } from "../devices/passes.ts";
import { dimOf, isOnto, reducedDims } from "../graph/attributes.ts";
import type { Node } from "../graph/node.ts";
import { alongAxes, coversLines, isPadding, isReadByPlace } from "../graph/region.ts";
import type { Level, RowSpace } from "../graph/row-space.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { HOLD_NOTHING, type Trace } from "./trace.ts";

/** Nodes that one kernel will compute. */
export interface Group {
  readonly root: Node;
  /** The shape at whose places it evaluates: the root's, or that of the parts it assembles. */
  readonly shape: Shape;
  /** The buffers it reads: a stored node's position, or a source's index as -1 - index. */
  readonly reads: Set<number>;
  /** Positions of the nodes that it stores beside its root. */
  readonly extras: number[];
  /** The rows of its reductions; null if it has none. */
  rowSpace: RowSpace | null;
  /** The level of members that are evaluated at the root's places. */
  place: Level;
  /** Whether no reduction can join: it has a product, or a reduction that is no row reduction. */
  closed: boolean;
  /** Shapes of the members in the row space. */
  readonly shapes: Shape[];
  /** Position among the kernels. A group comes after all groups that it reads. */
  order: number;
  /** The sum, over its members, of the places at which each is evaluated. */
  evaluations: number;
}

/** The most evaluations in a kernel, which bounds the shader's size. Further nodes are stored. */
export const MOST_EVALUATIONS = 256;

/** The most places at which a kernel evaluates a node, and the longest chain of dependent loads. */
export const MOST_PLACES = 4;
export const MOST_NESTED = 16;

/** A read of a node: the reading node, and which of its operands. */
export interface Read {
  readonly reader: number;
  readonly operand: number;
}

/**
 * Where a group evaluates a node: at the root's places, at a level of rows, or where it is read.
 */
export type Placement = "place" | Level | "inline";

/** A trace that is being divided into groups. */
export interface Grouping {
  readonly trace: Trace;
  /** Whether a node is elementwise or a gather, so that it can be evaluated at any place. */
  readonly local: readonly boolean[];
  readonly groupOf: number[];
  readonly groups: Map<number, Group>;
  readonly readsOf: readonly Read[][];
  readonly placement: Placement[];
  /** The most inputs and further outputs of a kernel, without its own result. */
  readonly maxInputs: number;
  /** The groups that evaluate a node: its own, or for padding those of its readers. */
  evaluatedIn(position: number): readonly number[];
}

/** A trace divided into groups. A group is named by the position of its root. */
export interface Groups {
  readonly groupOf: readonly number[];
  /** The groups in an order in which they can run. */
  readonly order: readonly number[];
  /** Whether a node is never stored but evaluated where it is read: constants and padding. */
  readonly anywhere: readonly boolean[];
  /** Whether a node is elementwise or a gather, so that it can be evaluated at any place. */
  readonly local: readonly boolean[];
  /** Positions of the nodes that a group stores beside its root. */
  readonly extras: ReadonlyMap<number, readonly number[]>;
  /** The rows of a group's reductions. */
  readonly rowSpaces: ReadonlyMap<number, RowSpace>;
}

/**
 * Whether a group stores u8. Four bytes share a word, which threads of several rows would write.
 */
export const storesBytes = ({ order }: Trace, { root, extras }: Group): boolean =>
  root.dtype === "u8" || extras.some((i) => (order[i] as Node).dtype === "u8");

/** The shape of all parts of an assemble node, if they have one shape and no views; else null. */
export function partShape({ op, attrs, inputs, views, dtype }: Node): Shape | null {
  if (op.meaning.kind !== "assemble" || dtype === "u8") return null;
  const first = Number(isOnto(attrs));
  const shape = inputs[first]?.shape;
  const alike = inputs.every(
    (input, j) => j < first || (views[j] === null && sameShape(input.shape, shape as Shape)),
  );
  return shape !== undefined && alike ? shape : null;
}

/** Whether a gather or assemble node reads this operand at other places than its own. */
export const looksUp = ({ op }: Node, operand: number): boolean =>
  op.meaning.kind === "assemble" || (op.meaning.kind === "gather" && operand === 0);

/** Whether a node's elements can be evaluated one by one, at any place. */
export function isLocal(node: Node, passes: ReadonlySet<Pass>): boolean {
  const { kind } = node.op.meaning;
  if (kind === "elementwise" || kind === "gather") return true;
  if (kind !== "assemble" || !passes.has("loads")) return false;
  const parts = node.inputs.map((input, j) => node.views[j]?.shape ?? input.shape);
  return isReadByPlace(node.shape, node.attrs, parts);
}

/**
 * Finds padding that is never stored, because its readers evaluate it. Their views must follow its
 * axes, so that bounds on coordinates suffice.
 */
export function paddings(
  trace: Trace,
  local: readonly boolean[],
  constant: readonly boolean[],
): boolean[] {
  const { order } = trace;
  const found = order.map(({ op, attrs, inputs }, i) => {
    const [part] = inputs as readonly [Node];
    const stored = () => trace.sourceOf(i, 0) >= 0 || constant[part.position] !== true;
    const padding = isPadding(op, attrs, inputs.length) && local[i] === true;
    return padding && trace.holdOf(i) === HOLD_NOTHING && stored();
  });
  order.forEach(({ op, inputs, views }, i) => {
    const { kind } = op.meaning;
    const bounds = kind === "contract" || kind === "elementwise" || kind === "reduce";
    inputs.forEach((input, j) => {
      const at = input.position;
      if (trace.sourceOf(i, j) >= 0 || found[at] !== true) return;
      const view = views[j] ?? null;
      found[at] = bounds && view !== null && alongAxes(view, input.shape) !== null;
    });
  });
  return found;
}

/** Whether a node is a reduction, product or scatter whose kernel can have an epilogue. */
export function isAnchor({ op, shape, dtype, attrs, inputs, views }: Node): boolean {
  const { meaning } = op;
  const reduces = meaning.kind === "reduce" && !meaning.combine.startsWith("arg");
  const index = views[1]?.shape ?? inputs[1]?.shape ?? [];
  const scatters = meaning.kind === "scatter" && coversLines(shape, index, dimOf(attrs));
  return (reduces || meaning.kind === "contract" || scatters) && dtype !== "u8";
}

/** Finds constants: elementwise nodes without operands, or (`fold`) with constant operands only. */
export function constants(trace: Trace, fold: boolean): boolean[] {
  const constant: boolean[] = [];
  // custom kernels read buffers, so their operands must be stored
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

/** The rows of a reduction, if a thread can take a row each; null if they are few and long. */
export function rowSpaceOf({ op, inputs, views, attrs, dtype }: Node): RowSpace | null {
  const { meaning } = op;
  if (meaning.kind !== "reduce" || dtype === "u8") return null;
  const shape = views[0]?.shape ?? (inputs[0] as Node).shape;
  const cut = shape.length - reducedDims(attrs);
  const rows = sizeOf(shape.slice(0, cut));
  const length = sizeOf(shape.slice(cut));
  if (length < 2) return null;
  const suits = length <= 1024 || rows >= 1024 || (rows >= 32 && length <= 8192);
  return suits ? { rows, length } : null;
}
