import type { DType } from "../dtype.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Edge, Leaf } from "../tape/edge.ts";
import type { Tensor } from "../tensor.ts";
import type { Cell } from "./cell.ts";
import { context } from "./context.ts";
import { DROPPED, type Node } from "./node.ts";
import type { View } from "./view.ts";

/** One step from a base to a view. It is replayed when an in-place write moves the gradient. */
export interface ViewStep {
  readonly name: string;
  readonly apply: (view: View) => View;
  /** dL/d(what the step read) from dL/d(what it gave). */
  readonly gradient: (dy: Tensor, from: Shape) => Tensor;
}

/** The steps from a view's base to the view, the last one first. */
export interface ViewPath {
  readonly step: ViewStep;
  /** The shape that the step read. */
  readonly from: Shape;
  readonly before: ViewPath | null;
}

/**
 * Why a view's history cannot be recorded again after a write: it is one of several, or made in
 * noGrad or by vmap.
 */
export type Origin = "one" | "several" | "noGrad" | "vmap";

/** What users hold: a cell, a view of it and a place on the tape. `tensor.ts` adds the methods. */
export class Handle {
  readonly cell: Cell;
  /** What it sees of the cell's value; null is all of it, as it stands. */
  readonly window: View | null;
  /** Where its gradient goes: a `GradFn` or its own leaf; null if it needs none. */
  edge: Edge | null = null;
  /** Its gradient and a leaf's hooks, made when first needed. Recording does not change them. */
  own: Leaf | null = null;
  /**
   * Of a view: the tensor that its path starts from, and the version of the cell for which `edge`
   * holds.
   */
  base: Handle | null = null;
  path: ViewPath | null = null;
  origin: Origin = "one";
  seen = 0;
  /**
   * The user made it from another handle, and no operation has read it: counted in `Node.loose`.
   */
  loose = false;

  constructor(cell: Cell, window: View | null) {
    this.cell = cell;
    this.window = window;
  }

  get node(): Node {
    return this.cell.node;
  }
  get shape(): Shape {
    return this.window === null ? this.cell.node.shape : this.window.shape;
  }
  get dtype(): DType {
    return this.cell.node.dtype;
  }
  get strides(): readonly number[] {
    return this.window === null ? contiguousStrides(this.cell.node.shape) : this.window.strides;
  }
}

/** The user has another handle on the value: until an operation reads it, the value is to stay. */
export function loosen(handle: Handle): void {
  if (handle.loose) return;
  handle.loose = true;
  const { node } = handle.cell;
  node.loose++;
  if (node.state === DROPPED) node.stream.pending.push(node);
}

/** An operation, or a further view, reads the handle. */
export function tighten(handle: Handle): void {
  if (!handle.loose) return;
  handle.loose = false;
  handle.cell.node.loose--;
}

let construct: ((cell: Cell, view: View | null) => Tensor) | null = null;

/** tensor.ts gives the class with methods, once, at load. */
export function registerHandle(make: (cell: Cell, view: View | null) => Tensor): void {
  construct = make;
}

export function newHandle(cell: Cell, view: View | null): Tensor {
  if (construct === null) throw new Error("@wgrad/autograd: tensor.ts was not loaded");
  if (context.beforeHandle !== null) callBefore(context.beforeHandle);
  const handle = construct(cell, view);
  context.scope?.add(handle);
  return handle;
}

function callBefore(call: () => void): void {
  context.beforeHandle = null;
  call();
}

/** Has `call` called once, before the next tensor is made. */
export function beforeNextTensor(call: () => void): void {
  context.beforeHandle = call;
}
