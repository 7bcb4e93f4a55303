import { ArgumentError } from "../errors.ts";
import { context } from "../graph/context.ts";
import { defaultGenerator } from "../ops/core/random.ts";
import { checkCall } from "../signature.ts";
import type { Stateful } from "./state.ts";

/** Everything the next random numbers depend on. */
export interface RandomStateDict {
  /** The default generator's state. */
  readonly generator: Uint32Array;
  /** Draws made on the device since the seed: dropout's. */
  readonly deviceDraws: number;
}

/** The state of the library's random numbers, as part of a checkpoint. */
export const randomState: Stateful = {
  stateDict(): RandomStateDict {
    if (arguments.length > 0) checkCall("randomState.stateDict()", arguments);
    return { generator: defaultGenerator().getState(), deviceDraws: context.philoxOffset };
  },

  /**
   * Restores a state: the next numbers are those that followed it. Throws ArgumentError for
   * anything else.
   */
  loadStateDict(saved: RandomStateDict): void {
    checkCall("randomState.loadStateDict(saved: any)", arguments);
    const { generator, deviceDraws } = (saved ?? {}) as Partial<RandomStateDict>;
    const isCount = Number.isSafeInteger(deviceDraws) && (deviceDraws as number) >= 0;
    if (!(generator instanceof Uint32Array) || !isCount) {
      throw new ArgumentError("randomState.loadStateDict: this is no state of random numbers");
    }
    defaultGenerator().setState(generator);
    context.philoxOffset = deviceDraws as number;
  },
};
