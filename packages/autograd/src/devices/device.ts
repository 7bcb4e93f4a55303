import type { DType, TypedArray } from "../dtype.ts";
import type { Attributes } from "../graph/attributes.ts";
import type { Op } from "../graph/op.ts";
import type { Moves } from "../graph/region.ts";
import type { RowSpace } from "../graph/row-space.ts";
import type { View } from "../graph/view.ts";
import type { Shape } from "../shape.ts";
import type { Pass } from "./passes.ts";

/**
 * What a device computes: steps in order, without graph nodes. A step is one op, and at most one
 * step is the anchor. Steps before it are elementwise or gathers and are evaluated where they are
 * read; steps after it are its epilogue. With `rows`, all reductions run over the same rows.
 */
export interface Kernel {
  readonly steps: readonly KernelStep[];
  /**
   * The step that decides how threads share the work (the first reduction, with `rows`); -1 if
   * every element is computed by itself.
   */
  readonly anchor: number;
  /**
   * Steps whose values are stored; the last step is the last of them. Without `rows`, all have one
   * shape, and the last step reads the others element for element.
   */
  readonly stored: readonly number[];
  /** The rows that all reductions run over. */
  readonly rows: RowSpace | null;
  /** The buffers that are read, without repeats. */
  readonly inputs: readonly KernelInput[];
  /** Dtypes of the parameters. Every run brings their values in this order. */
  readonly params: readonly DType[];
  /**
   * Independent kernels that share the dispatch. They share the indices of `inputs` and `params`;
   * their stored steps are numbered one part after another.
   */
  readonly parts: readonly Kernel[];
  /** The parts are the same work on different buffers, such as the update of every parameter. */
  readonly batched?: boolean;
  /** The slab range of each stored step; null for a buffer of its own. */
  readonly places?: readonly (Place | null)[];
}

export interface KernelStep {
  readonly op: Op;
  readonly operands: readonly KernelOperand[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attrs: Attributes;
  /** The parameters that hold the op's scalars, in order. */
  readonly scalars: readonly number[];
}

export interface KernelOperand {
  /** The value: input n is `{ input: n }`, an earlier step is `{ step: n }`. */
  readonly source: { readonly input: number } | { readonly step: number };
  readonly dtype: DType;
  /** Shape of the contiguous value that the view reads. */
  readonly base: Shape;
  /** How the value is read; null for element by element. Its own offset is not used. */
  readonly view: View | null;
  /** The parameter (u32, in elements) that holds the view's offset; -1 without a view. */
  readonly offset: number;
  /** If the value is padding: how far each dimension of the view moves along each axis. */
  readonly axes?: readonly (readonly number[])[];
  /** If the value is an elementwise step and the view covers its axes: how it moves along them. */
  readonly moves?: Moves;
}

export interface KernelInput {
  readonly dtype: DType;
  /** Which of `stored` is written into this same buffer, element for element; -1 if none. */
  readonly inPlace: number;
  /** Its slab range, if the kernel is batched or writes to a slab; else null. */
  readonly place?: Place | null;
}

/**
 * Groups of buffers that share slabs, so that one binding reaches many: cells, temporaries that
 * batched kernels read, and scalar results that they write.
 */
export type BufferGroup = "cells" | "gathered" | "numbers";

/** A buffer's range of a slab. */
export interface Place {
  /** The slab's number; one binding reaches all buffers of a slab. */
  readonly slab: number;
  /** In bytes. */
  readonly offset: number;
}

/** Memory on the device. */
export interface DeviceBuffer {
  readonly bytes: number;
  readonly group?: BufferGroup | null;
  readonly place?: Place | null;
  /** The error of its allocation, once it is known. */
  readonly fault?: Error | null;
}

/** A kernel that is compiled for the device, but has no buffers yet. */
export interface Lowered {
  /** Size in bytes of each scratch buffer. */
  readonly scratch: readonly number[];
  /** Its code as text, one for each dispatch; empty if the device has none. */
  readonly sources: readonly string[];
  /** The threads with work in each dispatch, if the device has threads. */
  readonly threads?: readonly number[];
  /** The tilings of its products, if the device measures them. */
  readonly tuning?: string;
}

/** A lowered kernel on its buffers. */
export interface BoundKernel {
  readonly lowered: Lowered;
  readonly inputs: readonly DeviceBuffer[];
  /** The buffer of each step in `stored`. */
  readonly outputs: readonly DeviceBuffer[];
  readonly scratch: readonly DeviceBuffer[];
}

/** Bound kernels in order, which a plan replays. Only the parameters vary from run to run. */
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
  /** Gets the elements, if the device computes in `submit`; it is then what is returned. */
  readonly into?: TypedArray;
}

