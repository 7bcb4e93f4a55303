import type { Pass } from "../devices/passes.ts";
import { dimOf, isOnto, reducedDims } from "../graph/attributes.ts";
import type { Node } from "../graph/node.ts";
import { alongAxes, coversLines, isFoundByPlace, isPadding } from "../graph/region.ts";
import type { Level, RowSpace } from "../graph/row-space.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { HOLD_NOTHING, type Trace } from "./trace.ts";

/** A kernel in the making. */
export interface Group {
  readonly root: Node;
  /** The shape of the places that it works at: the root's, or that of the parts it assembles. */
  readonly shape: Shape;
  /** The buffers it reads: a stored node's position, or a source's index as -1 - index. */
  readonly reads: Set<number>;
  readonly extras: number[];
  /** The rows its reductions run over, once it has any. */
  rowSpace: RowSpace | null;
  /** Where members stand that are evaluated at the root's own places. */
  place: Level;
  /** It works on the result of a reduction or product that no other reduction can join. */
  closed: boolean;
  /** Shapes of the members that stand in the rowSpace. */
  readonly shapes: Shape[];
  /** Its place among the kernels: no group comes before one that it reads. */
  order: number;
  /** Evaluations of all members: one for each place at which a member is evaluated. */
  evaluations: number;
}

/**
 * The most evaluations in one kernel. Past it a value is stored, which bounds the shader's size.
 */
export const MOST_EVALUATIONS = 256;

/**
 * The most places at which a kernel evaluates a node, and loads that follow from one another. Past
 * these the node is stored.
 */
export const MOST_PLACES = 4;
export const MOST_NESTED = 16;

/** One read of a node: by which node, as which operand. */
export interface Read {
  readonly reader: number;
  readonly operand: number;
}

/**
 * Where its group evaluates a node: at the root's places, in the row space, or where it is read.
 */
export type Placement = "place" | Level | "inline";

/** A trace being cut into groups. */
export interface Grouping {
  readonly trace: Trace;
  /** Nodes whose elements are found one by one, at any place: elementwise ones and loads. */
  readonly local: readonly boolean[];
  readonly groupOf: number[];
  readonly groups: Map<number, Group>;
  readonly readsOf: readonly Read[][];
  readonly placement: Placement[];
  /** Buffers a kernel may read, or store beside its own result. */
  readonly maxInputs: number;
  /** The groups that evaluate a node: its own, or of padding those of its readers. */
  evaluatedIn(position: number): readonly number[];
}

/** Which kernel evaluates each node of a trace: the one that stores the node `groupOf` names. */
export interface Groups {
  readonly groupOf: readonly number[];
  /** The groups in an order in which none comes before what it reads. */
  readonly order: readonly number[];
  /** Nodes that are evaluated where they are read and never stored: constants and padding. */
  readonly anywhere: readonly boolean[];
  /** Nodes whose elements are found one by one, at any place: elementwise ones and loads. */
  readonly local: readonly boolean[];
  /** Nodes that a group stores beside its root. */
  readonly extras: ReadonlyMap<number, readonly number[]>;
  /** The rows that a group's reductions run over, where it has any. */
  readonly rowSpaces: ReadonlyMap<number, RowSpace>;
}

/** Bytes share words, which threads of different rows would write. */
export const storesBytes = ({ order }: Trace, { root, extras }: Group): boolean =>
  root.dtype === "u8" || extras.some((i) => (order[i] as Node).dtype === "u8");

/** The shape of all parts of an assembly, if they have one shape and no views; else null. */
export function partShape({ op, attrs, inputs, views, dtype }: Node): Shape | null {
  if (op.meaning.kind !== "assemble" || dtype === "u8") return null;
  const first = Number(isOnto(attrs));
  const shape = inputs[first]?.shape;
  const alike = inputs.every(
    (input, j) => j < first || (views[j] === null && sameShape(input.shape, shape as Shape)),
  );
  return shape !== undefined && alike ? shape : null;
}

/** Whether a load reads this operand at places of its own. */
export const looksUp = ({ op }: Node, operand: number): boolean =>
  op.meaning.kind === "assemble" || (op.meaning.kind === "gather" && operand === 0);

/** Whether elements are found one by one, at any place. */
export function isLocal(node: Node, passes: ReadonlySet<Pass>): boolean {
  const { kind } = node.op.meaning;
  if (kind === "elementwise" || kind === "gather") return true;
  if (kind !== "assemble" || !passes.has("loads")) return false;
  const parts = node.inputs.map((input, j) => node.views[j]?.shape ?? input.shape);
  return isFoundByPlace(node.shape, node.attrs, parts);
}

/**
 * Finds padding that is never stored: readers look it up. Its views must keep to its axes, so that
 * bounds on coordinates decide.
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

/** A reduction, product or scatter whose kernel can go on with elementwise work on its result. */
export function isAnchor({ op, shape, dtype, attrs, inputs, views }: Node): boolean {
  const { meaning } = op;
  const reduces = meaning.kind === "reduce" && !meaning.combine.startsWith("arg");
  const index = views[1]?.shape ?? inputs[1]?.shape ?? [];
  const scatters = meaning.kind === "scatter" && coversLines(shape, index, dimOf(attrs));
  return (reduces || meaning.kind === "contract" || scatters) && dtype !== "u8";
}

/** Elementwise nodes whose operands are all constants, and those without operands. */
export function constants(trace: Trace, fold: boolean): boolean[] {
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

/**
 * The rows of a reduction, if a thread can take one each; null if they are too few and too long.
 */
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
