import { type DType, unsupported } from "../dtype.ts";
import { GradError } from "../errors.ts";
import { type Attributes, noAttributes } from "../graph/attributes.ts";
import { Cell } from "../graph/cell.ts";
import { context, currentStream, isOutside, PENDING_CAP, type Stream } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import {
  type Handle,
  markRead,
  markUnread,
  newHandle,
  type Origin,
  type ViewPath,
  type ViewStep,
} from "../graph/handle.ts";
import { hasLanes, stepWithin } from "../graph/lanes.ts";
import { EXPIRED, Node, PENDING } from "../graph/node.ts";
import { isFree, type Op } from "../graph/op.ts";
import { expandView, simplify, type View, wholeView } from "../graph/view.ts";
import { callSite } from "../runtime/anomaly.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mixedDevices, together } from "./bring.ts";
import {
  DEAD,
  type Edge,
  GradFn,
  Leaf,
  opGradFn,
  type Saved,
  savedHandle,
  watched,
} from "./edge.ts";

const NONE: readonly never[] = [];

/**
 * Records one operation and returns its handle; nothing runs. `shape` and `dtype` are the result's.
 * Operands have the dtypes and shapes that the op takes; those of an elementwise op are broadcast.
 * `reads` are views that belong to the op: its gradient sees operands without them. `lift` converts
 * the
 * result to the returned tensor.
 */
export function record(
  op: Op,
  operands: readonly Handle[],
  shape: Shape,
  dtype: DType,
  attrs: Attributes = noAttributes,
  scalars: readonly number[] = NONE,
  stream: Stream = operands.length === 0
    ? currentStream()
    : (operands[0] as Handle).cell.node.stream,
  reads: readonly ((view: View) => View)[] = NONE,
  lift: ((whole: Tensor) => Tensor) | null = null,
): Tensor {
  if (stream.failure !== null) throw stream.failure;
  if (context.lanes !== null && operands.some(hasLanes)) {
    return context.lanes.record(op, operands, shape, dtype, attrs, scalars, stream, reads);
  }
  const count = operands.length;
  if (context.gradMode && stream.writes.size > 0) flushAtStepBoundary(operands, stream);
  const inputs = count === 0 ? NONE : new Array<Node>(count);
  const views = count === 0 ? NONE : new Array<View | null>(count);
  const broadcasts = op.meaning.kind === "elementwise";
  const records = context.gradMode && op.gradient !== undefined;
  let tracked = false;
  let pure = true;
  for (let i = 0; i < count; i++) {
    const operand = operands[i] as Handle;
    const input = operand.cell.node;
    if (!input.pure || operand.cell.persistent) pure = false;
    if (input.stream !== stream) {
      const here = together(operands, edgeOf);
      if (here === null) throw mixedDevices(op.name, operands);
      for (const one of operands) markRead(one);
      return record(op, here, shape, dtype, attrs, scalars, undefined, reads);
    }
    if (input.state === EXPIRED) throw expired(op.name, input);
    (inputs as Node[])[i] = input;
    (views as (View | null)[])[i] =
      broadcasts && !sameShape(operand.shape, shape)
        ? expandView(operand.window ?? wholeView(input.shape), shape)
        : readThrough(reads[i], operand);
    if (records && edgeOf(operand) !== null) tracked = true;
  }
  if ((dtype === "f64" || dtype === "f16") && !stream.supports(dtype)) {
    throw unsupported(op.name, stream.device, dtype);
  }
  const node = new Node(op, inputs, views, shape, dtype, attrs, scalars, stream);
  node.gradMode = context.gradMode;
  node.tracked = tracked || (context.gradMode && inputs.some((input) => input.tracked));
  node.pure = pure;
  node.visible = node.terminal = context.opDepth === 0;
  node.outside = isOutside();
  for (const operand of operands) markRead(operand);
  for (const input of inputs) {
    input.passing =
      input.consumers++ === 0 &&
      broadcasts &&
      node.visible &&
      !node.tracked &&
      node.size === input.size;
  }
  if (context.anomaly) node.site = callSite();
  let handle = newHandle(new Cell(node), null);
  if (lift !== null) handle = lift(handle);
  else if (tracked) trackResult(op, operands, handle);
  if (!isFree(node)) enqueue(node);
  return handle;
}

