/** Values with their shape, independent of any framework. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * A generator of uniform numbers in [0, 1) that every program can reproduce (Marsaglia's
 * xorshift32).
 */
export function uniforms(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Uniform numbers within ±bound. */
export const within = (shape: readonly number[], bound: number, next: () => number): Values => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, () => (2 * next() - 1) * bound),
});

/** Integers from 0 to `high` − 1. */
export const below = (shape: readonly number[], high: number, next: () => number): Values => ({
  shape,
  data: Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * high)),
});

/** A constant. */
export const filled = (shape: readonly number[], value: number): Values => ({
  shape,
  data: new Float32Array(sizeOf(shape)).fill(value),
});
