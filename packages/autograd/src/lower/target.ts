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
 * Which hardware runs the kernels: a processor, a GPU that shares the processor's memory, or a GPU
 * with memory of its own. On a processor barriers are slow; on a GPU threads are cheap.
 */
export type DeviceClass = "software" | "integrated" | "discrete";

/** What lowering needs to know of a device. */
export interface Target {
  /** The most buffers that one dispatch may bind. */
  readonly maxBindings: number;
  readonly class: DeviceClass;
  /** The kernel shares a dispatch with others, so its workgroups must have 64 threads. */
  readonly merged?: boolean;
  /** Lowerings for a processor: a thread has vectors of four lanes for the innermost dimension. */
  readonly processor?: Processor;
  /** Lowerings for GPUs; undefined in the class "software". */
  readonly gpu?: GPU | undefined;
  /** Products whose threads share work through workgroup memory. */
  readonly multiply?: Readonly<Record<"tiled" | "vector", Multiply>>;
  /** The device can add within a subgroup. */
  readonly subgroups?: boolean;
  /** Overrides the table's tiling of products, for tests and measurements. */
  readonly tiling?: Tiling;
  /** The tiling that was measured as fastest for a product; undefined if none was. */
  readonly tuned?: (kernel: Kernel, step: KernelStep, extent: Extent) => Tiling | undefined;
  /** Override the tiling of attention: by rows of threads, and by tiles of workgroups. */
  readonly attention?: AttentionTiling;
  readonly tiles?: Tiles;
}

type Multiply = (lowering: Lowering, step: KernelStep, product: Product, target: Target) => Loops;

/** Lowerings for GPUs. */
export interface GPU {
  readonly tilings: AdapterClass;
  readonly teamOfRow: (target: Target, rows: number, length: number) => Team | null;
  readonly teamOfColumns: (target: Target, columns: number, length: number) => Team | null;
  /**
   * Lowers a scatter by workgroups; null if its lines have different indices. If `whole`, the loops
   * also copy the base.
   */
  readonly scatter: (kernel: Kernel, step: KernelStep, whole: boolean) => Loops | null;
  /** Lowers a kernel of attention by tiles; null if heads are too wide. */
  readonly attend: (part: Part, call: Call, target: Target) => Loops | null;
}

/** Lowerings for processors. `tilingOf` and `everyLine` give null where they do not pay. */
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
