import type { TypedArray } from "@wgrad/autograd";
import type { ReduceOp } from "../protocol/values.ts";

/** What carries values between the ranks of one group. Calls come one at a time, in the same order on all ranks. */
export interface Transport {
  /** This process's place in the group. */
  readonly rank: number;
  readonly size: number;
  /**
   * Every rank's header, once all have arrived here. Throws CollectiveTimeoutError that names those missing after `timeout` milliseconds,
   * RankEndedError if one cannot come any more; `doing` is for these messages.
   */
  agree(header: Int32Array<ArrayBuffer>, timeout: number, doing: string): Promise<Int32Array[]>;
  /** Reduces all ranks' values, in place; all get the same bits. */
  allReduce(values: TypedArray, op: ReduceOp): Promise<void>;
  /** Reduces all ranks' `values`, of which `own` gets this rank's part: the one of as many elements at its place. */
  reduceScatter(values: TypedArray, own: TypedArray, op: ReduceOp): Promise<void>;
  /** Gives all ranks the bytes of `root`, in place. */
  broadcast(bytes: Uint8Array, root: number): Promise<void>;
  /** Puts every rank's bytes into `all`, one after another. */
  allGather(own: Uint8Array, all: Uint8Array): Promise<void>;
  /** `allReduce` that is done when it returns, for the midst of a kernel. Headers are compared first. */
  allReduceNow(
    header: Int32Array<ArrayBuffer>,
    values: TypedArray,
    timeout: number,
    check: (headers: readonly Int32Array[]) => void,
  ): void;
  /** A transport among the ranks of `members` (places in this group); null where this rank is none of them. All ranks call it. */
  split(members: readonly number[], timeout: number): Promise<Transport | null>;
  /** Nothing is sent here any more. */
  close(): Promise<void>;
}
