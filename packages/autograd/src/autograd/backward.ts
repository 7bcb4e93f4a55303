import { isFloating } from "../dtype.ts";
import { ArgumentError, detail, ExpiredError, GradError, ShapeError } from "../errors.ts";
import { Cell } from "../graph/cell.ts";
import { context, isOutside } from "../graph/context.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import { hasLanes } from "../graph/lanes.ts";
import { type Node, PENDING, RESULT, SLOT } from "../graph/node.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { stack } from "../ops/core/assembly.ts";
import { ownValue } from "../ops/core/commit.ts";
import { cast, constantLike } from "../ops/core/constant.ts";
import { writeInPlace } from "../ops/core/inplace.ts";
import { add } from "../ops/math/arithmetic.ts";
import { sumTo } from "../ops/shape/broadcast.ts";
import { joined } from "../ops/shape/joining.ts";
import { select } from "../ops/shape/movement.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { checkCall } from "../signature.ts";
import { beginAt, type Edge, GradFn, Leaf, ownOf } from "../tape/edge.ts";
import { callHook, lent } from "../tape/hooks.ts";
import { edgeOf, placeAt, retainAt } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

interface GraphOptions {
  /** Keep the graph for another backward. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the gradients themselves, so that they can be differentiated again. */
  readonly createGraph?: boolean;
}

export interface BackwardOptions extends GraphOptions {
  /** The tensors whose gradients are computed and kept, leaves or not. Default: every leaf. */
  readonly inputs?: Tensor | readonly Tensor[];
}

export interface GradOptions extends GraphOptions {
  /** dL/doutputs, where an output is not a single number. */
  readonly gradOutputs?: readonly (Tensor | null)[];
  /** Give null for an input the outputs do not depend on, instead of an error. Default: `materializeGrads`. */
  readonly allowUnused?: boolean;
  /** Give zeros for an input the outputs do not depend on. */
  readonly materializeGrads?: boolean;
  /** The first dimension of `gradOutputs` is a batch of them: each input's gradients are stacked along a new first one. */
  readonly isGradsBatched?: boolean;
}

/** Accumulates dL/dleaf into `.grad` of every leaf that `root` depends on, or of `inputs` only. */
export function backward(
  root: Tensor,
  gradient?: Tensor | null,
  { inputs, ...options }: BackwardOptions = {},
): void {
  if (context.lanes !== null && context.lanes.stack.length > 0) {
    throw new GradError(
      "backward: inside vmap there is no leaf to add a gradient to\n  hint: grad or vjp of @wgrad/autograd/func",
    );
  }
  const edge = startEdge("backward", root);
  const targets = inputs === undefined ? null : new Set(inputEdges(inputs));
  retainTarget(root.cell.node);
  const seed = seedOf("backward", root, gradient);
  const arrived = run([[edge, seed]], targets, options);
  const createGraph = options.createGraph === true;
  const filled = [...arrived.keys()].filter((end) => end instanceof Leaf);
  inEngine(createGraph, () => {
    for (const leaf of filled) accumulate(leaf, arrived.get(leaf) as Tensor, createGraph);
    for (const { after, tensor } of filled)
      for (const hook of [...(after ?? [])]) callHook(() => hook(tensor as Tensor));
  });
}

/** The places whose gradients are wanted; results of operations are made to keep theirs. */
function inputEdges(inputs: Tensor | readonly Tensor[]): Edge[] {
  const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
  if (list.length === 0) {
    throw new ArgumentError("backward: inputs is empty\n  hint: leave it out for every leaf");
  }
  return list.map((input, i) => {
    const edge = edgeOf(input);
    if (edge === null) {
      throw new GradError(
        `backward: input ${i} does not require grad${detail("input", input.shape)}\n  hint: input.requiresGrad = true before use`,
      );
    }
    if (edge instanceof GradFn) retainAt(edge, ownOf(input));
    return edge;
  });
}

