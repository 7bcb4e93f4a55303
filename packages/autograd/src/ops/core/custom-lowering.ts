import { customStages } from "../../devices/webgpu/custom.ts";
import type { Custom } from "../../graph/op.ts";

/**
 * The lowering of custom kernels. It is in a file of its own, which only pages with such kernels
 * load.
 */
export const lowering: Custom["lowering"] = customStages;
