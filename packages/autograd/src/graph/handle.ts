import type { DType } from "../dtype.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import type { Edge, Leaf } from "../tape/edge.ts";
import type { Tensor } from "../tensor.ts";
import type { Cell } from "./cell.ts";
import { context } from "./context.ts";
import { DROPPED, type Node } from "./node.ts";
import type { View } from "./view.ts";

/** One view operation. It is replayed if an in-place write changes the gradient's path. */
export interface ViewStep {
  readonly name: string;
  readonly apply: (view: View) => View;
  /** dL/d(input) from dL/d(output). */
  readonly gradient: (dy: Tensor, from: Shape) => Tensor;
}

/** The steps from a view's base to the view, last step first. */
export interface ViewPath {
  readonly step: ViewStep;
  /** The shape that the step read. */
  readonly from: Shape;
  readonly before: ViewPath | null;
}

/** Where a view comes from. Only "one" can be recorded again after a write in place. */
export type Origin = "one" | "several" | "noGrad" | "vmap";

/** What users hold: a cell, a view of it, and an edge of the tape. `tensor.ts` adds the methods. */
export class Handle {
  readonly cell: Cell;
  /** Its view of the cell's value; null for the whole value. */
  readonly window: View | null;
  /** What receives its gradient: a `GradFn` or its own leaf; null if it needs no gradient. */
  edge: Edge | null = null;
  /** Its gradient and hooks as a leaf, made when first needed. Recording does not change them. */
  own: Leaf | null = null;
  /** A view's base tensor, its path from there, and the cell's version that `edge` is valid for. */
  base: Handle | null = null;
  path: ViewPath | null = null;
  origin: Origin = "one";
  seen = 0;
  /** The user made it from another handle and nothing has read it: see `Node.unreadHandles`. */
  unread = false;

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

/** Marks a handle that the user made from another: its value stays until an operation reads it. */
export function markUnread(handle: Handle): void {
  if (handle.unread) return;
  handle.unread = true;
  const { node } = handle.cell;
  node.unreadHandles++;
  if (node.state === DROPPED) node.stream.pending.push(node);
}

/** Notes that an operation or a further view reads the handle. */
export function markRead(handle: Handle): void {
  if (!handle.unread) return;
  handle.unread = false;
  handle.cell.node.unreadHandles--;
}

let construct: ((cell: Cell, view: View | null) => Tensor) | null = null;

/** `tensor.ts` registers the constructor of its class when it is loaded. */
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

/** Calls `call` once, before the next tensor is made. */
export function beforeNextTensor(call: () => void): void {
  context.beforeHandle = call;
}
