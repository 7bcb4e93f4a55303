import type { AttentionForm, Extent } from "../../../graph/attention.ts";
import type { Kernel, KernelStep } from "../../device.ts";
import type { ShaderLimits } from "../shader.ts";
import type { Words } from "../words.ts";
import type { Tiling } from "./forms.ts";

/** One attention to be written: the kernel, what its step says, and how it is cut. */
export interface Call {
  readonly kernel: Kernel;
  readonly step: KernelStep;
  readonly words: Words;
  readonly limits: ShaderLimits;
  readonly form: AttentionForm;
  readonly extent: Extent;
  /** To choose from. */
  readonly tilings: readonly Tiling[];
}
