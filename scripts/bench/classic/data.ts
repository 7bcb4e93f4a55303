import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Number of columns of every generated table. */
export const WIDTH = 20;

/** Rows of features with two targets: a number, and whether it is above its median. */
export interface Rows {
  readonly x: Float32Array;
  readonly quantity: Float32Array;
  readonly label: Float32Array;
}

/** A training set and a test set. */
export interface Task {
  readonly train: Rows;
  readonly test: Rows;
}

/**
 * Friedman's first problem: five columns determine the target, with noise. Every program gets the
 * same numbers.
 */
export function generate(rows: number): Rows {
  const next = mulberry(rows);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const x = Float32Array.from({ length: rows * WIDTH }, next);
  const quantity = Float32Array.from({ length: rows }, (_, i) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = x.subarray(i * WIDTH, i * WIDTH + 5);
    return 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e + normal();
  });
  const median = quantity.toSorted()[rows >> 1] as number;
  return { x, quantity, label: quantity.map((value) => Number(value > median)) };
}

/** Uniform numbers in [0, 1) from a seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PARTS = ["x", "quantity", "label"] as const;

/** Writes rows as raw f32, which programs in any language can read. */
export function write(folder: string, name: string, rows: Rows): void {
  for (const part of PARTS) writeFileSync(join(folder, `${name}-${part}.f32`), rows[part]);
}

/** Reads the rows of a folder. */
export function read(folder: string): Task {
  const rows = (name: string): Rows => {
    const [x, quantity, label] = PARTS.map((part) => {
      const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}-${part}.f32`));
      return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    }) as [Float32Array, Float32Array, Float32Array];
    return { x, quantity, label };
  };
  return { train: rows("train"), test: rows("test") };
}

/** Rows as lists of numbers, the input of other libraries. */
export const lists = ({ x }: Rows): number[][] =>
  Array.from({ length: x.length / WIDTH }, (_, i) => [...x.subarray(i * WIDTH, (i + 1) * WIDTH)]);
