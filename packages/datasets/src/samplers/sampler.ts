import type { Generator } from "@wgrad/autograd";

/** An order of examples for one epoch. */
export interface Sampler {
  /** How many numbers it gives. */
  readonly length: number;
  /** The numbers of one epoch; random orders are drawn from `generator` as they are asked for. */
  indices(generator: Generator): Iterable<number>;
}

/** Whole batches of numbers for one epoch. */
export interface BatchOrder {
  /** How many batches it gives. */
  readonly length: number;
  /** The batches of one epoch. */
  batches(generator: Generator): Iterable<ArrayLike<number>>;
}