/** dL/dinputs of the sum of the outputs (weighted by `gradOutputs`), without touching any `.grad`. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  if (arguments.length > 2)
    checkCall(
      "grad(outputs, inputs, { gradOutputs, retainGraph: boolean, createGraph: boolean, allowUnused: boolean, materializeGrads: boolean, isGradsBatched: boolean })",
      arguments,
    );
  if (options.isGradsBatched === true) return batchedGradients(outputs, inputs, options);
  const ends = (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
  const wanted = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
  const { gradOutputs, materializeGrads = false, allowUnused = materializeGrads } = options;
  if (materializeGrads && !allowUnused) {
    throw new ArgumentError(
      "grad: allowUnused is false and materializeGrads true\n  hint: leave allowUnused out",
    );
  }
  const starts = ends.map((output, i): readonly [Edge, Tensor] => {
    retainTarget(output.cell.node);
    return [startEdge("grad", output), seedOf("grad", output, gradOutputs?.[i])];
  });
  const targets = wanted.map((input) => {
    const edge = edgeOf(input);
    if (edge === null)
      throw new GradError(
        "grad: an input does not require grad\n  hint: input.requiresGrad = true before use",
      );
    return edge;
  });
  const arrived = run(starts, new Set(targets), options);
  return targets.map((target, i) => {
    const found = arrived.get(target);
    if (found === undefined) {
      if (materializeGrads) return inEngine(false, () => constantLike(0, wanted[i] as Tensor));
      if (allowUnused) return null as unknown as Tensor;
      throw new GradError(
        `grad: input ${i} was not used to compute the outputs\n  hint: pass { allowUnused: true } to get null for it`,
      );
    }
    const { node } = found.cell;
    node.visible = node.terminal = context.opDepth === 0;
    node.outside = isOutside();
    return ownedResult(found);
  });
}

/** The gradients for each of a batch of gradients of the outputs. */
function batchedGradients(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  { isGradsBatched: _, ...options }: GradOptions,
): Tensor[] {
  const { gradOutputs = [], createGraph = false, retainGraph = createGraph } = options;
  const given = gradOutputs.filter((one) => one !== null);
  const sizes = new Set(given.map(({ shape }) => shape[0]));
  const [count = 0] = sizes;
  if (given.length !== gradOutputs.length || sizes.size !== 1 || count === 0) {
    throw new ArgumentError(
      "grad: with isGradsBatched every gradOutput is a tensor whose first dimension is the batch, of one size",
    );
  }
  const rows = Array.from({ length: count }, (_, i) =>
    grad(outputs, inputs, {
      ...options,
      gradOutputs: given.map((one) => select(one, 0, i)),
      retainGraph: retainGraph || i < count - 1,
    }),
  );
  const columns = (rows[0] as Tensor[]).map((_, k) => rows.map((row) => row[k] ?? null));
  return columns.map((column) =>
    column[0] === null ? (null as unknown as Tensor) : stack(column as Tensor[]),
  );
}

/** A tensor of its own, whatever the engine made it a view of. */
function ownedResult(found: Tensor): Tensor {
  const result = newHandle(found.cell, found.window);
  result.edge = found.edge;
  return result;
}

function startEdge(call: string, root: Tensor): Edge {
  const edge = edgeOf(root);
  if (edge === null) {
    throw new GradError(
      `${call}: the tensor does not require grad and has no graph${detail("tensor", root.shape)}` +
        "\n  hint: compute it from a tensor with requiresGrad, outside noGrad",
    );
  }
  return edge;
}

function retainTarget(node: Node): void {
  if (node.state === PENDING && node.keep < SLOT) node.keep = SLOT;
}

