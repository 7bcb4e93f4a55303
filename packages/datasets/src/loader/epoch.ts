import { defaultGenerator, Generator } from "@wgrad/autograd";

/** Random state at the start of an epoch, which is enough to draw its order again. */
export interface EpochStart {
  /** Seed of the order, if the library's default generator drew one. */
  readonly seed: number | null;
  /** State of the loader's own generator at the start of the epoch. */
  readonly state: readonly number[] | null;
}

/** The start of an epoch, and the generator of its order. */
export interface Epoch {
  readonly start: EpochStart;
  readonly generator: Generator;
}

/**
 * Starts an epoch as PyTorch's loader does: draws a seed for the workers, used or not, and the
 * sampler draws one for the order unless the loader has its own generator.
 */
export function beginEpoch(own: Generator | null, random: boolean): Epoch {
  if (own !== null) {
    const start = { seed: null, state: [...own.getState()] };
    draw64(own);
    return { start, generator: own };
  }
  const shared = defaultGenerator();
  draw64(shared);
  const seed = random ? draw64(shared) : null;
  return { start: { seed, state: null }, generator: new Generator(seed ?? 0) };
}

/** Repeats the same epoch without drawing from the default generator. */
export function repeatEpoch(own: Generator | null, start: EpochStart): Epoch {
  if (own !== null && start.state !== null) {
    own.setState(Uint32Array.from(start.state));
    draw64(own);
    return { start, generator: own };
  }
  return { start, generator: new Generator(start.seed ?? 0) };
}

/** A 64-bit draw as a seed, of which only the low word (the second drawn) is used. */
function draw64(generator: Generator): number {
  generator.u32();
  return generator.u32();
}
