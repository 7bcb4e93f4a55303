import { tensor } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import type { Encoded } from "../load.ts";
import { camel, Unmapped } from "../names.ts";
import type { Run } from "../run.ts";

/** The members of estimators that the runners use; each class has some of them. */
// biome-ignore lint/suspicious/noExplicitAny: a case names methods and attributes by text
export type Model = any;

/** Settings that choose how scikit-learn computes the same result. */
const HOW: ReadonlySet<string> = new Set([
  "algorithm",
  "dual",
  "solver",
  "svd_solver",
  "n_jobs",
  "copy_X",
  "cache_size",
]);

/** Estimators whose results do not depend on the random state. */
const NOT_RANDOM: ReadonlySet<string> = new Set(["LogisticRegression"]);

/** The settings of a case, converted. */
export function settingsOf(
  params: Readonly<Record<string, Encoded>>,
  { item, group }: Pick<Run, "item" | "group">,
): Record<string, unknown> {
  const decode = (value: Encoded): unknown => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    const { tensor: stored, map } = value as {
      tensor?: string;
      map?: readonly (readonly [number, number])[];
    };
    if (stored !== undefined) {
      const { data, shape } = group.tensor(item.id, stored);
      return tensor(data, { shape });
    }
    if (map !== undefined) return Object.fromEntries(map);
    return value;
  };
  const kept = Object.entries(params).filter(([name]) => !HOW.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [camel(name), decode(value)]));
}

/** The estimator of a case with its settings. Throws Unmapped if there is no such class. */
export function estimatorOf(run: Pick<Run, "item" | "group">, more: object = {}): Model {
  const name = String(run.item.estimator).split(".").at(-1) as string;
  const Class = (classic as Readonly<Record<string, unknown>>)[name];
  if (typeof Class !== "function") throw new Unmapped(`no counterpart of ${run.item.estimator}`);
  const params = run.item.params as Readonly<Record<string, Encoded>>;
  const { randomState, ...rest } = settingsOf(params, run);
  const seed = randomState === undefined || NOT_RANDOM.has(name) ? {} : { randomState };
  return new (Class as new (given: object) => Model)({ ...rest, ...seed, ...more });
}
