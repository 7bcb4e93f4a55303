import * as w from "@wgrad/autograd";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import { bodies } from "./bodies.ts";
import { dice } from "./dice.ts";
import { heads } from "./heads.ts";
import { steps } from "./steps.ts";

/** A random training as source code, which uses the libraries as `w`, `nn` and `optim`. */
export interface Training {
  readonly seed: number;
  readonly source: string;
}

/** The losses of the steps and the final parameters, by name. */
export type Outcome = ReadonlyMap<string, ArrayLike<number>>;

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (...libraries: unknown[]) => Promise<Outcome>;

/**
 * Generates the training of a seed: a body, a head with its loss, an optimizer and options of the
 * steps.
 */
export function writeTraining(seed: number): Training {
  const d = dice(seed);
  const body = d.choose(bodies)(d);
  const head = d.choose(heads)(d, body);
  return {
    seed,
    source: [
      `w.manualSeed(${seed});`,
      ...body.lines,
      ...head.lines,
      ...steps(d, head),
      "return results;",
    ].join("\n"),
  };
}

/** Runs a training on the current device. */
export const runTraining = ({ source }: Training): Promise<Outcome> =>
  new AsyncFunction("w", "nn", "optim", source)(w, nn, optim);
