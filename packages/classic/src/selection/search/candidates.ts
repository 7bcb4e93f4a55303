import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shown } from "../../estimator/settings.ts";

/** A combination of settings. */
export type Candidate = Readonly<Record<string, unknown>>;
/** Values of each setting to try. Several grids are tried one after another. */
export type ParamGrid = Readonly<Record<string, readonly unknown[]>>;
/** Draws a value. */
export type Draw = (random: Generator) => unknown;
/** For each setting, values or a function that draws one. */
export type ParamDistributions = Readonly<Record<string, readonly unknown[] | Draw>>;

/** Throws ArgumentError unless `values` is a list with at least one value. */
function checkValues(
  call: string,
  name: string,
  values: unknown,
): asserts values is readonly unknown[] {
  if (Array.isArray(values) && values.length > 0) return;
  throw new ArgumentError(
    `${call}: ${name} is ${shown(values)}\n  hint: a list of values to try: { ${name}: [1, 2] }`,
  );
}

/**
 * Every combination; names are sorted and the last varies fastest, like scikit-learn's
 * ParameterGrid. Throws ArgumentError for a setting without values.
 */
export function everyCandidate(call: string, grids: ParamGrid | readonly ParamGrid[]): Candidate[] {
  const list = (Array.isArray(grids) ? grids : [grids]) as readonly ParamGrid[];
  return list.flatMap((grid) => {
    const names = Object.keys(grid).sort();
    let all: Candidate[] = [{}];
    for (const name of names) {
      const values = grid[name];
      checkValues(call, name, values);
      all = all.flatMap((candidate) => values.map((value) => ({ ...candidate, [name]: value })));
    }
    return all;
  });
}

/** Draws `count` candidates. If all settings are lists, no combination occurs twice. */
export function drawCandidates(
  call: string,
  distributions: ParamDistributions,
  count: number,
  random: Generator,
): Candidate[] {
  const names = Object.keys(distributions).sort();
  const isList = names.every((name) => typeof distributions[name] !== "function");
  if (isList) {
    const all = everyCandidate(call, distributions as ParamGrid);
    const order = random.permutation(all.length).subarray(0, count);
    return Array.from(order, (i) => all[i] as Candidate);
  }
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      names.map((name) => {
        const values = distributions[name] as readonly unknown[] | Draw;
        if (typeof values === "function") return [name, values(random)];
        checkValues(call, name, values);
        return [name, values[random.u32() % values.length]];
      }),
    ),
  );
}

const fractionOf = (random: Generator): number => random.u32() * 2 ** -32;

/** Throws ArgumentError unless the bounds are finite and low < high. */
function checkBounds(call: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return;
  throw new ArgumentError(
    `${call}: the bounds are ${low} and ${high}\n  hint: finite numbers with low < high`,
  );
}

/** Draws uniformly from [low, high). Throws ArgumentError unless low < high. */
export function uniform(low: number, high: number): Draw {
  checkCall("uniform(low: number, high: number)", arguments);
  checkBounds("uniform", low, high);
  return (random) => low + (high - low) * fractionOf(random);
}

/**
 * Draws numbers between `low` and `high` whose logarithm is uniform: 1 to 10 is as likely as 10 to
 * 100.
 *
 * Throws ArgumentError unless 0 < low < high.
 */
export function loguniform(low: number, high: number): Draw {
  checkCall("loguniform(low: number, high: number)", arguments);
  checkBounds("loguniform", low, high);
  if (low <= 0) {
    throw new ArgumentError(`loguniform: low is ${low}\n  hint: numbers above 0`);
  }
  return (random) => low * (high / low) ** fractionOf(random);
}

/**
 * Draws integers from `low` up to, but not including, `high`. Throws ArgumentError for invalid
 * bounds.
 */
export function randint(low: number, high: number): Draw {
  checkCall("randint(low: number, high: number)", arguments);
  checkBounds("randint", low, high);
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high - low > 2 ** 32) {
    throw new ArgumentError(`randint: the bounds are ${low} and ${high}\n  hint: whole numbers`);
  }
  return (random) => low + (random.u32() % (high - low));
}
