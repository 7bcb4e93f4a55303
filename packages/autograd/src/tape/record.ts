import { type DType, unsupported } from "../dtype.ts";
import { Cell } from "../graph/cell.ts";
import { context, currentStream, PENDING_CAP, type Stream } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import { type Handle, newHandle, type ViewStep } from "../graph/handle.ts";
import { EXPIRED, Node, PENDING } from "../graph/node.ts";
import { isFree, type Op } from "../graph/op.ts";
import { expandView, simplify, type View, wholeView } from "../graph/view.ts";
import { callSite } from "../runtime/anomaly.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mixedDevices, together } from "./bring.ts";
import { DEAD, type Edge, GradFn, Leaf, opGradFn } from "./edge.ts";

const NONE: readonly never[] = [];

/**
 * Records one operation and returns its handle. Nothing runs. `shape` and `dtype` are the result's; operands are
 * read through their views and must already have the dtypes and shapes the op takes; those of an elementwise op are
 * broadcast here. With `reads` the node reads operand i through a further view that is part of the op: its gradient is
 * given the operand as it was, and answers in that shape.
 */
export function record(
  op: Op,
  operands: readonly Handle[],
  shape: Shape,
  dtype: DType,
  attrs: readonly number[] = NONE,
  scalars: readonly number[] = NONE,
  stream: Stream = operands.length === 0
    ? currentStream()
    : (operands[0] as Handle).cell.node.stream,
  reads: readonly ((view: View) => View)[] = NONE,
): Tensor {
  if (stream.failure !== null) throw stream.failure;
  const count = operands.length;
  if (context.gradMode && stream.writes.size > 0) flushAtStepBoundary(operands, stream);
  const inputs = count === 0 ? NONE : new Array<Node>(count);
  const views = count === 0 ? NONE : new Array<View | null>(count);
  const broadcasts = op.meaning.kind === "elementwise";
  let tracked = false;
  for (let i = 0; i < count; i++) {
    const operand = operands[i] as Handle;
    const input = operand.cell.node;
    if (input.stream !== stream) {
      const here = together(operands, edgeOf);
      if (here === null) throw mixedDevices(op.name, operands);
      return record(op, here, shape, dtype, attrs, scalars, undefined, reads);
    }
    if (input.state === EXPIRED) throw expired(op.name, input);
    (inputs as Node[])[i] = input;
    (views as (View | null)[])[i] =
      broadcasts && !sameShape(operand.shape, shape)
        ? expandView(operand.window ?? wholeView(input.shape), shape)
        : readThrough(reads[i], operand);
    if (edgeOf(operand) !== null) tracked = true;
  }
  if ((dtype === "f64" || dtype === "f16") && !stream.supports(dtype)) {
    throw unsupported(op.name, stream.device, dtype);
  }
  const node = new Node(op, inputs, views, shape, dtype, attrs, scalars, stream);
  for (const input of inputs) input.consumers++;
  node.gradMode = context.gradMode;
  node.visible = context.opDepth === 0;
  node.terminal = node.visible && context.moduleDepth === 0;
  if (context.anomaly) node.site = callSite();
  const handle = newHandle(new Cell(node), null);
  if (tracked && context.gradMode && op.gradient !== undefined) {
    handle.edge = gradientEdge(operands, (edges) => opGradFn(op, operands, edges, node));
  }
  if (!isFree(node)) enqueue(node);
  return handle;
}

function readThrough(read: ((view: View) => View) | undefined, operand: Handle): View | null {
  const { window, node } = operand;
  return read === undefined ? window : simplify(read(window ?? wholeView(node.shape)), node.shape);
}

function enqueue(node: Node): void {
  const { stream } = node;
  stream.pending.push(node);
  if (context.eager) stream.flush(NONE);
  else if (stream.pending.length > PENDING_CAP) stream.flush(NONE);
}

/** A hand-written update is pending and a leaf it wrote is read with gradients on: the step is over. */
function flushAtStepBoundary(operands: readonly Handle[], stream: Stream): void {
  for (const operand of operands) {
    const { cell } = operand;
    if (operand.edge instanceof Leaf && cell.previous !== null && cell.node.state === PENDING) {
      stream.flush(NONE);
      return;
    }
  }
}

/** The tape entry over these operands, or DEAD where every path leads into a consumed graph. */
function gradientEdge(operands: readonly Handle[], make: (edges: (Edge | null)[]) => GradFn): Edge {
  const edges = new Array<Edge | null>(operands.length);
  let live = false;
  for (let i = 0; i < operands.length; i++) {
    let edge = edgeOf(operands[i] as Handle);
    if (edge !== null) {
      if (edge.broken) edge = DEAD;
      else live = true;
    }
    edges[i] = edge;
  }
  return live ? make(edges) : DEAD;
}

/** The handle's place on the tape; a view whose base was written in place since is placed anew. */
export function edgeOf(handle: Handle): Edge | null {
  const { base, step } = handle;
  if (base === null) return handle.edge;
  const baseEdge = edgeOf(base);
  if (base.edgeVersion === handle.seenVersion) return handle.edge;
  handle.seenVersion = base.edgeVersion;
  handle.edgeVersion++;
  handle.edge =
    baseEdge === null || step === null
      ? null
      : gradientEdge([base], (edges) => viewGradFn(step, edges, base.shape));
  return handle.edge;
}

function viewGradFn(step: ViewStep, edges: (Edge | null)[], from: Shape): GradFn {
  return new GradFn(step.name, edges, [from], NONE, (dy) => [step.gradient(dy, from)]);
}

/** A handle that reads the same cell through a further view step. Nothing is recorded but the tape. */
export function recordView(handle: Handle, step: ViewStep): Tensor {
  const { node } = handle.cell;
  if (node.stream.failure !== null) throw node.stream.failure;
  const view = step.apply(handle.window ?? wholeView(node.shape));
  const out = newHandle(handle.cell, simplify(view, node.shape));
  out.base = handle;
  out.step = step;
  out.seenVersion = handle.edgeVersion;
  if (context.gradMode && edgeOf(handle) !== null) {
    out.edge = gradientEdge([handle], (edges) => viewGradFn(step, edges, handle.shape));
  }
  return out;
}

/** A tape entry with a rule of its own over an existing value; `saved` are the nodes whose values the rule reads. */
export function recordGradient(
  name: string,
  output: Tensor,
  operands: readonly Handle[],
  rule: (dy: Tensor) => readonly (Tensor | null | false)[],
  saved: readonly Node[] = NONE,
): void {
  if (!context.gradMode || operands.every((operand) => edgeOf(operand) === null)) return;
  const shapes = operands.map((operand) => operand.shape);
  output.edge = gradientEdge(
    operands,
    (edges) => new GradFn(name, edges, shapes, saved, (dy) => rule(dy)),
  );
}
