import type { DeviceName } from "../devices/registry.ts";
import { checkDType, type DType, type TypedArray } from "../dtype.ts";
import { cast } from "../ops/core/constant.ts";
import * as conversion from "../ops/core/conversion.ts";
import { type CreateOptions, full, type TensorData, tensor } from "../ops/core/creation.ts";
import type { MultinomialOptions } from "../ops/core/draws.ts";
import * as draws from "../ops/core/draws.ts";
import type { DrawOptions } from "../ops/core/random.ts";
import * as random from "../ops/core/random.ts";
import { read } from "../runtime/read.ts";
import { normalizeDim, type Shape, sizeOf } from "../shape.ts";
import { checkCall } from "../signature.ts";
import type { Tensor } from "../tensor.ts";
import type { Table } from "./table.ts";

/**
 * Sizes as arguments or as a list, followed by options: x.newZeros(2, 3), x.newZeros([2, 3], {
 * dtype:
 * "i32" }).
 */
type SizesAndOptions = readonly (number | Shape | CreateOptions)[];

/** Properties by PyTorch's names, conversions, and new tensors like this one. */
export interface PropertyMethods {
  /** The shape, or the size of one dimension. */
  size(): Shape;
  size(dim: number): number;
  /** The number of dimensions: `ndim`. */
  dim(): number;
  ndimension(): number;
  /** The number of elements: `numel()`. */
  nelement(): number;
  /** The strides in elements, or that of one dimension. */
  stride(): readonly number[];
  stride(dim: number): number;
  /** Bytes of one element. */
  elementSize(): number;
  isFloatingPoint(): boolean;
  /** The dtype, or the tensor converted to a dtype. */
  type(): DType;
  type(dtype: DType): Tensor;
  /** The tensor in the dtype of another. */
  typeAs(other: Tensor): Tensor;
  /** The tensor as f32, f64, f16, i32 or bool; int64 is i32 here. */
  float(): Tensor;
  double(): Tensor;
  half(): Tensor;
  int(): Tensor;
  long(): Tensor;
  bool(): Tensor;
  /** The value on the `cpu` device: `to("cpu")`. */
  cpu(): Promise<Tensor>;
  /** A copy of the values in row-major order: `data()`. */
  numpy(): Promise<TypedArray>;
  /** New tensors of this tensor's dtype and device, unless others are given. */
  newTensor(data: TensorData, options?: CreateOptions): Tensor;
  newFull(size: Shape, value: number | boolean, options?: CreateOptions): Tensor;
  newZeros(...size: SizesAndOptions): Tensor;
  newOnes(...size: SizesAndOptions): Tensor;
  newEmpty(...size: SizesAndOptions): Tensor;
  bernoulli(options?: DrawOptions): Tensor;
  multinomial(
    count: number,
    replacement?: boolean | MultinomialOptions,
    options?: MultinomialOptions,
  ): Tensor;
}

const sizeAlong = (x: Tensor, call: string, sizes: readonly number[], dim: unknown): number =>
  sizes[normalizeDim(call, dim as number, x.shape.length)] as number;

const as =
  (name: string, dtype: DType) =>
  (x: Tensor, ...given: unknown[]): Tensor => {
    if (given.length > 0) checkCall(`${name}(x)`, [x, ...given]);
    return cast(x, dtype);
  };

/** Methods that take no arguments. */
const of =
  <T>(name: string, fn: (x: Tensor) => T) =>
  (x: Tensor, ...given: unknown[]): T => {
    if (given.length > 0) checkCall(`${name}(x)`, [x, ...given]);
    return fn(x);
  };

const like = (x: Tensor, options: CreateOptions = {}): CreateOptions => ({
  dtype: x.dtype,
  device: x,
  ...options,
});

const filled =
  (name: string, value: number) =>
  (x: Tensor, ...given: SizesAndOptions): Tensor => {
    const last = given.at(-1);
    const named = typeof last === "object" && !Array.isArray(last);
    const sizes = (named ? given.slice(0, -1) : given).flat() as number[];
    checkCall(`${name}(x, size: number[], { dtype, requiresGrad: boolean, device })`, [
      x,
      sizes,
      ...(named ? [last] : []),
    ]);
    return full(sizes, value, like(x, named ? (last as CreateOptions) : {}));
  };

const bytes: Partial<Record<DType, number>> = { f64: 8, f16: 2, bool: 1, u8: 1 };

export const propertyMethods: Table<PropertyMethods> = {
  size(x: Tensor, ...given: unknown[]) {
    if (given.length === 0) return x.shape as never;
    checkCall("size(x, dim: number)", [x, ...given]);
    return sizeAlong(x, "size", x.shape, given[0]);
  },
  dim: of("dim", (x) => x.shape.length),
  ndimension: of("ndimension", (x) => x.shape.length),
  nelement: of("nelement", (x) => sizeOf(x.shape)),
  stride(x: Tensor, ...given: unknown[]) {
    if (given.length === 0) return x.strides as never;
    checkCall("stride(x, dim: number)", [x, ...given]);
    return sizeAlong(x, "stride", x.strides, given[0]);
  },
  elementSize: of("elementSize", (x) => bytes[x.dtype] ?? 4),
  isFloatingPoint: conversion.isFloatingPoint,
  type(x: Tensor, ...given: unknown[]) {
    if (given.length === 0) return x.dtype as never;
    checkCall("type(x, dtype: any)", [x, ...given]);
    return cast(x, checkDType("type", given[0]));
  },
  typeAs(x, other, ...more) {
    checkCall("typeAs(x, other: tensor)", [x, other, ...(more as [])]);
    return cast(x, other.dtype);
  },
  float: as("float", "f32"),
  double: as("double", "f64"),
  half: as("half", "f16"),
  int: as("int", "i32"),
  long: as("long", "i32"),
  bool: as("bool", "bool"),
  cpu: of("cpu", (x) => x.to("cpu" satisfies DeviceName)),
  numpy: of("numpy", read),
  newTensor(x, data, options, ...more) {
    checkCall("newTensor(x, data: any, { dtype, requiresGrad: boolean, device })", [
      x,
      data,
      options,
      ...(more as []),
    ]);
    return tensor(data, like(x, options));
  },
  newFull(x, size, value, options, ...more) {
    checkCall(
      "newFull(x, size: number[], value: operand, { dtype, requiresGrad: boolean, device })",
      [x, size, value, options, ...(more as [])],
    );
    return full(size, value, like(x, options));
  },
  newZeros: filled("newZeros", 0),
  newOnes: filled("newOnes", 1),
  newEmpty: filled("newEmpty", 0),
  bernoulli: random.bernoulli,
  multinomial: draws.multinomial,
};
