import {
  type CeluOptions,
  celu,
  DTypeError,
  type EluOptions,
  elu,
  type HardtanhOptions,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  relu,
  selu,
  type Tensor,
  threshold,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type RreluOptions, rrelu } from "./activations.ts";

/**
 * Writes the result of an activation into its operand and returns it. The gradient uses the old
 * value.
 */
function writeOver(call: string, x: Tensor, activation: (x: Tensor) => Tensor): Tensor {
  const y = activation(x.requiresGrad ? x.clone() : x);
  if (y.dtype === x.dtype) return x.copy_(y);
  throw new DTypeError(
    `${call}: the result is ${y.dtype}, which cannot be written into a tensor of ${x.dtype}`,
  );
}

/** `relu` in place. */
export function relu_(x: Tensor): Tensor {
  checkCall("relu_(x)", arguments);
  return writeOver("relu_", x, relu);
}

/** `celu` in place. */
export function celu_(x: Tensor, options: CeluOptions = {}): Tensor {
  checkCall("celu_(x, { alpha: number })", arguments);
  return writeOver("celu_", x, (before) => celu(before, options));
}

/** `elu` in place. */
export function elu_(x: Tensor, options: EluOptions = {}): Tensor {
  checkCall("elu_(x, { alpha: number })", arguments);
  return writeOver("elu_", x, (before) => elu(before, options));
}

/** `selu` in place. */
export function selu_(x: Tensor): Tensor {
  checkCall("selu_(x)", arguments);
  return writeOver("selu_", x, selu);
}

/** `leakyRelu` in place. */
export function leakyRelu_(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  checkCall("leakyRelu_(x, { negativeSlope: number })", arguments);
  return writeOver("leakyRelu_", x, (before) => leakyRelu(before, options));
}

/** `hardtanh` in place. */
export function hardtanh_(x: Tensor, options: HardtanhOptions = {}): Tensor {
  checkCall("hardtanh_(x, { minVal: number, maxVal: number })", arguments);
  return writeOver("hardtanh_", x, (before) => hardtanh(before, options));
}

/** `threshold` in place. */
export function threshold_(x: Tensor, limit: number, value: number): Tensor {
  checkCall("threshold_(x, limit: number, value: number)", arguments);
  return writeOver("threshold_", x, (before) => threshold(before, limit, value));
}

/** `rrelu` in place. */
export function rrelu_(x: Tensor, options: RreluOptions = {}): Tensor {
  checkCall("rrelu_(x, { lower: number, upper: number, training: boolean })", arguments);
  return writeOver("rrelu_", x, (before) => rrelu(before, options));
}
