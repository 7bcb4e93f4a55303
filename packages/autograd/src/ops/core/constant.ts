import { type DType, isFloating, largestWhole } from "../../dtype.ts";
import { DTypeError } from "../../errors.ts";
import { noAttributes } from "../../graph/attributes.ts";
import type { Stream } from "../../graph/context.ts";
import type { Op } from "../../graph/op.ts";
import { e } from "../../kernel/expression.ts";
import type { Shape } from "../../shape.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { elementwise } from "./define.ts";

const fillOp: Op = elementwise({
  name: "fill",
  scalars: ["result"],
  reference: (value) => value,
  expression: (value) => value,
});

/** A tensor filled with one number. The number is a parameter: another one needs no compilation. */
export function constant(value: number, dtype: DType, shape: Shape, stream?: Stream): Tensor {
  return record(
    fillOp,
    [],
    shape,
    dtype,
    noAttributes,
    [dtype === "bool" ? Number(value !== 0) : value],
    stream,
  );
}

/** A constant of another tensor's shape, dtype and device. */
export function constantLike(value: number, like: Tensor): Tensor {
  return constant(value, like.dtype, like.shape, like.node.stream);
}

/** A gradient of zeros where nothing flows, as in PyTorch. */
export const zeroGradient = (dy: Tensor): Tensor => constantLike(0, dy);

/**
 * y = x in another dtype. Floating-point numbers are truncated for integers; for bool, any element
 * but 0
 * is true.
 */
function castTo(dtype: DType, reference: (x: number) => number): Op {
  return elementwise({
    name: `cast to ${dtype}`,
    reference,
    expression: (x) => e.cast(x, dtype),
    ...(isFloating(dtype) && {
      gradient: (dy, _, { dtypes: [from] }) => [cast(dy, from as DType)],
    }),
  });
}

const largest = largestWhole("i32");
/** A number beyond the range of i32 becomes the nearest i32, and NaN becomes 0, on every device. */
const fractionToWhole = castTo("i32", (x) =>
  Math.trunc(Math.min(Math.max(x, -largest - 1), largest)),
);

/**
 * Integers wrap around. For unsigned types the integer part of a floating-point number is taken
 * modulo
 * 2ⁿ, as PyTorch's uint8 does.
 */
const casts: Record<DType, Op> = {
  f16: castTo("f16", (x) => x),
  f32: castTo("f32", (x) => x),
  f64: castTo("f64", (x) => x),
  i32: castTo("i32", (x) => x),
  u32: castTo("u32", Math.trunc),
  u8: castTo("u8", Math.trunc),
  bool: castTo("bool", (x) => Number(x !== 0)),
};

/** Whether the operation is a cast. */
export const isCast = (op: Op): boolean =>
  op === fractionToWhole || Object.values(casts).includes(op);

const copyOp: Op = elementwise({
  name: "copy",
  reference: (x) => x,
  expression: (x) => x,
  gradient: (dy) => [dy],
});

/** A copy in storage of its own, in row-major order. */
export const copy = (x: Tensor): Tensor => record(copyOp, [x], x.shape, x.dtype);

/** The result `made` of x, copied if it is x or a view of x. */
export const apart = (made: Tensor, x: Tensor): Tensor =>
  made.cell === x.cell ? copy(made) : made;

/** The values in another dtype. Returns the tensor itself if it has that dtype. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const op = dtype === "i32" && isFloating(x.dtype) ? fractionToWhole : casts[dtype];
  return record(op, [x], x.shape, dtype);
}

/**
 * Returns the number if this dtype can represent it; else throws. Unsigned types take −1 as their
 * largest value, as in PyTorch; floating-point numbers are truncated.
 */
export function held(call: string, value: number, dtype: DType): number {
  const most = largestWhole(dtype);
  if (dtype === "bool" || most === Infinity) return value;
  const least = dtype === "i32" ? -most - 1 : -most;
  const whole = Math.trunc(value);
  if (whole >= least && whole <= most) return whole;
  throw new DTypeError(
    `${call}: ${value} does not fit in ${dtype}\n  hint: whole numbers up to ${most}, or f32`,
  );
}

/** Throws unless x is floating-point. */
export function checkFloating(call: string, x: Tensor): void {
  if (isFloating(x.dtype)) return;
  throw new DTypeError(
    `${call}: needs a floating dtype, got ${x.dtype}\n  hint: convert first, x.to("f32")`,
  );
}

/** Refuses parameters of another dtype than x's, but f32 ones of an f16. */
export function checkDTypeOf(call: string, name: string, value: Tensor, x: Tensor): void {
  if (value.dtype === x.dtype || (x.dtype === "f16" && value.dtype === "f32")) return;
  throw new DTypeError(
    `${call}: ${name} must be ${x.dtype}, as x, got ${value.dtype}\n  hint: ${name}.to("${x.dtype}")`,
  );
}

/** The operand, which must not be bool. */
export function refuseBool<T extends Tensor | boolean>(call: string, x: T, hint: string): T {
  if (typeof x !== "boolean" && (x as Tensor | undefined)?.dtype !== "bool") return x;
  throw new DTypeError(`${call}: takes numbers, got bool\n  hint: ${hint}`);
}
