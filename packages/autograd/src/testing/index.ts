export { type Pass, passes } from "../devices/passes.ts";
export { counters } from "../inspect/report.ts";
export type { Counters } from "../runtime/counters.ts";
export { initFresh, settled } from "../runtime/init.ts";
export { type CountingDevice, countingDevice, type DeviceCounts } from "./counting.ts";
export { eagerly } from "./eager.ts";
export {
  currentClass,
  type Extent,
  formFor,
  formsOf,
  inForm,
  type Tiling,
  tilingName,
} from "./forms.ts";
export { openGPUDevice } from "./gpu.ts";
export {
  type Differentiable,
  type GradcheckOptions,
  gradcheck,
  gradgradcheck,
} from "./gradcheck.ts";
export { pendingNodes, useIdleDevice } from "./idle-device.ts";
export { plansOf } from "./plans.ts";
export { machines, type Prediction, predict } from "./predict.ts";
export {
  type CaseInput,
  type FusedCase,
  type KernelCase,
  type KernelTolerance,
  testFused,
  testKernel,
} from "./test-kernel.ts";