function seedOf(call: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (gradient === null || gradient === undefined) {
    if (sizeOf(root.shape) !== 1) {
      throw new GradError(
        `${call}: the gradient starts from one number, and this tensor has several${detail("tensor", root.shape)}` +
          "\n  hint: reduce it first (.sum(), .mean()), or pass the gradient",
      );
    }
    return inEngine(false, () => constantLike(1, root));
  }
  if (!sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `${call}: the gradient has another shape than the tensor${detail("tensor", root.shape)}${detail("gradient", gradient.shape)}`,
    );
  }
  if (gradient.dtype === root.dtype) return gradient;
  return inEngine(false, () => cast(gradient, root.dtype));
}

/** What the engine records is not the user's; it is on the tape only where `createGraph` asks for it. */
function inEngine<T>(createGraph: boolean, fn: () => T): T {
  const outer = context.gradMode;
  context.gradMode = createGraph;
  context.opDepth++;
  try {
    return fn();
  } finally {
    context.opDepth--;
    context.gradMode = outer;
  }
}

/**
 * Runs the tape from its ends to the leaves (or `targets`); gives the gradient that arrived at each. What did not run is not
 * consumed. With `borders` the targets are where it ends: nothing beyond them is visited, their hooks are not called.
 */
function run(
  starts: readonly (readonly [Edge, Tensor])[],
  targets: ReadonlySet<Edge> | null,
  { createGraph = false, retainGraph = createGraph }: BackwardOptions,
  borders: ReadonlySet<Edge> | null = null,
): Map<Edge, Tensor> {
  const order = executionOrder(
    starts.map(([edge]) => edge),
    borders,
  );
  const useful = targets === null ? null : leadingTo(order, targets);
  const arrived = new Map<Edge, Tensor>();
  const results = new Map<Edge, Tensor>();
  const ambient = [...(context.lanes?.stack ?? [])];
  inEngine(createGraph, () => {
    for (const [edge, seed] of starts) deliver(arrived, edge, seed);
    for (const edge of order) {
      let dy = arrived.get(edge);
      if (dy === undefined) continue;
      arrived.delete(edge);
      if (borders?.has(edge)) {
        results.set(edge, dy);
        continue;
      }
      dy = afterHooks(edge, dy);
      if (targets === null ? edge instanceof Leaf : targets.has(edge)) results.set(edge, dy);
      if (edge instanceof Leaf || (useful !== null && !useful.has(edge))) continue;
      if (edge.used) throw consumed();
      checkSaved(edge);
      const gradients = edge.rule(dy, edge);
      edge.edges.forEach((next, i) => {
        const gradient = gradients[i];
        if (next === null || !gradient) return;
        if (useful !== null && !useful.has(next) && !targets?.has(next)) return;
        const own =
          edge.lanes === null || context.lanes === null
            ? gradient
            : context.lanes.sumTo(gradient, edge.lanes[i] ?? null, ambient);
        deliver(arrived, next, sumTo(own, edge.shapes[i] as readonly number[]));
      });
    }
  });
  if (!retainGraph) consume(order, (edge) => !borders?.has(edge) && useful?.has(edge) !== false);
  return results;
}

/** What the hooks of this place make of the gradient; tensors that keep theirs are given that. */
function afterHooks(edge: Edge, gradient: Tensor): Tensor {
  let dy = gradient;
  for (const hook of [...(edge.hooks ?? [])]) {
    const given = lent(dy);
    const result = callHook(() => hook(given)) as unknown;
    if (result === undefined || result === null) continue;
    checkTensor("a hook's result", result);
    if (!sameShape(result.shape, dy.shape)) {
      throw new ShapeError(
        `registerHook: the hook changed the gradient's shape${detail("gradient", dy.shape)}${detail("result", result.shape)}`,
      );
    }
    dy = cast(result, dy.dtype);
  }
  if (edge instanceof GradFn) for (const own of edge.retainers ?? []) retain(own, dy);
  return dy;
}

/** Adds to the gradient that the result of an operation keeps. */
function retain(own: Leaf, gradient: Tensor): void {
  const total = own.grad === null ? ownedResult(gradient) : add(own.grad, gradient);
  const { node } = total.cell;
  if (node.keep < RESULT) node.keep = RESULT;
  own.grad = total;
  own.shown = true;
}

