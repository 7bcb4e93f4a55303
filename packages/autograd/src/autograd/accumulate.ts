import { detail, GradError } from "../errors.ts";
import { Cell } from "../graph/cell.ts";
import { context } from "../graph/context.ts";
import { newHandle } from "../graph/handle.ts";
import { type Node, PENDING, RESULT } from "../graph/node.ts";
import { ownValue } from "../ops/core/commit.ts";
import { cast } from "../ops/core/constant.ts";
import { writeInPlace } from "../ops/core/inplace.ts";
import { add } from "../ops/math/arithmetic.ts";
import { GradFn, type Leaf } from "../tape/edge.ts";
import type { Tensor } from "../tensor.ts";

/** Adds a gradient to the leaf's `.grad`. */
export function accumulate(leaf: Leaf, total: Tensor, createGraph: boolean): void {
  if (leaf.tensor.edge instanceof GradFn) {
    throw new GradError(
      `backward: a leaf was written in place with gradients after it was used, so it is no longer a leaf${detail("tensor", leaf.shape)}`,
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

/**
 * Keeps the gradient of a tensor that every step makes anew: it is computed with the step and
 * cached.
 */
function cacheGradient(node: Node): void {
  if (node.keep < RESULT) node.keep = RESULT;
  node.terminal = true;
  node.gradMode = true;
  node.pure = false;
}

/** A cell for a parameter's new gradient. It takes over the storage of the old gradient. */
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
