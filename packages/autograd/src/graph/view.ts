import { contiguousStrides, type Shape, sameShape, sizeOf } from "../shape.ts";
import type { Lane } from "./lanes.ts";

/**
 * How a handle or an operand reads the contiguous value of a node: element (i₀ … iₙ) is
 * value[offset + Σ iₖ · strideₖ]. Null is the node as it is. Offsets are parameters: slices that
 * differ in their start share a plan.
 */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** A handle's inside `vmap`: batches that `shape` does not show. A node's operands have none. */
  readonly lanes?: readonly Lane[];
}

export const wholeView = (shape: Shape): View => ({
  shape,
  strides: contiguousStrides(shape),
  offset: 0,
});

/** Elements in row-major order with no gaps (the offset may be anything). */
export function isContiguous(view: View): boolean {
  let expected = 1;
  for (let i = view.shape.length - 1; i >= 0; i--) {
    const n = view.shape[i] as number;
    if (n !== 1 && view.strides[i] !== expected) return false;
    expected *= n;
  }
  return true;
}

/** Reads all `size` elements of a value in their order, if under another shape. */
export const isWhole = (view: View, size: number): boolean =>
  sizeOf(view.shape) === size && isContiguous(view);

/** The view as an operand of a node of shape `base`, `null` when it is that node as it stands. */
export function simplify(view: View, base: Shape): View | null {
  return view.offset === 0 &&
    view.lanes === undefined &&
    sameShape(view.shape, base) &&
    isContiguous(view)
    ? null
    : view;
}

export function expandView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((n, i) =>
    i < lead || (view.shape[i - lead] === 1 && n !== 1) ? 0 : (view.strides[i - lead] as number),
  );
  return { shape, strides, offset: view.offset };
}

export function permuteView(view: View, order: readonly number[]): View {
  return {
    shape: order.map((d) => view.shape[d] as number),
    strides: order.map((d) => view.strides[d] as number),
    offset: view.offset,
  };
}

/**
 * `count` elements of dimension `dim` from `start`, each `step` further; a negative step goes
 * backwards.
 */
export function sliceView(
  view: View,
  dim: number,
  start: number,
  count: number,
  step: number,
): View {
  const shape = [...view.shape];
  const strides = [...view.strides];
  const stride = strides[dim] as number;
  shape[dim] = count;
  strides[dim] = stride * step;
  return { shape, strides, offset: view.offset + (count === 0 ? 0 : start * stride) };
}

export function dropDim(view: View, dim: number): View {
  return {
    shape: view.shape.toSpliced(dim, 1),
    strides: view.strides.toSpliced(dim, 1),
    offset: view.offset,
  };
}

export function insertDim(view: View, dim: number): View {
  return {
    shape: view.shape.toSpliced(dim, 0, 1),
    strides: view.strides.toSpliced(dim, 0, 0),
    offset: view.offset,
  };
}

/** The same elements under a new shape, or `null` where that needs a copy (PyTorch's rule). */
export function reshapeView(view: View, shape: Shape): View | null {
  if (sizeOf(shape) === 0) return { shape, strides: contiguousStrides(shape), offset: view.offset };
  const oldShape: number[] = [];
  const oldStrides: number[] = [];
  for (let i = 0; i < view.shape.length; i++) {
    if (view.shape[i] === 1) continue;
    oldShape.push(view.shape[i] as number);
    oldStrides.push(view.strides[i] as number);
  }
  const strides = new Array<number>(shape.length).fill(0);
  let from = 0;
  let to = 0;
  while (from < oldShape.length) {
    let have = oldShape[from] as number;
    let last = from;
    const first = to;
    let want = 1;
    while (to < shape.length && (want < have || shape[to] === 1)) want *= shape[to++] as number;
    while (want !== have) {
      if (have < want) {
        const joins = (oldStrides[last + 1] as number) * (oldShape[last + 1] as number);
        if (oldStrides[last] !== joins) return null;
        have *= oldShape[++last] as number;
      } else want *= shape[to++] as number;
    }
    let stride = oldStrides[last] as number;
    for (let i = to - 1; i >= first; i--) {
      strides[i] = stride;
      stride *= shape[i] as number;
    }
    from = last + 1;
  }
  return { shape, strides, offset: view.offset };
}

/** Dimensions of more than one element, the smallest stride first, as steps without their sign. */
function strides(view: View): { readonly n: number; readonly stride: number }[] {
  return view.shape
    .map((n, d) => ({ n, stride: Math.abs(view.strides[d] as number) }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride);
}

/** Whether each element has a place of its own, as far as strides tell. */
export function isDistinct(view: View): boolean {
  let reach = 0;
  for (const { n, stride } of strides(view)) {
    if (stride <= reach) return false;
    reach += (n - 1) * stride;
  }
  return true;
}

/** Whether its elements are a stretch of places without gaps, each once, in whatever order. */
function isDense(view: View): boolean {
  let expected = 1;
  for (const { n, stride } of strides(view)) {
    if (stride !== expected) return false;
    expected *= n;
  }
  return true;
}

/**
 * Whether two views of one value overlap without being equal. False where gaps make that hard to
 * tell.
 */
export function overlapsPartly(a: View, b: View): boolean {
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0 || !isDense(a) || !isDense(b)) return false;
  const start = (view: View): number =>
    view.shape.reduce(
      (at, n, d) => at + Math.min(0, (n - 1) * (view.strides[d] as number)),
      view.offset,
    );
  const [from, other] = [start(a), start(b)];
  const [end, otherEnd] = [from + sizeOf(a.shape), other + sizeOf(b.shape)];
  if (from === other && end === otherEnd) return !sameShape(a.strides, b.strides);
  return from < otherEnd && other < end;
}
