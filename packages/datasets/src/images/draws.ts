import { ArgumentError, defaultGenerator, type Generator } from "@wgrad/autograd";

/** A range from low to high. */
export type Range = readonly [low: number, high: number];

/** Settings of random transforms. */
export interface RandomOptions {
  /** Random generator (default: the library's). */
  readonly generator?: Generator;
}

/**
 * The generator itself, or the library's, which is looked up at each draw because it may be seeded
 * anew.
 */
export const sourceOf = (generator: Generator | null): Generator => generator ?? defaultGenerator();

/** A random f32 from the range, as torch.empty(1).uniform_(low, high). */
export const between = (generator: Generator, [low, high]: Range): number =>
  generator.uniform(new Float32Array(1), low, high)[0] as number;

/** A random whole number in [0, count). */
export const below = (generator: Generator, count: number): number => generator.u32() % count;

/** exp of a random number between the logarithms, in f32 as in PyTorch. */
export function ratioBetween(generator: Generator, [low, high]: Range): number {
  const log = (x: number): number => Math.fround(Math.log(Math.fround(x)));
  return Math.fround(Math.exp(between(generator, [log(low), log(high)])));
}

/** Rounds half to even, as Python does. */
export function roundEven(x: number): number {
  const whole = Math.floor(x);
  if (x - whole !== 0.5) return Math.round(x);
  return whole % 2 === 0 ? whole : whole + 1;
}

/** Throws ArgumentError unless p is a probability. */
export function checkProbability(name: string, p: number): number {
  if (p >= 0 && p <= 1) return p;
  throw new ArgumentError(`${name}: p is ${p}\n  hint: a number from 0 to 1`);
}

/** Throws ArgumentError unless both are numbers in [least, most], in ascending order. */
export function checkRange(
  name: string,
  what: string,
  range: readonly number[],
  least: number = Number.NEGATIVE_INFINITY,
  most: number = Number.POSITIVE_INFINITY,
): Range {
  const [low, high] = range;
  const fits = (x: number | undefined): x is number =>
    typeof x === "number" && x >= least && x <= most && Number.isFinite(x);
  if (range.length === 2 && fits(low) && fits(high) && low <= high) return [low, high];
  const bounds = [
    least > Number.NEGATIVE_INFINITY ? `from ${least}` : "",
    most < Number.POSITIVE_INFINITY ? `to ${most}` : "",
  ].filter((text) => text !== "");
  throw new ArgumentError(
    `${name}: ${what} is [${range.join(", ")}]\n  hint: ${["[low, high]", ...bounds].join(" ")}`,
  );
}

/** From −x to x for a number; otherwise the given range. */
export const around = (name: string, what: string, value: number | Range): Range =>
  checkRange(name, what, typeof value === "number" ? [-value, value] : value);