/** Puts the result of an op on the tape. */
export function trackResult(
  op: Op,
  operands: readonly Handle[],
  result: Tensor,
  call?: Pick<Node, "attrs" | "scalars">,
): void {
  result.edge = gradientEdge(operands, (edges) => opGradFn(op, operands, edges, result, call));
}

function readThrough(read: ((view: View) => View) | undefined, operand: Handle): View | null {
  const { window, node } = operand;
  return read === undefined ? window : simplify(read(window ?? wholeView(node.shape)), node.shape);
}

function enqueue(node: Node): void {
  const { stream } = node;
  stream.pending.push(node);
  if (context.eager || stream.pending.length > PENDING_CAP) stream.advance();
}

/** Flushes if gradients are on and a leaf has a pending update by hand: the step is over. */
function flushAtStepBoundary(operands: readonly Handle[], stream: Stream): void {
  for (const operand of operands) {
    const { cell } = operand;
    if (operand.edge instanceof Leaf && cell.previous !== null && cell.node.state === PENDING) {
      stream.advance();
      return;
    }
  }
}

/** The tape entry over these operands. DEAD if every path leads to a consumed graph. */
function gradientEdge(operands: readonly Handle[], make: (edges: (Edge | null)[]) => GradFn): Edge {
  const edges = new Array<Edge | null>(operands.length);
  let live = false;
  for (let i = 0; i < operands.length; i++) {
    let edge = edgeOf(operands[i] as Handle);
    if (edge !== null) {
      if (!edge.broken) live = true;
      else if (!edge.used) edge = DEAD; // It must not keep its values alive.
    }
    edges[i] = edge;
  }
  if (!live) return DEAD;
  return amongLanes(make(edges), operands);
}

/**
 * Lets the entry sum each operand's gradient over the lanes that the operand lacks. Its rule also
 * reads
 * `beside`.
 */
export function amongLanes(
  entry: GradFn,
  operands: readonly Handle[],
  ...beside: readonly Handle[]
): GradFn {
  if (context.lanes !== null) entry.lanes = context.lanes.of([...operands, ...beside]);
  return entry;
}

/**
 * The handle's place on the tape. After a write to its cell, the steps of a view are recorded again
 * on the
 * base's present edge.
 */
export function edgeOf(handle: Handle): Edge | null {
  const { base, cell } = handle;
  if (base === null || handle.seen === cell.version || !context.gradMode) return handle.edge;
  const baseEdge = edgeOf(base);
  if (baseEdge === null && !(handle.edge instanceof GradFn)) return handle.edge;
  if (handle.origin !== "one" || isMoved(base)) throw rewritten(handle);
  handle.seen = cell.version;
  placeAt(handle, baseEdge === null ? nowhere(handle.shape) : alongPath(handle.path, baseEdge));
  return handle.edge;
}

/** The tensor's present value and edge. Later writes do not change them. */
export function valueOfNow(x: Handle): Tensor {
  return savedHandle(x.node, x.window, edgeOf(x));
}

/** Whether the tensor has an edge, or will have one. */
export function isTracked({ edge, base, seen, cell }: Handle): boolean {
  return edge !== null || (base !== null && seen !== cell.version && isTracked(base));
}

/**
 * Whether a base is a view whose dimensions were moved in place, so that the steps of earlier views
 * no
 * longer apply.
 */
export const isMoved = (base: Handle): boolean =>
  base.base !== null && !(base.edge instanceof Leaf);

function rewritten({ origin, base, shape }: Handle): GradError {
  return new GradError(
    (base !== null && isMoved(base)
      ? "a view is used after the dimensions of its base were moved in place, and it or its base was written"
      : origin === "several"
        ? "one of several views (of chunk, split, unbind) is used after it, its base or another view was written in place"
        : "a view that was made in noGrad is used after its base or another view was written in place with gradients recorded") +
      `\n  view: [${shape.join(", ")}]\n  hint: make the view again, after the write`,
  );
}

