import type { DType } from "../dtype.ts";
import type { Attributes } from "../graph/attributes.ts";
import { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import type { LaneSets } from "../graph/lanes.ts";
import type { Node } from "../graph/node.ts";
import { type Gradient, type GradientCall, isFree, type Op } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** A function of a gradient that may return another one. */
export type Hook = (gradient: Tensor) => Tensor | undefined;

/**
 * A tensor's gradient and hooks, which recording and writes do not change. It is also the end of
 * the
 * paths to a leaf.
 */
export class Leaf {
  readonly tensor: Handle;
  /** The accumulated gradient as users see it. Null after `zeroGrad()`. */
  grad: Tensor | null = null;
  /** Whether the user got that gradient, and may still hold it. */
  shown = false;
  /** The storage of the gradient, kept across `zeroGrad()` so that a step allocates none. */
  gradCell: Cell | null = null;
  hooks: Hook[] | null = null;
  /** Functions that are called with the tensor after its gradient has been accumulated. */
  after: ((tensor: Tensor) => void)[] | null = null;
  /** Whether an arriving gradient is accumulated: `requiresGrad`. */
  requires = false;
  /**
   * Whether `retainGrad()` was called: the gradient is kept though an operation made the tensor.
   */
  retains = false;
  readonly used = false;
  readonly broken = false;

  constructor(tensor: Handle) {
    this.tensor = tensor;
  }

  get shape(): Shape {
    return this.tensor.shape;
  }

  /** The tensor's cell. If it is persistent, so is its gradient. */
  get cell(): Cell {
    return this.tensor.cell;
  }
}

/** The gradient and hooks of a tensor, made at the first use. */
export function ownOf(handle: Handle): Leaf {
  handle.own ??= new Leaf(handle);
  return handle.own;
}

/** Makes the tensor a leaf: gradients that reach it end here, and are accumulated. */
export function beginAt(handle: Handle): void {
  const own = ownOf(handle);
  own.requires = true;
  handle.edge = own;
}

/** A value that a rule will read, and the cell that must not be written before it does. */
export interface Saved {
  /** Null if only PyTorch's rule would read it. */
  readonly node: Node | null;
  /** Null if users cannot write it. */
  readonly cell: Cell | null;
  readonly version: number;
}

/** The tensor's present value, to be read by a rule. A later write is an error. */
export const saved = ({ cell }: Handle): Saved => ({
  node: cell.node,
  cell,
  version: cell.version,
});

/** The tensor's present value, to be read by a rule. A later write is allowed. */
export const kept = ({ cell }: Handle): Saved => ({ node: cell.node, cell: null, version: 0 });

/** A tensor that only PyTorch's rule reads. A later write is an error here too. */
export const watched = ({ cell }: Handle): Saved => ({ node: null, cell, version: cell.version });

/** Values that no tensor has any more, but that a live tape reads. */
export const overwritten: WeakSet<Node> = new WeakSet();

let entries = 0;

/** The number of entries made so far. Earlier entries have a lower serial. */
export const entriesMade = (): number => entries;

const NONE: readonly never[] = [];

/** One operation on the tape: the edges to its operands, and its gradient rule. */
export class GradFn {
  readonly serial: number = entries++;
  readonly name: string;
  readonly edges: readonly (Edge | null)[];
  /** The shapes of the operands before broadcasting. Their gradients are summed back to these. */
  readonly shapes: readonly Shape[];
  readonly rule: (dy: Tensor, self: GradFn) => readonly (Tensor | null | false)[];
  /** The values that the rule will read. `Node.saved` counts them while the tape is live. */
  saved: readonly Saved[];
  hooks: Hook[] | null = null;
  /** Tensors with this entry that retain their gradient. */
  retainers: Leaf[] | null = null;
  /**
   * Whether a backward without `retainGraph` freed saved values of this entry, or of one that it
   * leads to.
   */
  used = false;
  /** After it was consumed: the leaves that it may have led to. */
  ends: ReadonlySet<Leaf> | null = null;
  /**
   * The lanes of each operand: its gradient is summed over all others. Null if no operand had
   * lanes.
   */
  lanes: LaneSets | null = null;

  constructor(
    name: string,
    edges: readonly (Edge | null)[],
    shapes: readonly Shape[],
    saved: readonly Saved[],
    rule: (dy: Tensor, self: GradFn) => readonly (Tensor | null | false)[],
  ) {
    this.name = name;
    this.edges = edges;
    this.shapes = shapes;
    this.saved = saved;
    this.rule = rule;
    for (const { node } of saved) if (node !== null) node.saved++;
  }

  /** Whether it leads only to consumed graphs. Entries on top of it must not keep it alive. */
  get broken(): boolean {
    if (this.used) return true;
    let ends = 0;
    for (const edge of this.edges) {
      if (edge?.used === false) return false;
      if (edge !== null) ends++;
    }
    return ends > 0;
  }

  /** Frees the values that the tape holds. Another backward through here throws. */
  consume(ends: ReadonlySet<Leaf> | null): void {
    this.used = true;
    this.ends = ends;
    for (const { node } of this.saved) {
      if (node === null) continue;
      node.saved--;
      if (node.saved === 0 && overwritten.delete(node)) node.stream.release(node);
    }
    this.saved = NONE;
    (this as { edges: readonly (Edge | null)[] }).edges = NONE;
    (this as { rule: unknown }).rule = null;
  }
}

/** Where a gradient goes next: an operation or a leaf. */
export type Edge = GradFn | Leaf;

/** The edge of gradients into a graph that was already consumed. */
export const DEAD: GradFn = new GradFn("consumed", [], [], [], () => []);
DEAD.used = true;

/** What a gradient is given. Getters of a class are faster to create than those of a literal. */
class Call implements GradientCall {
  readonly needs: readonly boolean[];
  readonly dtypes: readonly DType[];
  readonly shapes: readonly Shape[];
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
  private readonly views: readonly (View | null)[];
  private readonly result: Node | null;
  private readonly window: View | null;
  private readonly self: GradFn;

  constructor(
    result: Node | null,
    window: View | null,
    self: GradFn,
    needs: readonly boolean[],
    dtypes: readonly DType[],
    shapes: readonly Shape[],
    views: readonly (View | null)[],
    attrs: Attributes,
    scalars: readonly number[],
  ) {
    this.result = result;
    this.window = window;
    this.self = self;
    this.needs = needs;
    this.dtypes = dtypes;
    this.shapes = shapes;
    this.views = views;
    this.attrs = attrs;
    this.scalars = scalars;
  }

  get output(): Tensor {
    return savedHandle(this.result as Node, this.window, this.self);
  }

  /** A getter, so that gradients may destructure it. */
  get strides(): (operand: number) => readonly number[] {
    const { views, shapes } = this;
    return (i) => views[i]?.strides ?? contiguousStrides(shapes[i] as Shape);
  }
}

/** The tape entry of an op. Its rule gets operands and output as handles on the saved nodes. */
export function opGradFn(
  op: Op,
  operands: readonly Handle[],
  edges: readonly (Edge | null)[],
  output: Handle,
  { attrs, scalars }: Pick<Node, "attrs" | "scalars"> = output.cell.node,
): GradFn {
  const needs = edges.map((edge) => edge !== null);
  const saves = typeof op.saves === "function" ? op.saves(needs) : op.saves;
  const result = saves.includes("output") ? output.cell.node : null;
  const { window } = output;
  const inputs = operands.map(({ cell }, i) => (saves.includes(i) ? cell.node : null));
  const views = operands.map((operand) => operand.window);
  const shapes = operands.map((operand) => operand.shape);
  const dtypes = operands.map((operand) => operand.dtype);
  const rule = (dy: Tensor, self: GradFn): readonly (Tensor | null | false)[] => {
    const call = new Call(result, window, self, needs, dtypes, shapes, views, attrs, scalars);
    const values = inputs.map((input, i) =>
      input === null
        ? (undefined as never)
        : savedHandle(input, views[i] ?? null, edges[i] ?? null),
    );
    return (op.gradient as Gradient)(dy, values, call);
  };
  const values: Saved[] = [];
  for (const which of saves) {
    const from = which === "output" ? output : (operands[which] as Handle);
    // A constant that an operation made for itself can be made again.
    if (context.opDepth > 0 && isFree(from.cell.node)) continue;
    values.push(op.guards?.includes(which) === false ? kept(from) : saved(from));
  }
  return new GradFn(op.name, edges, shapes, values, rule);
}

/** A handle on a saved value, with its own place on the tape. */
export function savedHandle(node: Node, view: View | null, edge: Edge | null): Tensor {
  const handle = newHandle(new Cell(node), view);
  handle.edge = edge;
  return handle;
}
