import { attention } from "../../../devices/cpu/attention.ts";
import type { Attention } from "../../../graph/op.ts";
import { lowerAttention } from "../../../lower/attention/attention.ts";

/**
 * How each device computes attention: named here, so that a page that attends to nothing does not
 * load it.
 */
export const lowerings: Attention["lowerings"] = { host: attention, loops: lowerAttention };