const consumed = (): GradError =>
  new GradError(
    "backward a second time: the graph (or a part of it) was consumed by an earlier backward" +
      "\n  hint: pass { retainGraph: true } to the first, detach() what is carried from step to step, or compute the forward again",
  );

/**
 * Frees what the rules that ran would read again. Where nothing was saved, down to the leaves, nothing is freed, and a backward may
 * pass again.
 */
function consume(order: readonly Edge[], ran: (edge: Edge) => boolean): void {
  let ends: Set<Leaf> | null = null;
  for (let i = order.length - 1; i >= 0; i--) {
    const edge = order[i] as Edge;
    if (edge instanceof Leaf || edge.used || !ran(edge)) continue;
    if (edge.saved.length === 0 && !edge.edges.some((next) => next?.used)) continue;
    ends ??= endsOf(order);
    edge.consume(ends);
  }
}

function endsOf(order: readonly Edge[]): Set<Leaf> {
  const ends = new Set<Leaf>();
  for (const edge of order) {
    if (edge instanceof Leaf) ends.add(edge);
    else for (const end of edge.ends ?? []) ends.add(end);
  }
  return ends;
}

/** The gradients that arrive at `borders` when those arrive at the outputs, by ways inside them; null where none does. */
export function gradientsWithin(
  outputs: readonly Tensor[],
  gradients: readonly Tensor[],
  borders: readonly Edge[],
  options: GraphOptions,
): (Tensor | null)[] {
  const starts = outputs.flatMap((output, i): (readonly [Edge, Tensor])[] => {
    const edge = edgeOf(output);
    return edge === null ? [] : [[edge, gradients[i] as Tensor]];
  });
  if (starts.length === 0) return borders.map(() => null);
  const ends = new Set(borders);
  const arrived = run(starts, ends, options, ends);
  return borders.map((border) => arrived.get(border) ?? null);
}

function deliver(arrived: Map<Edge, Tensor>, edge: Edge, gradient: Tensor): void {
  const before = arrived.get(edge);
  arrived.set(edge, before === undefined ? gradient : joined(before, gradient));
}

/** Every edge before those it leads to. Iterative: the tape may be as long as the program. */
function executionOrder(starts: readonly Edge[], borders: ReadonlySet<Edge> | null): Edge[] {
  const order: Edge[] = [];
  const seen = new Set<Edge>();
  const stack: { edge: Edge; next: number }[] = [];
  const enter = (edge: Edge): void => {
    if (seen.has(edge)) return;
    seen.add(edge);
    stack.push({ edge, next: 0 });
  };
  for (const start of starts) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const ends = top.edge instanceof Leaf || borders?.has(top.edge);
      const child = ends ? undefined : (top.edge as GradFn).edges[top.next++];
      if (child === undefined) order.push((stack.pop() as { edge: Edge }).edge);
      else if (child !== null) enter(child);
    }
  }
  return order.reverse();
}

/** The edges from which a target can be reached, consumed ones from which it could be included. */
function leadingTo(order: readonly Edge[], targets: ReadonlySet<Edge>): Set<Edge> {
  const useful = new Set<Edge>();
  const live = new Set(order);
  for (let i = order.length - 1; i >= 0; i--) {
    const edge = order[i] as Edge;
    if (edge instanceof Leaf) continue;
    const leads = edge.used
      ? mayLeadTo(edge, [...targets], live)
      : edge.edges.some((next) => next !== null && (useful.has(next) || targets.has(next)));
    if (leads) useful.add(edge);
  }
  return useful;
}

/** Whether a consumed entry led to a target: of results, to those that nothing else leads to. */
const mayLeadTo = ({ ends }: GradFn, targets: readonly Edge[], live: ReadonlySet<Edge>): boolean =>
  targets.some((target) =>
    target instanceof Leaf && ends !== null ? ends.has(target) : !live.has(target),
  );

