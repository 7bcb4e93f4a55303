/** What packages and plugins need besides tensors. */

export { isRecomputing } from "./autograd/checkpoint.ts";
export {
  type ClipGradNormOptions,
  clipGradNorm_,
  clipGradsWithNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from "./autograd/clip.ts";
export { defineFused, type FusedOp, type FusedSpec } from "./autograd/fused.ts";
export { defineHostOperation, type HostOperationSpec } from "./autograd/host-operation.ts";
export {
  type DefinedKernel,
  defineKernel,
  type Each,
  type KernelDType,
  type KernelSpec,
} from "./autograd/kernel.ts";
export { recomputedVjp } from "./autograd/vjp.ts";
export type { Device } from "./devices/device.ts";
export { deviceNames, isDeviceName, registerDevice } from "./devices/registry.ts";
export {
  type Attributes,
  dimOf,
  formOf,
  isOnto,
  ownOfContract,
  ownOfReduce,
  partStrides,
  ranksOf,
  reducedDims,
} from "./graph/attributes.ts";
export { beforeNextTensor } from "./graph/handle.ts";
export type { Gradient, GradientCall, Op } from "./graph/op.ts";
export { htmlTable } from "./inspect/html.ts";
export { type Recorded, type RecordedNode, recorded } from "./inspect/recorded.ts";
export { stepBoundary } from "./inspect/report.ts";
export { type Expr, e } from "./kernel/expression.ts";
export { defineKind } from "./kinds.ts";
export { binary, binaryBool, binaryFloat, nary, unary, unaryFloat } from "./ops/core/apply.ts";
export {
  checkedClasses,
  checkedFractions,
  checkedIndex,
  type FractionRange,
  type IndexRange,
} from "./ops/core/bounds.ts";
export { commit, moveTo, persist, retype } from "./ops/core/commit.ts";
export { fromHost } from "./ops/core/creation.ts";
export { type ElementwiseSpec, elementwise } from "./ops/core/define.ts";
export { type ReadTarget, readInto, takeBack } from "./ops/core/host-memory.ts";
export { knownValues } from "./ops/core/known-values.ts";
export { fillFrom, type Unfilled, unfilled } from "./ops/core/loading.ts";
export { assemble, type Part } from "./ops/core/strided.ts";
export { inOrder, type Pair, type Triple } from "./results.ts";
export { closeDevices } from "./runtime/init.ts";
export { checkCall, describe, nearest } from "./signature.ts";
export { callHook, lent } from "./tape/hooks.ts";
export { asResult, composite, moduleCall } from "./tape/modes.ts";
