import { WgradError } from "@wgrad/autograd";

/** Ranks cannot go on together: base of the errors that come from other ranks. */
export class DistributedError extends WgradError {
  static override readonly name: string = "DistributedError";
}

/** Ranks do not call the same thing: another collective, another shape, another model, another number of steps. */
export class MismatchError extends DistributedError {
  static override readonly name: string = "MismatchError";
}

/** A rank has not arrived at a collective within the group's `timeout`. */
export class CollectiveTimeoutError extends DistributedError {
  static override readonly name: string = "CollectiveTimeoutError";
}

/** A rank has ended, or failed, while others wait for it. */
export class RankEndedError extends DistributedError {
  static override readonly name: string = "RankEndedError";
}
