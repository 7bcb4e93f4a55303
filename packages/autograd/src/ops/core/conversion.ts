import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError, DeviceError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { clone } from "./clone.ts";
import { cast } from "./constant.ts";
import { type CreateOptions, full, type TensorData, tensor } from "./creation.ts";
import { fill_ } from "./inplace.ts";
import { arange } from "./progressions.ts";

/** Options of `asTensor`. */
export interface AsTensorOptions {
  readonly dtype?: DType | undefined;
  readonly device?: CreateOptions["device"];
}

/** Converts data to a tensor. A tensor is returned as it is (or cast); anything else is copied. */
export function asTensor(data: TensorData | Tensor, options: AsTensorOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("asTensor(data: any, { dtype: dtype, device: string | tensor })", arguments);
  if (!(data instanceof Handle)) return tensor(data as TensorData, options);
  const { dtype = data.dtype, device = data as Tensor } = options;
  const wanted = typeof device === "string" ? device : device.device;
  if (wanted !== (data as Tensor).device) {
    throw new DeviceError(
      `asTensor: the tensor is on device ${(data as Tensor).device}\n  hint: await x.to("${wanted}")`,
    );
  }
  return cast(data as Tensor, dtype);
}

/** A number as a 0-d tensor, f32 unless `dtype` is given. */
export function scalarTensor(value: number | boolean, options: CreateOptions = {}): Tensor {
  checkCall(
    "scalarTensor(value: number | NaN | boolean, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return full([], Number(value), options);
}

/** A tensor of x's shape and dtype filled with one value. */
export function fill(x: Tensor, value: Operand): Tensor {
  checkCall("fill(x, value: operand)", arguments);
  return fill_(clone(x), value);
}

/** start, start + step, … up to and including `end`, as f32. `arange` excludes `end`. */
export function range(start: number, end: number, step = 1, options: CreateOptions = {}): Tensor {
  checkCall(
    "range(start: number, end: number, step?: number, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const count = Math.floor((end - start) / step) + 1;
  if (!(count >= 1 && Number.isFinite(count))) {
    throw new ArgumentError(`range: cannot go from ${start} to ${end} with step ${step}`);
  }
  return arange(start, start + (count - 0.5) * step, step, { dtype: "f32", ...options });
}

/** Whether a value is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  if (arguments.length > 1) checkCall("isTensor(value: any)", arguments);
  return value instanceof Handle;
}

/** Whether the dtype is floating-point: f16, f32 or f64. */
export function isFloatingPoint(x: Tensor): boolean {
  if (arguments.length > 1) checkCall("isFloatingPoint(x)", arguments);
  checkTensor("isFloatingPoint", x);
  return isFloating(x.dtype);
}

/** The number of elements. */
export function numel(x: Tensor): number {
  if (arguments.length > 1) checkCall("numel(x)", arguments);
  checkTensor("numel", x);
  return sizeOf(x.shape);
}
