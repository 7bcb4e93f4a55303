import type { Tiling as AttentionTiling } from "./attention/tilings.ts";
import type { Tiling } from "./contract/tilings.ts";

/** What a device says of itself to those who lower kernels for it. */
export interface Target {
  /** Buffers that one dispatch may bind. */
  readonly maxBindings: number;
  /** It computes on the processor: barriers are dear, and few threads are enough. */
  readonly software: boolean;
  /**
   * A thread has vectors of four lanes, and one follows the other: neighbours along the innermost
   * dimension go in lanes.
   */
  readonly processor?: boolean;
  /** Threads may add within a subgroup. */
  readonly subgroups?: boolean;
  /** How products are to be cut, whatever the table says: for tests and measurements. */
  readonly tiling?: Tiling;
  /** The same of attention. */
  readonly attention?: AttentionTiling;
}
