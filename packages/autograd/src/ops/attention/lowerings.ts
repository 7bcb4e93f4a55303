import { attention } from "../../devices/cpu/attention.ts";
import { attentionStages } from "../../devices/webgpu/attention.ts";
import type { Attention } from "../../graph/op.ts";

/** How each device computes attention: named here, so that a page that attends to nothing does not load it. */
export const lowerings: Attention["lowerings"] = { cpu: attention, webgpu: attentionStages };
