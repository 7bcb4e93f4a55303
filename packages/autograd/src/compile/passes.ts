import type { Pass } from "../devices/passes.ts";

export interface FuseOptions {
  readonly passes: ReadonlySet<Pass>;
  /** The most inputs and further outputs of a kernel, without its own result. */
  readonly maxInputs: number;
}
