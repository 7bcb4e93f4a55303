import { defaultGenerator, Generator } from "@wgrad/autograd";

/** What an epoch's order is drawn from, written down: enough to draw it again. */
export interface EpochStart {
  /** Seed of the order, where the library's default generator gave one. */
  readonly seed: number | null;
  /** The loader's own generator as it was when the epoch began. */
  readonly state: readonly number[] | null;
}

/** An epoch's beginning, and the generator its order is to be drawn from. */
export interface Epoch {
  readonly start: EpochStart;
  readonly generator: Generator;
}

/**
 * Begins an epoch as PyTorch's loader does: it draws a seed for its workers, used or not, and its
 * sampler one for the epoch's order unless the loader has a generator of its own.
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

/** Draws the same epoch again; nothing is drawn from the default generator. */
export function repeatEpoch(own: Generator | null, start: EpochStart): Epoch {
  if (own !== null && start.state !== null) {
    own.setState(Uint32Array.from(start.state));
    draw64(own);
    return { start, generator: own };
  }
  return { start, generator: new Generator(start.seed ?? 0) };
}

/** A 64-bit draw as a seed: only its low word, the second drawn, matters. */
function draw64(generator: Generator): number {
  generator.u32();
  return generator.u32();
}
