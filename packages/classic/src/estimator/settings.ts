import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** The rule for the values of a setting. */
export interface Rule {
  /** The allowed values in words, for messages. */
  readonly wanted: string;
  readonly allows: (value: unknown) => boolean;
}

/** All settings of an estimator with their defaults and rules. */
export type Schema<Params extends object> = {
  readonly [Name in keyof Params]-?: readonly [standard: Params[Name], rule: Rule];
};

/** Settings that the user gives: any subset. */
export type Given<Params extends object> = { readonly [Name in keyof Params]?: Params[Name] };

/**
 * All settings, with defaults for those not given. Throws ArgumentError for an unknown name and for
 * a value that is not allowed.
 */
export function settings<Params extends object>(
  estimator: string,
  schema: Schema<Params>,
  given: Given<Params>,
): Params {
  const names = Object.keys(schema);
  checkCall(`new ${estimator}({ ${names.join(", ")} })`, [given]);
  const entries = names.map((name) => {
    const [standard, rule] = schema[name as keyof Params] as readonly [unknown, Rule];
    const own = given[name as keyof Params];
    const chosen = own === undefined ? standard : own;
    if (rule.allows(chosen)) return [name, chosen];
    throw new ArgumentError(`${estimator}: ${name} is ${shown(chosen)}\n  hint: ${rule.wanted}`);
  });
  return Object.fromEntries(entries) as Params;
}

/** A value as text for a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean" || value == null) return `${value}`;
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (typeof value === "function") return "a function";
  const { name } = (value as object).constructor ?? { name: "Object" };
  return name === "Object" ? "an object" : `a ${name}`;
}

const limits = (least: number, most: number): string => {
  if (least === Number.NEGATIVE_INFINITY) return "";
  return most === Number.POSITIVE_INFINITY ? `, ${least} or more` : ` from ${least} to ${most}`;
};

/** An integer from `least` to `most`. */
export const whole = (least: number, most: number = Number.POSITIVE_INFINITY): Rule => ({
  wanted: `a whole number${limits(least, most)}`,
  allows: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
});

/** A number from `least` to `most`, inclusive. */
export const real = (
  least: number = Number.NEGATIVE_INFINITY,
  most: number = Number.POSITIVE_INFINITY,
): Rule => ({
  wanted: `a number${limits(least, most)}`,
  allows: (value) => Number.isFinite(value) && Number(value) >= least && Number(value) <= most,
});

/** A number above 0. */
export const positive: Rule = {
  wanted: "a number above 0",
  allows: (value) => Number.isFinite(value) && Number(value) > 0,
};

/** A number above 0 and below 1. */
export const fraction: Rule = {
  wanted: "a number above 0 and below 1",
  allows: (value) => Number(value) > 0 && Number(value) < 1 && typeof value === "number",
};

/** true or false. */
export const flag: Rule = {
  wanted: "true or false",
  allows: (value) => typeof value === "boolean",
};

/** null. */
export const none: Rule = { wanted: "null", allows: (value) => value === null };

/** One of these values. */
export const choice = (...values: readonly (string | number)[]): Rule => ({
  wanted: values.map((value) => JSON.stringify(value)).join(", "),
  allows: (value) => values.includes(value as string),
});

/** A value that any of the rules allows. */
export const either = (...rules: readonly Rule[]): Rule => ({
  wanted: rules.map(({ wanted }) => wanted).join(", or "),
  allows: (value) => rules.some((rule) => rule.allows(value)),
});

/** A function. */
export const callable: Rule = {
  wanted: "a function",
  allows: (value) => typeof value === "function",
};

/** A seed, or null for the library's default generator. */
export const seed: Rule = either(whole(0, 2 ** 32 - 1), none);
