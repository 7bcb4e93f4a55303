import { Generator } from "@wgrad/autograd";

/** Seeded random choices. */
export interface Dice {
  /** A whole number in [0, n). */
  below(n: number): number;
  choose<T>(list: readonly T[]): T;
  /** True once in `n` times. */
  once(n: number): boolean;
}

export function dice(seed: number): Dice {
  const generator = new Generator(seed);
  const below = (n: number): number => generator.u32() % n;
  return {
    below,
    choose: (list) => list[below(list.length)] as never,
    once: (n) => below(n) === 0,
  };
}
