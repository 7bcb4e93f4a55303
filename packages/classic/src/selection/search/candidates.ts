import { ArgumentError, type Generator } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { shown } from "../../estimator/settings.ts";

/** Settings that are tried together. */
export type Candidate = Readonly<Record<string, unknown>>;
/** Values to try of each setting; of several grids each is tried. */
export type ParamGrid = Readonly<Record<string, readonly unknown[]>>;
/** Draws a value. */
export type Draw = (random: Generator) => unknown;
/** Values of each setting, or what draws them. */
export type ParamDistributions = Readonly<Record<string, readonly unknown[] | Draw>>;

/** Throws ArgumentError unless there are values to try. */
function checkValues(
  call: string,
  name: string,
  values: unknown,
): asserts values is readonly unknown[] {
  if (Array.isArray(values) && values.length > 0) return;
  throw new ArgumentError(
    `${call}: ${name} is ${shown(values)}\n  hint: values to try: { ${name}: [1, 2] }`,
  );
}

/**
 * Every combination: names sorted, the last varies fastest, as scikit-learn's ParameterGrid. Throws
 * ArgumentError for a setting without values.
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

/** So many drawn candidates; of lists alone no combination comes twice. */
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

/** Throws ArgumentError unless the bounds are finite and rise. */
function checkBounds(call: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return;
  throw new ArgumentError(`${call}: from ${low} to ${high}\n  hint: finite numbers, low < high`);
}

/** Numbers from `low` to `high`, all as likely. Throws ArgumentError unless low < high. */
export function uniform(low: number, high: number): Draw {
  checkCall("uniform(low: number, high: number)", arguments);
  checkBounds("uniform", low, high);
  return (random) => low + (high - low) * fractionOf(random);
}

/**
 * Numbers from `low` to `high`, all sizes as likely: as many between 1 and 10 as between 10 and
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
 * Whole numbers from `low` up to `high`, which is not among them. Throws ArgumentError for other
 * bounds.
 */
export function randint(low: number, high: number): Draw {
  checkCall("randint(low: number, high: number)", arguments);
  checkBounds("randint", low, high);
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high - low > 2 ** 32) {
    throw new ArgumentError(`randint: from ${low} to ${high}\n  hint: whole numbers`);
  }
  return (random) => low + (random.u32() % (high - low));
}
