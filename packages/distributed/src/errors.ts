import { WgradError } from "@wgrad/autograd";

/** Base of errors that are caused by other ranks. The ranks cannot continue together. */
export class DistributedError extends WgradError {
  static override readonly name: string = "DistributedError";
}

/** Ranks made different calls: another collective, shape, model or number of steps. */
export class MismatchError extends DistributedError {
  static override readonly name: string = "MismatchError";
}

/** A rank did not reach a collective within the group's `timeout`. */
export class CollectiveTimeoutError extends DistributedError {
  static override readonly name: string = "CollectiveTimeoutError";
}

/** A rank has ended or failed while others wait for it. */
export class RankEndedError extends DistributedError {
  static override readonly name: string = "RankEndedError";
}
