import type { TypedArray } from "@wgrad/autograd";
import type { ReduceOp } from "../protocol/values.ts";

/** Memory for values that the ranks sum again and again. */
export interface SharedSum {
  /** This rank's values, to be written before the ranks agree on the call. */
  readonly own: TypedArray;
  /**
   * Sums all ranks' values. All ranks get the same bits, which stay until the ranks agree on the
   * next sum.
   */
  sum(): Promise<TypedArray>;
}

/**
 * Sends values between the ranks of a group. Calls come one at a time, in the same order on all
 * ranks.
 */
export interface Transport {
  /** This process's rank in the group. */
  readonly rank: number;
  readonly size: number;
  /**
   * Returns every rank's header, once all have arrived. Throws CollectiveTimeoutError with the
   * missing ranks after `timeout` milliseconds, and RankEndedError if a rank cannot arrive any
   * more. `doing` describes the call in these messages.
   */
  agree(header: Int32Array<ArrayBuffer>, timeout: number, doing: string): Promise<Int32Array[]>;
  /** Reduces all ranks' values, in place. All ranks get the same bits. */
  allReduce(values: TypedArray, op: ReduceOp): Promise<void>;
  /** Makes memory for sums of so many elements. All ranks must call it. */
  reserve(kind: "f32" | "f64", length: number): Promise<SharedSum>;
  /** Reduces all ranks' `values`. `own` receives this rank's part of the result. */
  reduceScatter(values: TypedArray, own: TypedArray, op: ReduceOp): Promise<void>;
  /** Sends the bytes of `root` to all ranks, in place. */
  broadcast(bytes: Uint8Array, root: number): Promise<void>;
  /** Concatenates every rank's bytes in `all`. */
  allGather(own: Uint8Array, all: Uint8Array): Promise<void>;
  /** Synchronous `allReduce`, for use within a kernel. Compares headers first. */
  allReduceNow(
    header: Int32Array<ArrayBuffer>,
    values: TypedArray,
    timeout: number,
    check: (headers: readonly Int32Array[]) => void,
  ): void;
  /**
   * Makes a transport among `members` (ranks in this group); null if this rank is not one of them.
   * All ranks must call it.
   */
  split(members: readonly number[], timeout: number): Promise<Transport | null>;
  /** Closes the transport. */
  close(): Promise<void>;
}
