import { ArgumentError } from "@wgrad/autograd";

/** Throws ArgumentError unless `low` ≤ value < `high`. */
export function checkRange(
  optimizer: string,
  name: string,
  value: number,
  low: number,
  high: number,
): void {
  if (value >= low && value < high) return;
  const range = high === Number.POSITIVE_INFINITY ? `${low} or more` : `in [${low}, ${high})`;
  throw new ArgumentError(`${optimizer}: ${name} is ${value}\n  hint: a number ${range}`);
}

/** Throws ArgumentError unless every setting is a number of 0 or more. */
export function checkNotNegative(
  optimizer: string,
  settings: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(settings)) {
    checkRange(optimizer, name, value, 0, Number.POSITIVE_INFINITY);
  }
}

/** Throws ArgumentError unless both decay rates are in [0, 1). */
export function checkBetas(optimizer: string, betas: readonly [number, number]): void {
  betas.forEach((beta, i) => {
    checkRange(optimizer, `betas[${i}]`, beta, 0, 1);
  });
}
