import { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import type { LaneSets } from "../graph/lanes.ts";
import type { Node } from "../graph/node.ts";
import { type Gradient, type GradientCall, isFree, type Op } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export type Hook = (gradient: Tensor) => Tensor | undefined;

/**
 * A tensor's gradient and hooks. Recording and writes do not change them. It is also the end of the
 * paths to a leaf.
 */
export class Leaf {
  readonly tensor: Handle;
  /** The accumulated gradient as users see it; null after `zeroGrad()`. */
  grad: Tensor | null = null;
  /** The user was given that gradient, and may have it in hand. */
  shown = false;
  /** Storage of the gradient, kept across `zeroGrad()` so that a step allocates nothing. */
  gradCell: Cell | null = null;
  hooks: Hook[] | null = null;
  /** Called with the tensor when its gradient has been added up. */
  after: ((tensor: Tensor) => void)[] | null = null;
  /** Whether a gradient that arrives is kept: `requiresGrad`. */
  requires = false;
  /** `retainGrad()` was called: the gradient is kept though an operation made the tensor. */
  retains = false;
  readonly used = false;
  readonly broken = false;

  constructor(tensor: Handle) {
    this.tensor = tensor;
  }

  get shape(): Shape {
    return this.tensor.shape;
  }

  /** The tensor's storage: if that is persistent, its gradient's is too. */
  get cell(): Cell {
    return this.tensor.cell;
  }
}

/** What belongs to the tensor itself; made when it is first needed. */
export function ownOf(handle: Handle): Leaf {
  handle.own ??= new Leaf(handle);
  return handle.own;
}

/** Gradients that lead to the tensor end here, and are kept. */
export function beginAt(handle: Handle): void {
  const own = ownOf(handle);
  own.requires = true;
  handle.edge = own;
}

/** A value that a rule will read, and the cell that must not have been written to by then. */
export interface Saved {
  /** Null: the rule does without, but PyTorch's would read it. */
  readonly node: Node | null;
  /** Null: nothing that users can write. */
  readonly cell: Cell | null;
  readonly version: number;
}

/** The tensor's value of now, for a rule. */
export const saved = ({ cell }: Handle): Saved => ({
  node: cell.node,
  cell,
  version: cell.version,
});

/** A value that a rule will read whatever is written to the tensor. */
export const kept = ({ cell }: Handle): Saved => ({ node: cell.node, cell: null, version: 0 });

/** A tensor that no rule reads, but PyTorch's would: a write to it is an error here too. */
export const watched = ({ cell }: Handle): Saved => ({ node: null, cell, version: cell.version });

/** Values that no tensor names any more, but a live tape reads. */
export const overwritten: WeakSet<Node> = new WeakSet();

let entries = 0;

/** Entries made so far: those with a lower serial are older than what comes now. */
export const entriesMade = (): number => entries;

const NONE: readonly never[] = [];

/** One operation on the tape: the edges to its operands, and its gradient rule. */
export class GradFn {
  readonly serial: number = entries++;
  readonly name: string;
  readonly edges: readonly (Edge | null)[];
  /** Shapes of the operands before broadcasting, to which their gradients are summed back. */
  readonly shapes: readonly Shape[];
  readonly rule: (dy: Tensor, self: GradFn) => readonly (Tensor | null | false)[];
  /** Values that the rule will read; counted in `Node.saved` while the tape is live. */
  saved: readonly Saved[];
  hooks: Hook[] | null = null;
  /** Tensors with this place on the tape that keep their gradient. */
  retainers: Leaf[] | null = null;
  /** A backward without `retainGraph` freed saved values of this entry or of one it leads to. */
  used = false;
  /** Consumed: the leaves it led to, perhaps among others. */
  ends: ReadonlySet<Leaf> | null = null;
  /** The lanes of each operand: its gradient is summed over others. Null where none had any. */
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

  /** Leads into consumed graphs only: what is recorded on top of it must not keep it alive. */
  get broken(): boolean {
    if (this.used) return true;
    let ends = 0;
    for (const edge of this.edges) {
      if (edge?.used === false) return false;
      if (edge !== null) ends++;
    }
    return ends > 0;
  }

  /** Frees what the tape holds; a further backward through here is an error. */
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

export type Edge = GradFn | Leaf;

/** Where gradients into an already consumed graph would go. */
export const DEAD: GradFn = new GradFn("consumed", [], [], [], () => []);
DEAD.used = true;

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
    const call: GradientCall = {
      get output() {
        return savedHandle(result as Node, window, self);
      },
      needs,
      dtypes,
      shapes,
      strides: (i) => views[i]?.strides ?? contiguousStrides(shapes[i] as Shape),
      attrs,
      scalars,
    };
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
    // a number that an operation made for itself is made again
    if (context.opDepth > 0 && isFree(from.cell.node)) continue;
    values.push(op.guards?.includes(which) === false ? kept(from) : saved(from));
  }
  return new GradFn(op.name, edges, shapes, values, rule);
}

export function savedHandle(node: Node, view: View | null, edge: Edge | null): Tensor {
  const handle = newHandle(new Cell(node), view);
  handle.edge = edge;
  return handle;
}
