export { type BackwardOptions, type GradOptions, grad } from "./autograd/backward.ts";
export { checkpoint, checkpointSequential } from "./autograd/checkpoint.ts";
export {
  Function,
  type FunctionClass,
  FunctionContext,
  type FunctionWithSetup,
} from "./autograd/function.ts";
export { type FunctionalOptions, hessian, jacobian } from "./autograd/functional.ts";
export type { HookHandle } from "./autograd/hooks.ts";
export { canCast, type DType, promoteTypes, type TypedArray } from "./dtype.ts";
export {
  AnomalyError,
  ArgumentError,
  DeviceError,
  DeviceLostError,
  DTypeError,
  ExpiredError,
  GradError,
  IndexError,
  LimitError,
  OutOfMemoryError,
  ShapeError,
  VerifyError,
  WgradError,
} from "./errors.ts";
export { explain } from "./inspect/explain.ts";
export { type KernelProfile, Profile, profile, type TraceEvent } from "./inspect/profile.ts";
export { type MemoryOwner, type MemoryReport, memory } from "./inspect/report.ts";
export type { DeviceClass } from "./lower/target.ts";
export type { BinaryOp, Operand, UnaryOp } from "./ops/core/apply.ts";
export type { DimOption, Dims } from "./ops/core/arguments.ts";
export { type AutocastOptions, autocast, isAutocastEnabled } from "./ops/core/autocast.ts";
export { resultType } from "./ops/core/promotion.ts";
export * from "./public/creation.ts";
export * from "./public/inplace.ts";
export * from "./public/linalg.ts";
export * from "./public/math.ts";
export * from "./public/nn.ts";
export * from "./public/shape.ts";
export * as special from "./public/special.ts";
export { setDetectAnomaly } from "./runtime/anomaly.ts";
export { type InitOptions, type InitResult, init } from "./runtime/init.ts";
export type { Shape } from "./shape.ts";
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  noGrad,
  scope,
  setGradEnabled,
} from "./tape/modes.ts";
export { Tensor } from "./tensor.ts";
