import { type DType, isFloating } from "../../dtype.ts";
import { detail, ShapeError } from "../../errors.ts";
import { reduceAttributes, reducedDims } from "../../graph/attributes.ts";
import { newHandle } from "../../graph/handle.ts";
import type { Op } from "../../graph/op.ts";
import { expandView } from "../../graph/view.ts";
import {
  broadcastShapes,
  checkShape,
  normalizeDims,
  type Shape,
  sameShape,
  sizeOf,
} from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, recordGradient, recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, type Dims, withDim } from "../core/arguments.ts";
import { cast, constant } from "../core/constant.ts";
import { reduction } from "../core/define.ts";
import { alias, moveLast, reshape, shaped } from "../core/layout.ts";

/**
 * Expands dimensions of size 1 to this shape; -1 keeps a size, new dimensions come first. A view.
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2 || !Array.isArray(shape))
    checkCall("expand(x, shape: number[])", arguments);
  checkTensor("expand", x);
  const lead = shape.length - x.shape.length;
  const sizes = shape.map((n, i) => (n === -1 ? (x.shape[i - lead] ?? -1) : n));
  const fits = lead >= 0 && x.shape.every((n, i) => n === 1 || n === sizes[i + lead]);
  if (!fits) {
    throw new ShapeError(
      `expand: [${x.shape.join(", ")}] does not expand to [${shape.join(", ")}]${detail("x", x.shape)}` +
        "\n  hint: only dimensions of size 1 expand, and new dimensions come first",
    );
  }
  const own = checkShape("expand", sizes);
  return sameShape(x.shape, own) ? alias(x) : expanded(x, own);
}

/** `expand` under its other name. A view. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (arguments.length > 2 || !Array.isArray(shape))
    checkCall("broadcastTo(x, shape: number[])", arguments);
  return expand(x, shape);
}

/** `expand` to another tensor's shape. A view. */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  checkTensor("expandAs", other);
  return expand(x, other.shape);
}

/**
 * Expands tensors to their common shape: broadcastTensors(a, b) or broadcastTensors([a, b]). Views.
 */
export function broadcastTensors(
  ...tensors: readonly Tensor[] | readonly [readonly Tensor[]]
): Tensor[] {
  if (arguments.length > 0) checkCall("broadcastTensors(...tensors)", arguments);
  const list = tensors.flat() as Tensor[];
  for (const x of list) checkTensor("broadcastTensors", x);
  const shape = list.reduce<Shape>((to, x) => broadcastShapes("broadcastTensors", to, x.shape), []);
  return list.map((x) => expanded(x, shape));
}

/** `expand` without checks, inside an operation. Returns x if nothing changes. */
function expanded(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  return recordView(x, {
    name: "expand",
    apply: (view) => expandView(view, shape),
    gradient: sumTo,
  });
}

/** Sums over the dimensions that broadcasting `shape` to x's shape repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const dims = [...x.shape.keys()].filter(
    (d) => d < lead || (shape[d - lead] === 1 && x.shape[d] !== 1),
  );
  return shaped(reduce(sumOp, x, dims, false), shape);
}

/** Runs a reduce op over these dimensions (counted from the front; an empty list reduces none). */
export function reduce(
  op: Op,
  x: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  dtype: DType = x.dtype,
): Tensor {
  const kept = x.shape.filter((_, d) => !dims.includes(d));
  const moved =
    dims.length === 0
      ? reshape(x, [...x.shape, 1])
      : moveLast(
          x,
          dims.toSorted((a, b) => a - b),
        );
  const reduced = (): Tensor =>
    record(op, [moved], kept, dtype, reduceAttributes(Math.max(dims.length, 1)));
  return keepdim ? composite(() => shaped(reduced(), keptShape(x.shape, dims))) : reduced();
}

/** The shape with each of these dimensions set to 1. */
export const keptShape = (shape: Shape, dims: readonly number[]): Shape =>
  shape.map((n, d) => (dims.includes(d) ? 1 : n));

const sumOp: Op = reduction({
  name: "sum",
  combine: "sum",
  gradient: (dy, _, { shapes, attrs }) => [spread(dy, shapes[0] as Shape, reducedDims(attrs))],
});

/** Expands a reduced value over the last `count` dimensions of `shape`. A view. */
export function spread(y: Tensor, shape: Shape, count: number): Tensor {
  return expanded(
    shaped(
      y,
      shape.map((n, d) => (d < shape.length - count ? n : 1)),
    ),
    shape,
  );
}

/** Options of reductions. */
export interface ReduceOptions extends DimOption<Dims> {
  /** If true, keeps the reduced dimensions with size 1. */
  readonly keepdim?: boolean;
}

/** Options of `sum`, `mean`, `prod` and `nansum`. */
export interface SumOptions extends ReduceOptions {
  /** Converts x to this dtype first. */
  readonly dtype?: DType;
}

/** Σ x over `dim` (one, several, or all). Bools and u8 are summed in i32. */
export function sum(x: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  if (arguments.length > 1)
    checkCall(
      "sum(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype: dtype })",
      arguments,
    );
  checkTensor("sum", x);
  const {
    dim: over,
    keepdim = false,
    dtype = countable(x.dtype),
  } = withDim<Dims, SumOptions>(dim, options);
  const dims = normalizeDims("sum", over, x.shape.length);
  const value = cast(x, dtype);
  if (sizeOf(x.shape) === 0) return startValue(0, value, dims, keepdim);
  return reduce(sumOp, value, dims, keepdim);
}

/** The dtype of a sum. Bools and u8 are too small for it. */
export const countable = (dtype: DType): DType =>
  isFloating(dtype) || dtype === "u32" ? dtype : "i32";

/** A reduction over no elements: its initial value, on the tape. */
export function startValue(
  value: number,
  x: Tensor,
  dims: readonly number[],
  keepdim: boolean,
): Tensor {
  const shape = keepdim ? keptShape(x.shape, dims) : x.shape.filter((_, d) => !dims.includes(d));
  return unmoved(constant(value, x.dtype, shape, x.node.stream), [x]);
}

const zerosLike = (x: Tensor): Tensor => constant(0, x.dtype, x.shape, x.node.stream);

/** A constant that is on the tape as a function of these operands, with gradients of 0. */
export function unmoved(value: Tensor, operands: readonly Tensor[]): Tensor {
  recordGradient("constant", value, operands, () => operands.map(zerosLike));
  return value;
}

/** The value, on the tape also as a function of further operands with gradients of 0. */
export function withUnmoved(value: Tensor, operands: readonly Tensor[]): Tensor {
  const made = newHandle(value.cell, value.window);
  recordGradient("constant", made, [value, ...operands], (dy) => [dy, ...operands.map(zerosLike)]);
  return made;
}
