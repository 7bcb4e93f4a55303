import { type DType, isFloating } from "../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { newHandle } from "../graph/handle.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { bring } from "../tape/bring.ts";
import { composite } from "../tape/modes.ts";
import { checkWritable, rebind, rootOf } from "../tape/rebind.ts";
import { edgeOf } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { type AddOptions, add, type DivOptions, div, mul, neg, sub } from "./arithmetic.ts";
import { type ClampOptions, clamp, pow } from "./binary.ts";
import { expand } from "./broadcast.ts";
import { cast, constantLike, copy, held } from "./constant.ts";
import { assemble } from "./strided.ts";
import { abs, exp, relu, round, sigmoid, sqrt, square, tanh } from "./unary.ts";

/**
 * Writes what `compute` gives where `x` points, and returns `x`. A whole tensor is bound to the new value; a view is
 * written into the tensor it is a view of. Refused writes change nothing.
 */
export function writeInPlace(name: string, x: Tensor, compute: () => Tensor): Tensor {
  checkTensor(name, x);
  checkWritable(x, name);
  checkDistinct(name, x);
  const root = rootOf(x) as Tensor;
  // a detached view has no base left: its cell is written as a whole, off the tape
  const whole = root.window === null ? root : newHandle(root.cell, null);
  let part: Tensor = x;
  const value = composite(() => {
    part = fitting(name, x, compute());
    if (x.window === null) return isFresh(part) ? part : copy(part);
    const { strides, offset } = x.window;
    return assemble(whole, [{ value: part, strides, offset }]);
  });
  rebind(whole, value, name);
  if (whole !== root && context.gradMode) x.edge = part.edge;
  return x;
}

/** Free for one cell to take: a whole value that no other names. */
const isFresh = ({ window, node }: Tensor): boolean =>
  window === null && node.cell === null && node.consumers === 0 && node.storage === null;

function fitting(name: string, x: Tensor, value: Tensor): Tensor {
  if (!sameShape(value.shape, x.shape)) {
    throw new ShapeError(
      `${name}: the result does not have the shape of what it is written to` +
        `${detail("x", x.shape)}${detail("result", value.shape)}\n  hint: the other operand may broadcast to x, not x to it`,
    );
  }
  if (kindOf(value.dtype) > kindOf(x.dtype)) {
    throw new DTypeError(
      `${name}: a ${value.dtype} result cannot be written to ${x.dtype}\n  hint: x.to("${value.dtype}") first`,
    );
  }
  return cast(value, x.dtype);
}

const kindOf = (dtype: DType): number => (isFloating(dtype) ? 2 : dtype === "bool" ? 0 : 1);

/** Each element written must have a place of its own. */
function checkDistinct(name: string, x: Tensor): void {
  if (x.window === null) return;
  const { shape, strides } = x.window;
  const dims = shape
    .map((n, d) => ({
      span: (n - 1) * Math.abs(strides[d] as number),
      stride: Math.abs(strides[d] as number),
      n,
    }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { span, stride } of dims) {
    if (stride <= reach) {
      throw new ArgumentError(
        `${name}: several elements of this view share a place (it was expanded or unfolded)${detail("x", x.shape)}` +
          "\n  hint: clone() it first",
      );
    }
    reach += span;
  }
}

/** x ← a + α·b. */
export function add_(x: Tensor, other: Operand, options?: AddOptions): Tensor {
  return writeInPlace("add_", x, () => add(x, other, options));
}
/** x ← x − α·b. */
export function sub_(x: Tensor, other: Operand, options?: AddOptions): Tensor {
  return writeInPlace("sub_", x, () => sub(x, other, options));
}
/** x ← x · b. */
export function mul_(x: Tensor, other: Operand): Tensor {
  return writeInPlace("mul_", x, () => mul(x, other));
}
/** x ← x / b. */
export function div_(x: Tensor, other: Operand, options?: DivOptions): Tensor {
  return writeInPlace("div_", x, () => div(x, other, options));
}
/** x ← xᵇ. */
export function pow_(x: Tensor, exponent: Operand): Tensor {
  return writeInPlace("pow_", x, () => pow(x, exponent));
}
/** x ← min(max(x, low), high). */
export function clamp_(
  x: Tensor,
  low?: Operand | null | ClampOptions,
  high?: Operand | null,
): Tensor {
  return writeInPlace("clamp_", x, () => clamp(x, low, high));
}

/** x ← y, broadcast to x's shape and in its dtype. */
export function copy_(x: Tensor, source: Operand): Tensor {
  return writeInPlace("copy_", x, () => {
    if (typeof source !== "object") return constantLike(held("copy_", Number(source), x.dtype), x);
    checkTensor("copy_", source);
    if (!sameShape(broadcastShapes("copy_", x.shape, source.shape), x.shape)) {
      throw new ShapeError(
        `copy_: the source does not broadcast to x${detail("x", x.shape)}${detail("source", source.shape)}`,
      );
    }
    const here = bring(source, x.node.stream, edgeOf(source)) ?? source;
    return copy(expand(cast(here, x.dtype), x.shape));
  });
}
/** x ← one value everywhere: a number, or a 0-d tensor. */
export function fill_(x: Tensor, value: Operand): Tensor {
  if (typeof value === "object" && value.shape.length > 0) {
    throw new ShapeError(
      `fill_: takes a number or a 0-d tensor${detail("value", value.shape)}\n  hint: copy_ takes any`,
    );
  }
  return copy_(x, value);
}
/** x ← 0. */
export function zero_(x: Tensor): Tensor {
  return writeInPlace("zero_", x, () => constantLike(0, x));
}

const inPlace =
  (name: string, op: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  (x) =>
    writeInPlace(name, x, () => op(x));

/** x ← max(0, x). */
export const relu_: (x: Tensor) => Tensor = inPlace("relu_", relu);
/** x ← σ(x). */
export const sigmoid_: (x: Tensor) => Tensor = inPlace("sigmoid_", sigmoid);
/** x ← tanh x. */
export const tanh_: (x: Tensor) => Tensor = inPlace("tanh_", tanh);
/** x ← eˣ. */
export const exp_: (x: Tensor) => Tensor = inPlace("exp_", exp);
/** x ← √x. */
export const sqrt_: (x: Tensor) => Tensor = inPlace("sqrt_", sqrt);
/** x ← x². */
export const square_: (x: Tensor) => Tensor = inPlace("square_", square);
/** x ← −x. */
export const neg_: (x: Tensor) => Tensor = inPlace("neg_", neg);
/** x ← |x|. */
export const abs_: (x: Tensor) => Tensor = inPlace("abs_", abs);
/** x ← x rounded to whole numbers, halves to even. */
export const round_: (x: Tensor) => Tensor = inPlace("round_", round);
