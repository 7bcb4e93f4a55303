import type { DType, TypedArray } from "../dtype.ts";
import type { Attributes } from "../graph/attributes.ts";
import type { Op } from "../graph/op.ts";
import type { Moves } from "../graph/region.ts";
import type { RowSpace } from "../graph/row-space.ts";
import type { View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";
import type { Pass } from "./passes.ts";

/**
 * What a device computes: steps in order, without graph nodes. A step is one op, and at most one is
 * the anchor. Steps before it are elementwise or lookups, evaluated where they are read; steps
 * after it are its epilogue. With `rows` all reductions run over the same rows.
 */
export interface Kernel {
  readonly steps: readonly KernelStep[];
  /**
   * The step that decides how threads share the work (the first reduction, with `rows`); -1 if
   * every element is computed by itself.
   */
  readonly anchor: number;
  /**
   * Steps whose values are stored, the last step last. Without `rows`, several have one shape and
   * are read element for element by the last.
   */
  readonly stored: readonly number[];
  /** The rows that all reductions run over. */
  readonly rows: RowSpace | null;
  /** Buffers read, each once. */
  readonly inputs: readonly KernelInput[];
  /** Types of the dynamic numbers, which arrive with every run in this order. */
  readonly params: readonly DType[];
  /**
   * Kernels that share the dispatch. `inputs` and `params` are numbered over all of them, and their
   * stored steps follow one another. None depends on another.
   */
  readonly parts: readonly Kernel[];
  /** The parts are the same work on other buffers: the update of every parameter. */
  readonly batched?: boolean;
  /** Where the stored steps go, of those whose buffers lie beside others. */
  readonly places?: readonly (Place | null)[];
}

export interface KernelStep {
  readonly op: Op;
  readonly operands: readonly KernelOperand[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attributes;
  /** Parameters that are the op's scalars, in order. */
  readonly scalars: readonly number[];
}

export interface KernelOperand {
  /** Where the value is: input n as `{ input: n }`, an earlier step as `{ step: n }`. */
  readonly source: { readonly input: number } | { readonly step: number };
  readonly dtype: DType;
  /** Shape of the contiguous value that the view reads. */
  readonly base: Shape;
  /** Null: element for element. `offset` names the parameter that replaces the view's offset. */
  readonly view: View | null;
  /** The parameter (u32, in elements) that holds the view's offset; -1 where there is no view. */
  readonly offset: number;
  /**
   * If the value is one box among zeros: how far each dimension of the view moves along each axis.
   */
  readonly axes?: readonly (readonly number[])[];
  /** Where the value is a step's that is found element by element, and the view covers its axes. */
  readonly moves?: Moves;
}

export interface KernelInput {
  readonly dtype: DType;
  /** Which of `stored` is written into this very buffer, element for element; -1 if none. */
  readonly inPlace: number;
  /** Where it is, if its buffer lies beside others and so does one that the kernel writes. */
  readonly place?: Place | null;
}

/**
 * Classes of buffers that share slabs, so that one binding reaches many: cells, temporaries that
 * batched kernels read, and numbers that they write.
 */
export type BufferGroup = "cells" | "gathered" | "numbers";

/** Where a buffer lies in memory that it shares with others of its group. */
export interface Place {
  /** Equal for buffers that one binding reaches. */
  readonly slab: number;
  /** In bytes. */
  readonly offset: number;
}

/** Memory on the device. */
export interface DeviceBuffer {
  readonly bytes: number;
  readonly group?: BufferGroup | null;
  readonly place?: Place | null;
  /** Why there is no memory behind it, once that is known. */
  readonly fault?: Error | null;
}

/** A kernel made ready for the device, before it knows its buffers. */
export interface Lowered {
  /** Bytes of scratch buffers it needs while it runs. */
  readonly scratch: readonly number[];
  /** Its shaders as text, one a dispatch; none on a device that has no shaders. */
  readonly sources: readonly string[];
  /** Threads that have work in each of its dispatches, where the device has threads. */
  readonly threads?: readonly number[];
  /** How its products are cut, where the device measures that. */
  readonly tuning?: string;
}

/** A lowered kernel on its buffers. */
export interface BoundKernel {
  readonly lowered: Lowered;
  readonly inputs: readonly DeviceBuffer[];
  /** Of each step in `stored`. */
  readonly outputs: readonly DeviceBuffer[];
  readonly scratch: readonly DeviceBuffer[];
}

/** Kernels in order, with everything fixed but the parameters: what a plan replays. */
export interface Program {
  readonly dispatches: number;
  dispose(): void;
}

export interface Copy {
  readonly from: DeviceBuffer;
  readonly fromByte: number;
  readonly to: DeviceBuffer;
  readonly toByte: number;
  readonly bytes: number;
}

export interface Read {
  readonly from: DeviceBuffer;
  readonly fromByte: number;
  readonly dtype: DType;
  /** Elements. */
  readonly count: number;
}

/** One submit: copies, the program, copies, reads, in that order. */
export interface Submission {
  readonly program: Program | null;
  /** All parameters of the program's kernels, in order. */
  readonly params: ArrayLike<number>;
  readonly before: readonly Copy[];
  readonly after: readonly Copy[];
  readonly reads: readonly Read[];
  /**
   * Cells' buffers that the program writes in place. If it stops midway, they get their old values.
   */
  readonly overwrites?: readonly DeviceBuffer[];
  /** What must be known before it may run: the reason why it must not, or null. */
  readonly verdict?: Promise<Error | null> | null;
  /** Called if it may turn out not to run: gives who is to hear what becomes of it. */
  readonly trial?: () => Trial;
}

/** A submit that may turn out not to run; what comes after it waits until that is known. */
export interface Trial {
  /** Why it must not run: something that it reads has failed. */
  readonly error: Error | null;
  passed(): void;
  /** It did not run, not in part either. */
  failed(error: Error): void;
}

/** When each kernel of one submit ran, on the device's own clock. */
export interface Timings {
  /** Time stamps of the device, or host times at which each of several submits was done. */
  readonly source: "timestamp" | "host";
  /** Milliseconds, begin and end, in the program's order. */
  readonly spans: readonly (readonly [begin: number, end: number])[];
}

/**
 * Runs kernels in the order of the calls, `write` included; only reads and `idle` wait. A submit
 * that fails later rejects its reads and tells its trial. A lost device calls `onFailure`.
 */
export interface Device {
  /** Its name in the registry. */
  readonly kind: string;
  /** The adapter, in its own words. */
  readonly description: string;
  /** Why it works no more, or null. */
  readonly failure: Error | null;
  /** An error that no submit was told of, given once. */
  takeError?(): Error | null;
  /** What the scheduler does for it. */
  readonly passes: readonly Pass[];
  /** In what its kernels' own authors write; null where no text can be run. */
  readonly language: "wgsl" | null;
  /** Buffers one kernel may bind, output and scratch included. */
  readonly maxBindings: number;
  readonly maxBufferBytes: number;
  /** While set, every program is timed kernel by kernel, which is slow. */
  watch: ((timings: Promise<Timings>) => void) | null;
  /** To be awaited before `watch` is set: what times kernels is loaded only then. */
  prepareWatch?(): Promise<void>;
  supports(dtype: DType): boolean;
  /** Bytes of `count` elements as stored here, a multiple of 4. */
  bytesOf(dtype: DType, count: number): number;
  createBuffer(bytes: number, group?: BufferGroup | null): DeviceBuffer;
  destroyBuffer(buffer: DeviceBuffer): void;
  /** Puts host elements at byte `offset` of a buffer. */
  write(buffer: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void;
  lower(kernel: Kernel): Lowered;
  /** Grows when it would lower some kernels otherwise than before. */
  readonly epoch?: number;
  /** Whether it would lower this one otherwise now. */
  outdated?(lowered: Lowered): boolean;
  program(kernels: readonly BoundKernel[]): Program;
  submit(submission: Submission): Promise<TypedArray>[];
  /** A value at once, where the device computes in `submit`. */
  now?(read: Read): TypedArray;
  /** What keeps the program from running, once that is known; null if nothing does. */
  judge?(program: Program): Promise<Error | null>;
  /** Resolves when everything submitted so far has run. */
  idle(): Promise<void>;
  onFailure(listener: (error: Error) => void): void;
  dispose(): void;
}
