export { type Counters } from "../runtime/counters.ts";
export { counters } from "../runtime/report.ts";
export { type CountingDevice, countingDevice, type DeviceCounts } from "./counting.ts";
export { eagerly } from "./eager.ts";
export { pendingNodes, useIdleDevice } from "./idle-device.ts";
export { openGPUDevice } from "./gpu.ts";
export { initFresh, settled } from "../runtime/init.ts";
export {
  type Differentiable,
  type GradcheckOptions,
  gradcheck,
  gradgradcheck,
} from "./gradcheck.ts";
