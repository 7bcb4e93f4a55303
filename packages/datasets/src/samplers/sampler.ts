import type { Generator } from "@wgrad/autograd";

/** The order of examples in an epoch. */
export interface Sampler {
  /** Number of indices. */
  readonly length: number;
  /** The indices of one epoch. Random orders draw from `generator` lazily. */
  indices(generator: Generator): Iterable<number>;
}

/** Batches of indices for an epoch. */
export interface BatchOrder {
  /** Number of batches. */
  readonly length: number;
  /** The batches of one epoch. */
  batches(generator: Generator): Iterable<ArrayLike<number>>;
}
