import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError, DeviceError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { clone } from "./clone.ts";
import { cast } from "./constant.ts";
import { arange, type CreateOptions, full, type TensorData, tensor } from "./creation.ts";
import { fill_ } from "./inplace.ts";

export interface AsTensorOptions {
  readonly dtype?: DType | undefined;
  readonly device?: CreateOptions["device"];
}

/** The data as a tensor: a tensor itself (or in another dtype), anything else copied. */
export function asTensor(data: TensorData | Tensor, options: AsTensorOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("asTensor(data: any, { dtype, device })", arguments);
  if (!(data instanceof Handle)) return tensor(data as TensorData, options);
  const { dtype = data.dtype, device = data as Tensor } = options;
  const wanted = typeof device === "string" ? device : device.device;
  if (wanted !== (data as Tensor).device) {
    throw new DeviceError(
      `asTensor: the tensor is on ${(data as Tensor).device}\n  hint: await x.to("${wanted}")`,
    );
  }
  return cast(data as Tensor, dtype);
}

/** One number as a 0-d tensor, f32 unless told otherwise. */
export function scalarTensor(value: number | boolean, options: CreateOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "scalarTensor(value: number | boolean, { dtype, requiresGrad: boolean, device })",
      arguments,
    );
  return full([], Number(value), options);
}

/** One value everywhere, in x's shape and dtype: `fill_` of a new tensor. */
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
    throw new ArgumentError(`range: no way from ${start} to ${end} in steps of ${step}`);
  }
  return arange(start, start + (count - 0.5) * step, step, { dtype: "f32", ...options });
}

/** Whether a value is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  if (arguments.length > 1) checkCall("isTensor(value: any)", arguments);
  return value instanceof Handle;
}

/** Whether the elements are fractions: f16, f32 or f64. */
export function isFloatingPoint(x: Tensor): boolean {
  if (arguments.length > 1) checkCall("isFloatingPoint(x)", arguments);
  checkTensor("isFloatingPoint", x);
  return isFloating(x.dtype);
}

/** Number of elements. */
export function numel(x: Tensor): number {
  if (arguments.length > 1) checkCall("numel(x)", arguments);
  checkTensor("numel", x);
  return sizeOf(x.shape);
}
