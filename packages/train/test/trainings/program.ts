import * as w from "@wgrad/autograd";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import { bodies } from "./bodies.ts";
import { dice } from "./dice.ts";
import { heads } from "./heads.ts";
import { steps } from "./steps.ts";

/** A random training as its own source: it works with the libraries as `w`, `nn` and `optim`. */
export interface Training {
  readonly seed: number;
  readonly source: string;
}

/** What a training gives: the losses of its steps, and what is left at the end, by name. */
export type Outcome = ReadonlyMap<string, ArrayLike<number>>;

const AsyncFunction = (async () => {}).constructor as new (
  ...source: string[]
) => (...libraries: unknown[]) => Promise<Outcome>;

/**
 * The training of this seed: a body of layers, a head with its loss, an optimizer and what is done
 * around its steps.
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
