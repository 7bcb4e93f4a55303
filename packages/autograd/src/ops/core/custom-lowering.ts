import { customStages } from "../../devices/webgpu/custom.ts";
import type { Custom } from "../../graph/op.ts";

/** How a text becomes a dispatch: named here, so that a page whose kernels are all ours does not load it. */
export const lowering: Custom["lowering"] = customStages;
