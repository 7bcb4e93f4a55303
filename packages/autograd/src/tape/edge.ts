import type { Cell } from "../graph/cell.ts";
import { Cell as CellClass } from "../graph/cell.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import type { Node } from "../graph/node.ts";
import type { Gradient, GradientCall, Op } from "../graph/op.ts";
import type { View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export type Hook = (gradient: Tensor) => Tensor | undefined;

/** The end of a path: a tensor that accumulates its gradient. */
export class Leaf {
  /** The accumulated gradient as users see it; null after `zeroGrad()`. */
  grad: Tensor | null = null;
  /** Storage of the gradient, kept across `zeroGrad()` so that a step allocates nothing. */
  gradCell: Cell | null = null;
  hooks: Hook[] | null = null;
  /** The tensor's own cell: if that is persistent, its gradient's is too. */
  readonly cell: Cell;
  readonly shape: Shape;
  readonly used = false;
  readonly broken = false;

  constructor(shape: Shape, cell: Cell) {
    this.shape = shape;
    this.cell = cell;
  }
}

let entries = 0;

/** Entries made so far: those with a lower serial are older than what comes now. */
export const entriesMade = (): number => entries;

/** One recorded operation on the tape: where its operands' gradients go, and how they are computed. */
export class GradFn {
  readonly serial: number = entries++;
  readonly name: string;
  readonly edges: readonly (Edge | null)[];
  /** Shapes of the operands before broadcasting, to which their gradients are summed back. */
  readonly shapes: readonly Shape[];
  readonly rule: (dy: Tensor, self: GradFn) => readonly (Tensor | null | false)[];
  /** Nodes whose values the rule will read; counted in `Node.saved` while the tape is live. */
  saved: readonly Node[];
  hooks: Hook[] | null = null;
  /** Consumed by a backward that did not retain the graph. */
  used = false;

  constructor(
    name: string,
    edges: readonly (Edge | null)[],
    shapes: readonly Shape[],
    saved: readonly Node[],
    rule: (dy: Tensor, self: GradFn) => readonly (Tensor | null | false)[],
  ) {
    this.name = name;
    this.edges = edges;
    this.shapes = shapes;
    this.saved = saved;
    this.rule = rule;
    for (const node of saved) node.saved++;
  }

  /** Leads into a consumed graph: what is recorded on top of it must not keep it alive. */
  get broken(): boolean {
    if (this.used) return true;
    for (const edge of this.edges) if (edge?.used) return true;
    return false;
  }

  /** Frees what the tape holds; a further backward through here is an error. */
  consume(): void {
    this.used = true;
    for (const node of this.saved) node.saved--;
    this.saved = [];
    (this as { edges: readonly (Edge | null)[] }).edges = [];
    (this as { rule: unknown }).rule = null;
  }
}

export type Edge = GradFn | Leaf;

/** Where gradients into an already consumed graph would go. */
export const DEAD: GradFn = new GradFn("consumed", [], [], [], () => []);
DEAD.used = true;

/** The tape entry of an op: operands and output come back as handles on the saved nodes, still on their tape. */
export function opGradFn(
  op: Op,
  operands: readonly Handle[],
  edges: readonly (Edge | null)[],
  node: Node,
): GradFn {
  const { saves } = op;
  const saved: Node[] = [];
  for (const which of saves)
    saved.push(which === "output" ? node : (operands[which] as Handle).node);
  const { inputs, attrs, scalars } = node;
  const views = operands.map((operand) => operand.window);
  const shapes = operands.map((operand) => operand.shape);
  const dtypes = inputs.map((input) => input.dtype);
  const rule = (dy: Tensor, self: GradFn): readonly (Tensor | null | false)[] => {
    const call: GradientCall = {
      get output() {
        return savedHandle(node, null, self);
      },
      needs: edges.map((edge) => edge !== null),
      dtypes,
      shapes,
      attrs,
      scalars,
    };
    const values = inputs.map((input, i) =>
      saves.includes(i)
        ? savedHandle(input, views[i] ?? null, edges[i] ?? null)
        : (undefined as never),
    );
    return (op.gradient as Gradient)(dy, values, call);
  };
  return new GradFn(op.name, edges, shapes, saved, rule);
}

export function savedHandle(node: Node, view: View | null, edge: Edge | null): Tensor {
  const handle = newHandle(new CellClass(node), view);
  handle.edge = edge;
  return handle;
}
