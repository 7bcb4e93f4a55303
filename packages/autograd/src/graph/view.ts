import { contiguousStrides, type Shape, sameShape, sizeOf } from "../shape.ts";
import type { Lane } from "./lanes.ts";

/**
 * How a handle or an operand reads the contiguous value of a node: element (i₀ … iₙ) is
 * value[offset + Σ iₖ · strideₖ]. Null stands for the whole value. Offsets are parameters, so that
 * slices that differ only in their start share a plan.
 */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** Batches of `vmap` that `shape` does not show. Only views of handles have them. */
  readonly lanes?: readonly Lane[];
}

export const wholeView = (shape: Shape): View => ({
  shape,
  strides: contiguousStrides(shape),
  offset: 0,
});

/** Whether the elements are in row-major order without gaps. The offset does not matter. */
export function isContiguous(view: View): boolean {
  let expected = 1;
  for (let i = view.shape.length - 1; i >= 0; i--) {
    const n = view.shape[i] as number;
    if (n !== 1 && view.strides[i] !== expected) return false;
    expected *= n;
  }
  return true;
}

/** Whether the view reads all `size` elements of a value in order, perhaps in another shape. */
export const isWhole = (view: View, size: number): boolean =>
  sizeOf(view.shape) === size && isContiguous(view);

/** The view; null if it reads the whole value of shape `base`. */
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
 * Takes `count` elements of dimension `dim`: `start`, `start + step`, …; `step` may be negative.
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

/** The same elements in a new shape; null if that needs a copy (PyTorch's rule). */
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

/** Dimensions of more than one element with their absolute strides, the smallest stride first. */
function strides(view: View): { readonly n: number; readonly stride: number }[] {
  return view.shape
    .map((n, d) => ({ n, stride: Math.abs(view.strides[d] as number) }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride);
}

/** Whether no two elements share a place. May be false for some views without overlap. */
export function isDistinct(view: View): boolean {
  if (sizeOf(view.shape) === 0) return true;
  let reach = 0;
  for (const { n, stride } of strides(view)) {
    if (stride <= reach) return false;
    reach += (n - 1) * stride;
  }
  return true;
}

/** Whether its elements fill a range without gaps, each place once, in any order. */
function isDense(view: View): boolean {
  let expected = 1;
  for (const { n, stride } of strides(view)) {
    if (stride !== expected) return false;
    expected *= n;
  }
  return true;
}

/** Whether two views of one value overlap without being equal. False for views with gaps. */
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
