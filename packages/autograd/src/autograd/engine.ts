import { detail, ExpiredError, GradError, ShapeError } from "../errors.ts";
import type { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { newHandle } from "../graph/handle.ts";
import { RESULT } from "../graph/node.ts";
import { checkTensor } from "../ops/core/apply.ts";
import { cast } from "../ops/core/constant.ts";
import { add } from "../ops/math/arithmetic.ts";
import { sumTo } from "../ops/shape/broadcast.ts";
import { joined } from "../ops/shape/joining.ts";
import { sameShape } from "../shape.ts";
import { type Edge, GradFn, Leaf } from "../tape/edge.ts";
import { callHook, lent } from "../tape/hooks.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";

/** Options that all backwards share. */
export interface GraphOptions {
  /** If true, keeps the graph for another backward. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** If true, records the gradients themselves, so that they can be differentiated again. */
  readonly createGraph?: boolean;
}

/**
 * Runs the tape from the outputs to the leaves (or `targets`), and returns the gradient at each. It
 * consumes only the entries that ran. With `borders` it stops at the targets and skips their hooks.
 */
export function runTape(
  starts: readonly (readonly [Edge, Tensor])[],
  targets: ReadonlySet<Edge> | null,
  { createGraph = false, retainGraph = createGraph }: GraphOptions,
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

/**
 * Runs the hooks of this entry on the gradient. Tensors that retain their gradient get the result.
 */
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

/** Adds to the retained gradient of the result of an operation. */
function retain(own: Leaf, gradient: Tensor): void {
  const total = own.grad === null ? ownedResult(gradient) : add(own.grad, gradient);
  const { node } = total.cell;
  if (node.keep < RESULT) node.keep = RESULT;
  own.grad = total;
  own.shown = true;
}

const consumed = (): GradError =>
  new GradError(
    "backward: the graph (or a part of it) was already consumed by an earlier backward" +
      "\n  hint: pass { retainGraph: true } to the first one, detach() tensors that you carry from step to step, or compute the forward again",
  );

/**
 * Frees the saved values of the entries that ran. If none of them saved a value, another backward
 * may
 * still run.
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

/** The gradients at `borders`, given those at the outputs. Null where none arrives. */
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
  const arrived = runTape(starts, ends, options, ends);
  return borders.map((border) => arrived.get(border) ?? null);
}

function deliver(arrived: Map<Edge, Tensor>, edge: Edge, gradient: Tensor): void {
  const before = arrived.get(edge);
  arrived.set(edge, before === undefined ? gradient : joined(before, gradient));
}

/** All edges in topological order. Iterative, because the tape may be as long as the program. */
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

/** The edges that lead to a target. A consumed edge counts if it may have led to one. */
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

/**
 * Whether a consumed entry may have led to a target: a leaf is known; a result may be one if no
 * live
 * edge leads to it.
 */
const mayLeadTo = ({ ends }: GradFn, targets: readonly Edge[], live: ReadonlySet<Edge>): boolean =>
  targets.some((target) =>
    target instanceof Leaf && ends !== null ? ends.has(target) : !live.has(target),
  );

/** Throws if a value that the rule reads was written after it was recorded. */
function checkSaved({ saved, name }: GradFn): void {
  for (const { cell, version } of saved) {
    if (!cell?.changedSince(version)) continue;
    const { writer, node } = cell.version === version ? (cell.writtenTo as Cell) : cell;
    throw new ExpiredError(
      `backward of ${name}: a value that it needs [${node.shape.join(", ")}] was overwritten by ${writer || "an in-place write"}` +
        "\n  hint: write to a clone() of it, or write after the backward",
    );
  }
}

/** A handle of its own on the same value, for the user. */
export function ownedResult(found: Tensor): Tensor {
  const result = newHandle(found.cell, found.window);
  result.edge = found.edge;
  return result;
}

/**
 * Records for the engine: tensors do not count as the user's, and are on the tape only with
 * `createGraph`.
 */
export function inEngine<T>(createGraph: boolean, fn: () => T): T {
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
