import type { Kernel, KernelStep } from "../devices/device.ts";
import type { Layout } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import type { Call } from "./attention/call.ts";
import type { Part, Tiles } from "./attention/tiles.ts";
import type { Tiling as AttentionTiling } from "./attention/tilings.ts";
import type { Product } from "./contract/product.ts";
import type { AdapterClass, Extent, Tiling } from "./contract/tilings.ts";
import type { Find } from "./elements.ts";
import type { Lowering } from "./lowering.ts";
import type { Team } from "./workgroup.ts";

/**
 * What computes: a processor, few wide cores beside it that share its memory, or many with memory
 * of their own. Barriers are dear on the first, threads are cheap on the others.
 */
export type DeviceClass = "software" | "integrated" | "discrete";

/** What a device says of itself to those who lower kernels for it. */
export interface Target {
  /** Buffers that one dispatch may bind. */
  readonly maxBindings: number;
  readonly class: DeviceClass;
  /** The kernel shares a dispatch with others, whose workgroups have 64 threads. */
  readonly merged?: boolean;
  /**
   * A thread has vectors of four lanes, and one follows the other: neighbours along the innermost
   * dimension go in lanes, in these forms.
   */
  readonly processor?: Processor;
  /** Forms for GPUs, in a class that is not software. */
  readonly gpu?: GPU | undefined;
  /** Products by threads that work together. */
  readonly multiply?: Readonly<Record<"tiled" | "vector", Multiply>>;
  /** Threads may add within a subgroup. */
  readonly subgroups?: boolean;
  /** How products are to be cut, whatever the table says: for tests and measurements. */
  readonly tiling?: Tiling;
  /** How a product is to be cut, where that was measured. */
  readonly tuned?: (kernel: Kernel, step: KernelStep, extent: Extent) => Tiling | undefined;
  /** The same of attention: row by row, or by the tiles of workgroups. */
  readonly attention?: AttentionTiling;
  readonly tiles?: Tiles;
}

type Multiply = (lowering: Lowering, step: KernelStep, product: Product, target: Target) => Loops;

/** Forms of rows and products for GPUs. */
export interface GPU {
  readonly tilings: AdapterClass;
  readonly teamOfRow: (target: Target, rows: number, length: number) => Team | null;
  readonly teamOfColumns: (target: Target, columns: number, length: number) => Team | null;
  /**
   * A scatter whose lines have all the same indices, by workgroups; null for any other. `whole`: it
   * begins with the base.
   */
  readonly scatter: (kernel: Kernel, step: KernelStep, whole: boolean) => Loops | null;
  /** A kernel of an attention by tiles; null where heads are too wide for it. */
  readonly attend: (part: Part, call: Call, target: Target) => Loops | null;
}

/** Lowerings for processors of products and of elements by line; null where they do not suit. */
export interface Processor {
  readonly tilingOf: (product: Product) => Tiling | null;
  readonly multiply: Readonly<Record<"lanes" | "alongK" | "panels", Multiply>>;
  readonly everyLine: (
    kernel: Kernel,
    size: number,
    layouts: readonly Layout[],
    find: Find,
  ) => Loops | null;
}
