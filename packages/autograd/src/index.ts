export { type BackwardOptions, type GradOptions, grad } from "./autograd/backward.ts";
export type { DType, TypedArray } from "./dtype.ts";
export {
  ArgumentError,
  DeviceError,
  DeviceLostError,
  DTypeError,
  ExpiredError,
  GradError,
  LimitError,
  OutOfMemoryError,
  ShapeError,
  WgradError,
} from "./errors.ts";
export { bmm, dot, linear, matmul, mm, mv, outer } from "./ops/contraction.ts";
export {
  bernoulli,
  manualSeed,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
} from "./ops/random.ts";
export { Generator } from "./random/generator.ts";
export { RandomState } from "./random/numpy.ts";
export type { Counters } from "./runtime/counters.ts";
export { type InitOptions, type InitResult, init } from "./runtime/init.ts";
export { counters, type MemoryReport, memory } from "./runtime/report.ts";
export type { Shape } from "./shape.ts";
export { enableGrad, noGrad, scope } from "./tape/modes.ts";
export { Tensor } from "./tensor.ts";