/** Gives a handle a new edge. Its retained gradient now comes from there. */
export function placeAt(handle: Handle, edge: GradFn | null): void {
  const { edge: before, own } = handle;
  handle.edge = edge;
  if (own === null) return;
  if (before instanceof GradFn)
    before.retainers = before.retainers?.filter((one) => one !== own) ?? null;
  if (edge === null) return;
  own.requires = false;
  if (own.retains) retainAt(edge, own);
}

/** Retains the gradient that arrives at this edge as the tensor's own. */
export function retainAt(edge: GradFn, own: Leaf): void {
  edge.retainers ??= [];
  if (!edge.retainers.includes(own)) edge.retainers.push(own);
}

/** The edge of a result without a path to a leaf. Gradients end there. */
const nowhere = (shape: Shape): GradFn => new GradFn("view", [null], [shape], NONE, () => [null]);

function alongPath(path: ViewPath | null, start: Edge): GradFn {
  if (start.broken) return DEAD;
  let edge = start;
  for (const { step, from } of stepsOf(path)) edge = viewGradFn(step, edge, from);
  return edge as GradFn;
}

/** The steps in the order in which they were applied. */
export function stepsOf(path: ViewPath | null): ViewPath[] {
  const steps: ViewPath[] = [];
  for (let at = path; at !== null; at = at.before) steps.push(at);
  return steps.reverse();
}

function viewGradFn(step: ViewStep, edge: Edge | null, from: Shape): GradFn {
  return new GradFn(step.name, [edge], [from], NONE, (dy) => [step.gradient(dy, from)]);
}

/**
 * A handle on the same cell, with a further view step. Only the tape records it. `origin` is
 * "several" if
 * the call returns several views: PyTorch refuses in-place writes to these while gradients are
 * recorded.
 */
export function recordView(handle: Handle, step: ViewStep, origin: Origin = "one"): Tensor {
  const { node } = handle.cell;
  if (node.stream.failure !== null) throw node.stream.failure;
  const view = stepWithin(step, handle.window, node.shape);
  const edge = edgeOf(handle);
  const out = newHandle(handle.cell, simplify(view, node.shape));
  markRead(handle);
  if (context.opDepth === 0 && context.moduleDepth === 0) markUnread(out);
  // A view of a leaf leads to the leaf, even if that is a view itself.
  const begins = handle.base === null || handle.edge instanceof Leaf;
  out.base = begins ? handle : handle.base;
  out.path = { step, from: handle.shape, before: begins ? null : handle.path };
  out.seen = handle.cell.version;
  out.origin = context.gradMode ? (origin === "one" ? handle.origin : origin) : "noGrad";
  if (context.gradMode && edge !== null)
    out.edge = gradientEdge([handle], ([at]) => viewGradFn(step, at ?? null, handle.shape));
  return out;
}

/**
 * Marks tensors that PyTorch's rule for this result reads. A write to one, or a second backward, is
 * an
 * error here too.
 */
export function watch<T extends Handle>(result: T, ...read: readonly Handle[]): T {
  const { edge } = result;
  if (edge instanceof GradFn && !edge.used) edge.saved = [...edge.saved, ...read.map(watched)];
  return result;
}

/** `watch`; the tensors that only our rule reads may be written. */
export function watchOnly<T extends Handle>(result: T, ...read: readonly Handle[]): T {
  const { edge } = result;
  if (edge instanceof GradFn)
    edge.saved = edge.saved.map(({ node }) => ({ node, cell: null, version: 0 }));
  return watch(result, ...read);
}

/** Records a tape entry with its own rule over an existing value. The rule reads `saves`. */
export function recordGradient(
  name: string,
  output: Tensor,
  operands: readonly Handle[],
  rule: (dy: Tensor) => readonly (Tensor | null | false)[],
  saves: readonly Saved[] = NONE,
): void {
  if (!context.gradMode || operands.every((operand) => edgeOf(operand) === null)) return;
  const shapes = operands.map((operand) => operand.shape);
  output.base = null; // Its place is this entry, even if it is a view.
  output.path = null;
  output.edge = gradientEdge(
    operands,
    (edges) => new GradFn(name, edges, shapes, saves, (dy) => rule(dy)),
  );
  if (output.edge instanceof GradFn && !output.edge.used) amongLanes(output.edge, operands, output);
}
