import { isFloating } from "../dtype.ts";
import { ArgumentError, detail, GradError, ShapeError } from "../errors.ts";
import { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { expired } from "../graph/expired.ts";
import { type Handle, newHandle } from "../graph/handle.ts";
import { type Node, PENDING, SLOT } from "../graph/node.ts";
import { add } from "../ops/arithmetic.ts";
import { sumTo } from "../ops/broadcast.ts";
import { ownValue } from "../ops/commit.ts";
import { constantLike } from "../ops/constant.ts";
import { joined } from "../ops/joining.ts";
import { sameShape } from "../shape.ts";
import { DEAD, type Edge, GradFn, Leaf } from "../tape/edge.ts";
import { bindCell } from "../tape/rebind.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

export interface BackwardOptions {
  /** Keep the graph for another backward. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the gradients themselves, so that they can be differentiated again. */
  readonly createGraph?: boolean;
}

export interface GradOptions extends BackwardOptions {
  /** dL/doutputs, where an output is not a single number. */
  readonly gradOutputs?: readonly (Tensor | null)[];
  /** Give null for an input the outputs do not depend on, instead of an error. */
  readonly allowUnused?: boolean;
}

/** Accumulates dL/dleaf into `.grad` of every leaf that `root` depends on. */
export function backward(
  root: Tensor,
  gradient?: Tensor | null,
  options: BackwardOptions = {},
): void {
  const edge = startEdge("backward", root);
  retainTarget(root.cell.node);
  const seed = seedOf("backward", root, gradient);
  const arrived = run([[edge, seed]], null, options);
  inEngine(options.createGraph === true, () => {
    for (const [leaf, total] of arrived) accumulate(leaf as Leaf, total);
  });
}

/** dL/dinputs of the sum of the outputs (weighted by `gradOutputs`), without touching any `.grad`. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  const ends = (Array.isArray(outputs) ? outputs : [outputs]) as readonly Tensor[];
  const wanted = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
  const starts = ends.map((output, i): readonly [Edge, Tensor] => {
    retainTarget(output.cell.node);
    return [startEdge("grad", output), seedOf("grad", output, options.gradOutputs?.[i])];
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
      if (options.allowUnused === true) return null as unknown as Tensor;
      throw new GradError(
        `grad: input ${i} was not used to compute the outputs\n  hint: pass { allowUnused: true } to get null for it`,
      );
    }
    const { node } = found.cell;
    node.visible = context.opDepth === 0;
    node.terminal = node.visible && context.moduleDepth === 0;
    return found;
  });
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
    if (root.cell.node.size !== 1 && root.shape.length !== 0) {
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
  return gradient;
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
      for (const hook of edge.hooks ?? []) dy = hook(dy) ?? dy;
      if (targets === null ? edge instanceof Leaf : targets.has(edge)) results.set(edge, dy);
      if (edge instanceof Leaf || (useful !== null && !useful.has(edge))) continue;
      checkSaved(edge);
      const gradients = edge.rule(dy, edge);
      edge.edges.forEach((next, i) => {
        const gradient = gradients[i];
        if (next === null || !gradient) return;
        if (useful !== null && !useful.has(next) && !targets?.has(next)) return;
        deliver(arrived, next, sumTo(gradient, edge.shapes[i] as readonly number[]));
      });
    }
  });
  if (!retainGraph) {
    for (const edge of order) {
      const ran = !borders?.has(edge) && (useful === null || useful.has(edge));
      if (ran && edge instanceof GradFn) edge.consume();
    }
  }
  return results;
}

/** The gradients that arrive at `borders` when `dy` arrives at the output, by ways inside them; null where none does. */
export function gradientsWithin(
  output: Tensor,
  dy: Tensor,
  borders: readonly Edge[],
  createGraph: boolean,
): (Tensor | null)[] {
  const edge = edgeOf(output);
  if (edge === null) return borders.map(() => null);
  const ends = new Set(borders);
  const arrived = run([[edge, dy]], ends, { createGraph }, ends);
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
    if (edge === DEAD || edge.used) {
      throw new GradError(
        "backward a second time: the graph (or a part of it) was consumed by an earlier backward" +
          "\n  hint: pass { retainGraph: true } to the first, detach() what is carried from step to step, or compute the forward again",
      );
    }
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

/** The edges from which a target can be reached. */
function leadingTo(order: readonly Edge[], targets: ReadonlySet<Edge>): Set<Edge> {
  const useful = new Set<Edge>();
  for (let i = order.length - 1; i >= 0; i--) {
    const edge = order[i] as Edge;
    if (edge instanceof Leaf) continue;
    if (edge.edges.some((next) => next !== null && (useful.has(next) || targets.has(next))))
      useful.add(edge);
  }
  return useful;
}

/** A value the rule reads may have been overwritten in place since it was recorded. */
function checkSaved(edge: GradFn): void {
  for (const node of edge.saved) {
    const { cell } = node;
    if (cell?.persistent && cell.node !== node && cell.previous === node) {
      if (node.expiredBy === "") node.expiredBy = `overwritten by ${cell.writer}`;
      throw expired(`backward of ${edge.name}`, node);
    }
  }
}

function accumulate(leaf: Leaf, total: Tensor): void {
  const current = leaf.grad;
  const value = ownValue(current === null ? total : add(current, total));
  const { edge } = value;
  const { node } = value.cell;
  if (!leaf.cell.persistent) cacheGradient(node);
  if (current === null)
    leaf.grad = newHandle(leaf.cell.persistent ? gradientCell(leaf, node) : value.cell, null);
  else bindCell(current.cell, node, "backward");
  (leaf.grad as Tensor).edge = edge;
}

/** The gradient of an input that is made anew for every step is computed with the step, and cached as results are. */
function cacheGradient(node: Node): void {
  if (node.keep < SLOT) node.keep = SLOT;
  node.terminal = true;
  node.gradMode = true;
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

/** Makes a tensor a leaf that accumulates its gradient, or takes that back. */
export function setRequiresGrad(handle: Handle, requires: boolean): void {
  const edge = edgeOf(handle);
  if (edge instanceof GradFn) {
    if (requires) return;
    throw new GradError(
      "requiresGrad: only a leaf can stop requiring grad\n  hint: detach() gives the same value off the graph",
    );
  }
  if (!requires) handle.edge = null;
  else if (edge === null) {
    if (!isFloating(handle.dtype)) {
      throw new ArgumentError(
        `requiresGrad: only floating tensors have gradients${detail("tensor", handle.shape, handle.dtype)}\n  hint: x.to("f32")`,
      );
    }
    handle.edge = new Leaf(handle.shape, handle.cell);
  }
}
