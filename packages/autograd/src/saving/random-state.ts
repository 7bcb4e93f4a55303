import { ArgumentError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { defaultGenerator } from "../ops/core/random.ts";
import { checkCall } from "../signature.ts";
import type { Stateful } from "./state.ts";

/** The complete state of the library's random numbers. */
export interface RandomStateDict {
  /** The state of the default generator. */
  readonly generator: Uint32Array;
  /** The number of draws on the device since the seed (dropout). */
  readonly deviceDraws: number;
}

/** The state of the library's random numbers, to be saved in a checkpoint. */
export const randomState: Stateful = {
  stateDict(): RandomStateDict {
    if (arguments.length > 0) checkCall("randomState.stateDict()", arguments);
    return { generator: defaultGenerator().getState(), deviceDraws: context.philoxOffset };
  },

  /**
   * Restores a state: the next numbers are the same as after it was taken. Throws an ArgumentError
   * for
   * anything else.
   */
  loadStateDict(saved: RandomStateDict): void {
    checkCall("randomState.loadStateDict(saved: any)", arguments);
    const { generator, deviceDraws } = (saved ?? {}) as Partial<RandomStateDict>;
    const isCount = Number.isSafeInteger(deviceDraws) && (deviceDraws as number) >= 0;
    if (!(generator instanceof Uint32Array) || !isCount) {
      throw new ArgumentError("randomState.loadStateDict: expected a state of random numbers");
    }
    defaultGenerator().setState(generator);
    context.philoxOffset = deviceDraws as number;
  },
};
