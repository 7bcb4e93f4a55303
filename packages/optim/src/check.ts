import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe, nearest } from "@wgrad/autograd/plugin";

/** Keys of a group that are not settings. */
const reservedKeys = ["params", "initialLr"];

/**
 * Throws ArgumentError for a setting that `defaults` does not have, or whose type differs from the
 * default's.
 */
export function checkSettings(optimizer: string, defaults: object, group: object): void {
  const expected = defaults as Readonly<Record<string, unknown>>;
  const settings = group as Readonly<Record<string, unknown>>;
  for (const name in settings) {
    const value = settings[name];
    const kind = typeof expected[name];
    if (name in expected) {
      const number = kind === "number";
      if ((number || kind === "boolean") && (typeof value !== kind || Number.isNaN(value))) {
        throw new ArgumentError(
          `${optimizer}: ${name} is ${describe(value)}\n  hint: ${number ? "a number" : "true or false"}`,
        );
      }
    } else if (!reservedKeys.includes(name)) {
      const meant = nearest(name, Object.keys(defaults));
      throw new ArgumentError(
        `${optimizer}: there is no option "${name}"` +
          `\n  hint: ${meant === undefined ? "" : `did you mean ${meant}? `}${Object.keys(defaults).join(", ")}`,
      );
    }
  }
}

/** Throws ArgumentError unless `low` ≤ value < `high`. */
export function checkRange(
  optimizer: string,
  name: string,
  value: number,
  low: number,
  high: number,
): void {
  checkCall(
    "checkRange(optimizer: string, name: string, value: number, low: number, high: number)",
    arguments,
  );
  if (typeof value === "number" && value >= low && value < high) return;
  const range = high === Number.POSITIVE_INFINITY ? `${low} or more` : `in [${low}, ${high})`;
  throw new ArgumentError(`${optimizer}: ${name} is ${describe(value)}\n  hint: a number ${range}`);
}

/** Throws ArgumentError unless every setting is a number ≥ 0. */
export function checkNotNegative(
  optimizer: string,
  settings: Readonly<Record<string, number>>,
): void {
  for (const name in settings) {
    checkRange(optimizer, name, settings[name] as number, 0, Number.POSITIVE_INFINITY);
  }
}

/** Throws ArgumentError unless both decay rates are in [0, 1). */
export function checkBetas(optimizer: string, betas: readonly [number, number]): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ArgumentError(
      `${optimizer}: betas is ${describe(betas)}\n  hint: two numbers, [0.9, 0.999]`,
    );
  }
  checkRange(optimizer, "betas[0]", betas[0], 0, 1);
  checkRange(optimizer, "betas[1]", betas[1], 0, 1);
}
