import { attention } from "../../../devices/cpu/attention.ts";
import type { Attention } from "../../../graph/op.ts";
import { lowerAttention } from "../../../lower/attention/attention.ts";

/**
 * The lowerings of attention. They are in a module of their own, so that pages without attention do
 * not
 * load them.
 */
export const lowerings: Attention["lowerings"] = { host: attention, loops: lowerAttention };
