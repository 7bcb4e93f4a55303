import type { DType } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { customAttributes } from "../../graph/attributes.ts";
import { Handle } from "../../graph/handle.ts";
import { type Op, OUTPUT_ALIGNMENT } from "../../graph/op.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { narrow } from "../shape/movement.ts";
import { copy } from "./constant.ts";
import { reshape } from "./layout.ts";
import { contiguous } from "./strided.ts";

/** One call of a custom op. */
export interface CustomCall {
  /** Shapes of the outputs, in order. */
  readonly shapes: readonly Shape[];
  /** The dtype of all outputs. */
  readonly dtype: DType;
  /** The numbers that the kernel's description calls `sizes`. */
  readonly sizes?: readonly number[];
  readonly scalars?: readonly number[];
  /** The number of elements of each scratch array. */
  readonly scratch?: readonly number[];
  /** The number of workgroups. */
  readonly groups: number;
}

/** Values that are contiguous from the start of their buffer, as custom kernels read them. */
const fromStart = (x: Tensor): Tensor => ((x.window?.offset ?? 0) === 0 ? contiguous(x) : copy(x));

/** Records a custom op. Returns its outputs: several are copied out of one result. */
export function recordCustom(op: Op, operands: readonly Tensor[], call: CustomCall): Tensor[] {
  const { shapes, dtype, sizes = [], scalars = [], scratch = [], groups } = call;
  const several = shapes.length > 1;
  const places: { start: number; size: number }[] = [];
  let end = 0;
  for (const shape of shapes) {
    const size = sizeOf(shape);
    places.push({ start: end, size });
    end += Math.ceil(Math.max(size, 1) / OUTPUT_ALIGNMENT) * OUTPUT_ALIGNMENT;
  }
  const result = record(
    op,
    operands.map(fromStart),
    several ? [end] : (shapes[0] as Shape),
    dtype,
    customAttributes({ groups, sizes, outputs: places, scratch }),
    scalars,
  );
  if (!several) return [result];
  // They are copies, so that a flush computes only those that the program holds.
  return places.map(({ start, size }, i) =>
    reshape(copy(narrow(result, 0, start, size)), shapes[i] as Shape),
  );
}

/** Throws if an operand does not have the dtype that the kernel reads. */
export function checkOperand(call: string, name: string, x: Tensor, dtype: DType): void {
  if (x.dtype === dtype) return;
  throw new DTypeError(
    `${call}: ${name} must be ${dtype}, got ${x.dtype}${detail(name, x.shape)}\n  hint: ${name}.to("${dtype}")`,
  );
}

/** Throws if a result is not a tensor of the declared shape. */
export function checkOutput(call: string, name: string, y: unknown, shape: Shape): Tensor {
  if (!(y instanceof Handle))
    throw new ArgumentError(`${call}: ${name} must be a tensor, got ${typeof y}`);
  if (sameShape(y.shape, shape)) return y as Tensor;
  throw new ShapeError(
    `${call}: ${name} does not have the declared shape${detail("declared", shape)}${detail("got", y.shape)}`,
  );
}
