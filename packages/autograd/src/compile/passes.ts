import type { Pass } from "../devices/passes.ts";

export interface FuseOptions {
  readonly passes: ReadonlySet<Pass>;
  /** Buffers a kernel may read, or store beside its own result. */
  readonly maxInputs: number;
}