/** A value that the rule reads may have been written to since it was recorded. */
function checkSaved({ saved, name }: GradFn): void {
  for (const { cell, version } of saved) {
    if (!cell?.changedSince(version)) continue;
    const { writer, node } = cell.version === version ? (cell.writtenTo as Cell) : cell;
    throw new ExpiredError(
      `backward of ${name}: a value that it needs [${node.shape.join(", ")}] is gone: overwritten by ${writer || "an in-place write"}` +
        "\n  hint: write to a clone() of it, or write after the backward",
    );
  }
}

function accumulate(leaf: Leaf, total: Tensor, createGraph: boolean): void {
  if (leaf.tensor.edge instanceof GradFn) {
    throw new GradError(
      `backward: a leaf was written in place with gradients since it was used, and is a result now${detail("tensor", leaf.shape)}`,
    );
  }
  if (!leaf.requires) return;
  const current = leaf.grad;
  const gradient = cast(total, leaf.tensor.dtype);
  if (current !== null && !createGraph) {
    writeInPlace("backward", current, (grad) => add(grad, gradient));
    if (!current.cell.persistent) cacheGradient(current.cell.node);
    return;
  }
  const value = ownValue(current === null ? gradient : add(current, gradient));
  const { edge } = value;
  const { node } = value.cell;
  if (!leaf.cell.persistent) cacheGradient(node);
  leaf.grad = newHandle(leaf.cell.persistent ? gradientCell(leaf, node) : value.cell, null);
  leaf.grad.edge = edge;
  leaf.shown = false;
}

/** The gradient of an input that is made anew for every step is computed with the step, and held as results are. */
function cacheGradient(node: Node): void {
  if (node.keep < RESULT) node.keep = RESULT;
  node.terminal = true;
  node.gradMode = true;
  node.pure = false;
}

/** A cell for a parameter's new gradient, in the storage of the one before it. */
function gradientCell(leaf: Leaf, node: Node): Cell {
  const cell = new Cell(node);
  const { stream } = node;
  cell.persistent = true;
  cell.writer = "backward";
  if (leaf.gradCell !== null && !context.eager) {
    stream.writes.delete(leaf.gradCell);
    stream.inherit(leaf.gradCell, cell);
  }
  leaf.gradCell = cell;
  if (node.state === PENDING) {
    node.cell = cell;
    stream.writes.add(cell);
  } else stream.adopt(cell, node);
  return cell;
}

/** Makes a tensor a leaf that accumulates its gradient, or takes that back; what belongs to it stays. */
export function setRequiresGrad(handle: Handle, requires: boolean): void {
  if (edgeOf(handle) instanceof GradFn) {
    throw new GradError(
      "requiresGrad: only of a leaf can it be changed\n  hint: detach() gives the same value off the graph",
    );
  }
  if (requires && !isFloating(handle.dtype)) {
    throw new ArgumentError(
      `requiresGrad: only floating tensors have gradients${detail("tensor", handle.shape, handle.dtype)}\n  hint: x.to("f32")`,
    );
  }
  if (requires && hasLanes(handle)) {
    throw new GradError(
      "requiresGrad: inside vmap a tensor stands for every element of the batch and is no leaf\n  hint: grad or vjp of @wgrad/autograd/func",
    );
  }
  if (requires) beginAt(handle);
  else {
    handle.edge = null;
    if (handle.own !== null) handle.own.requires = false;
  }
}

/** Takes a tensor off the tape: it is a leaf from here on. */
export function detachInPlace(handle: Handle): void {
  if (handle.base !== null) {
    throw new GradError(
      `detach_: a view cannot leave the tape of what it is a view of${detail("view", handle.shape)}\n  hint: x.detach() gives a tensor off the tape`,
    );
  }
  if (handle.edge instanceof GradFn) placeAt(handle, null);
  else setRequiresGrad(handle, false);
}
