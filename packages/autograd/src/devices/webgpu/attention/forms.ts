import type { Lanes } from "../../../kernel/wgsl.ts";

/**
 * How an attention is cut. A thread keeps `lanes` · `groups` rows of its own (queries, or keys for their gradients) and meets the
 * others `met` at a time. With `shared` the workgroup brings those it meets into its memory first.
 */
export interface Tiling {
  readonly lanes: Lanes;
  readonly groups: number;
  readonly met: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  readonly shared: boolean;
}

/**
 * By class of adapter. Software was measured: products per load decide, and a barrier costs more than it saves. A GPU has threads
 * enough only where each keeps one row, and reads what all of them meet once.
 */
export const tilings: Readonly<Record<"software" | "gpu", Tiling>> = {
  software: { lanes: 4, groups: 2, met: 4, threads: 8, shared: false },
  gpu: { lanes: 1, groups: 1, met: 8, threads: 64, shared: true },
};
