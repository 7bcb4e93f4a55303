export { type CountingDevice, countingDevice, type DeviceCounts } from "./counting.ts";
export { eagerly } from "./eager.ts";
export { pendingNodes, useIdleDevice } from "./idle-device.ts";
