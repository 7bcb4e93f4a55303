import type { Tensor } from "@wgrad/autograd";
import type { LRScheduler, Optimizer } from "@wgrad/optim";

/**
 * One step of training has been taken. A training loop is a generator of these, so that whoever
 * asks for the next step decides when it happens: a terminal at once, a page when its user says so.
 */
export interface Step {
  /** Steps taken so far, from 1. */
  readonly step: number;
  /** Steps that the training will take. */
  readonly steps: number;
  /** What the step descended, not read yet. */
  readonly loss: Tensor;
  /**
   * What took the step, if an optimizer did: its learning rate may be changed before the next one.
   */
  readonly optimizer?: Optimizer;
  /** What moves that rate from step to step, if anything does. */
  readonly schedule?: LRScheduler;
}

export type Training = AsyncGenerator<Step, void, undefined>;

/** Several trainings of as many steps each, one after the other, as one. */
export async function* inTurn(trainings: readonly Training[]): Training {
  for (const [k, training] of trainings.entries()) {
    for await (const { step, steps, loss } of training) {
      yield { step: k * steps + step, steps: trainings.length * steps, loss };
    }
  }
}

/** The loss along the steps, each point the mean of the steps since the one before. */
export type Curve = readonly { readonly step: number; readonly loss: number }[];
