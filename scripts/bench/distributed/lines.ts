/** Bytes that are averaged over two ranks. */
export const sizes = [4096, 65_536, 2 ** 20, 2 ** 22, 2 ** 24];

/** How often, the small ones more. */
export const repeats = (bytes: number): number => (bytes > 2 ** 20 ? 10 : 40);

/** A step's milliseconds by the clock, and of a processor's work for one rank. */
export interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** Milliseconds. */
export interface Measured {
  readonly exchange: Record<number, number>;
  readonly steps: Record<string, { readonly alone: Cost; readonly together: Cost }>;
}

export const medianOf = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
