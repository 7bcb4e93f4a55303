import { ArgumentError, type Generator } from "@wgrad/autograd";
import { shown } from "../../estimator/settings.ts";

/** Settings that are tried together. */
export type Candidate = Readonly<Record<string, unknown>>;
/** Values to try of each setting; of several grids each is tried. */
export type ParamGrid = Readonly<Record<string, readonly unknown[]>>;
/** Draws a value. */
export type Draw = (random: Generator) => unknown;
/** Values of each setting, or what draws them. */
export type ParamDistributions = Readonly<Record<string, readonly unknown[] | Draw>>;

/** Every combination: names sorted, the last varies fastest, as scikit-learn's ParameterGrid. Throws ArgumentError for a setting without values. */
export function everyCandidate(call: string, grids: ParamGrid | readonly ParamGrid[]): Candidate[] {
  const list = (Array.isArray(grids) ? grids : [grids]) as readonly ParamGrid[];
  return list.flatMap((grid) => {
    const names = Object.keys(grid).sort();
    let all: Candidate[] = [{}];
    for (const name of names) {
      const values = grid[name];
      if (!Array.isArray(values) || values.length === 0) {
        throw new ArgumentError(
          `${call}: ${name} is ${shown(values)}\n  hint: values to try: { ${name}: [1, 2] }`,
        );
      }
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
        return [name, values[random.u32() % values.length]];
      }),
    ),
  );
}

const fractionOf = (random: Generator): number => random.u32() * 2 ** -32;

/** Numbers from `low` to `high`, all as likely. */
export const uniform =
  (low: number, high: number): Draw =>
  (random) =>
    low + (high - low) * fractionOf(random);

/** Numbers from `low` to `high`, all sizes as likely: as many between 1 and 10 as between 10 and 100. */
export const loguniform =
  (low: number, high: number): Draw =>
  (random) =>
    low * (high / low) ** fractionOf(random);

/** Whole numbers from `low` up to `high`, which is not among them. */
export const randint =
  (low: number, high: number): Draw =>
  (random) =>
    low + (random.u32() % (high - low));