/** One submit: copies (`before`), the program, copies (`after`) and reads, in that order. */
export interface Submission {
  readonly program: Program | null;
  /** All parameters of the program's kernels, in order. */
  readonly params: ArrayLike<number>;
  readonly before: readonly Copy[];
  readonly after: readonly Copy[];
  readonly reads: readonly Read[];
  /** Cells' buffers that the program overwrites. They are restored if the program stops midway. */
  readonly overwrites?: readonly DeviceBuffer[];
  /** The submit waits for this. It does not run if the promise gives an error. */
  readonly verdict?: Promise<Error | null> | null;
  /** Called if it is not sure that the submit will run. The result is told whether it did. */
  readonly trial?: () => Trial;
}

/** A submit that may turn out not to run. Later submits wait until that is known. */
export interface Trial {
  /** Set if the submit must not run, because a value that it reads has failed. */
  readonly error: Error | null;
  passed(): void;
  /** No part of the submit has run. */
  failed(error: Error): void;
}

/** When each kernel of one submit ran. */
export interface Timings {
  /** The clock: the device's time stamps, or the host's. */
  readonly source: "timestamp" | "host";
  /** Begin and end of each kernel in milliseconds, in the program's order. */
  readonly spans: readonly (readonly [begin: number, end: number])[];
}

/**
 * Runs writes and submits in the order of the calls. Only reads and `idle` wait for the results. A
 * submit that fails later rejects its reads and tells its trial. A device that is lost calls the
 * listeners of `onFailure`.
 */
export interface Device {
  /** Its name in the registry. */
  readonly kind: string;
  /** The adapter's description of itself. */
  readonly description: string;
  /** Why the device is lost; null if it works. */
  readonly failure: Error | null;
  /** Gives, once, an error that belongs to no submit. */
  takeError?(): Error | null;
  /** The scheduler's passes that pay on it. */
  readonly passes: readonly Pass[];
  /** The language of custom kernels; null if it cannot run their text. */
  readonly language: "wgsl" | null;
  /** The most buffers that a kernel may bind, outputs and scratch included. */
  readonly maxBindings: number;
  readonly maxBufferBytes: number;
  /** While set, every program is timed kernel by kernel, which is slow. */
  watch: ((timings: Promise<Timings>) => void) | null;
  /** Loads the code that times kernels. Await it before you set `watch`. */
  prepareWatch?(): Promise<void>;
  supports(dtype: DType): boolean;
  /** Bytes of `count` elements as stored here, a multiple of 4. */
  bytesOf(dtype: DType, count: number): number;
  createBuffer(bytes: number, group?: BufferGroup | null): DeviceBuffer;
  destroyBuffer(buffer: DeviceBuffer): void;
  /** Copies host elements to byte `offset` of a buffer. */
  write(buffer: DeviceBuffer, offset: number, data: TypedArray, dtype: DType): void;
  lower(kernel: Kernel): Lowered;
  /** Increases when `lower` would give another result for some kernels. */
  readonly epoch?: number;
  /** Whether `lower` would now give another result for this kernel. */
  outdated?(lowered: Lowered): boolean;
  program(kernels: readonly BoundKernel[]): Program;
  submit(submission: Submission): Promise<TypedArray>[];
  /** Reads a value synchronously, if the device computes within `submit`. */
  now?(read: Read): TypedArray;
  /** Resolves to the error that keeps the program from running; null if there is none. */
  judge?(program: Program): Promise<Error | null>;
  /** Resolves when all submits so far have run. */
  idle(): Promise<void>;
  onFailure(listener: (error: Error) => void): void;
  dispose(): void;
}
