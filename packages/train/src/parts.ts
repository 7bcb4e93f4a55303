import { ArgumentError } from "@wgrad/autograd";
import type { Stateful } from "@wgrad/autograd/saving";

/** Everything that the course of a run depends on. */
export interface RunParts {
  readonly model: Stateful;
  readonly optimizer: Stateful;
  readonly scheduler?: object | undefined;
  readonly loader: object;
  readonly metrics?: Readonly<Record<string, object>> | undefined;
  readonly callbacks?: readonly object[] | undefined;
  readonly parts?: Readonly<Record<string, Stateful>> | undefined;
  readonly randomState: Stateful;
}

export const isStateful = (value: unknown): value is Stateful =>
  ["stateDict", "loadStateDict"].every(
    (name) => typeof (value as Record<string, unknown> | undefined)?.[name] === "function",
  );

/**
 * The parts that have a state, by name. Throws ArgumentError if the name of a user's part is taken.
 */
export function partsOf({
  metrics = {},
  callbacks = [],
  parts = {},
  ...own
}: RunParts): Record<string, Stateful> {
  const all: [string, unknown][] = [
    ...Object.entries(own),
    ...Object.entries(metrics).map(([name, metric]) => [`metrics.${name}`, metric] as const),
    ...callbacks.map((callback, i) => [`callbacks.${i}`, callback] as const),
  ].map(([name, part]) => [name, part]);
  for (const [name, part] of Object.entries(parts)) {
    if (name === "run" || all.some(([taken]) => taken === name)) {
      throw new ArgumentError(
        `fit: the name of part "${name}" is taken\n  hint: give it another name`,
      );
    }
    if (!isStateful(part)) {
      throw new ArgumentError(`fit: the part "${name}" has no stateDict() and loadStateDict()`);
    }
    all.push([name, part]);
  }
  return Object.fromEntries(
    all.filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}
