/** Sizes of the averaged buffers in bytes. */
export const sizes = [4096, 65_536, 2 ** 20, 2 ** 22, 2 ** 24];

/** Number of repetitions; small buffers have more. */
export const repeats = (bytes: number): number => (bytes > 2 ** 20 ? 10 : 40);

/** Milliseconds of a step: wall time, and processor time of one rank. */
export interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** The measured times in milliseconds. */
export interface Measured {
  readonly exchange: Record<number, number>;
  readonly steps: Record<string, { readonly alone: Cost; readonly together: Cost }>;
}

/** The median of some times. */
export const medianOf = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
