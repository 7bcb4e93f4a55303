import type { Kernel, KernelStep } from "../../devices/device.ts";
import type { Extent } from "../../graph/attention.ts";
import type { AttentionForm } from "../../graph/attributes.ts";
import type { Tiling } from "./tilings.ts";

/** One attention to be lowered: its kernel, step, attributes and sizes. */
export interface Call {
  readonly kernel: Kernel;
  readonly step: KernelStep;
  readonly form: AttentionForm;
  readonly extent: Extent;
  /** The tilings to choose from. */
  readonly tilings: readonly Tiling[];
}
