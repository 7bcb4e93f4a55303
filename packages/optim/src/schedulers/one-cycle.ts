import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkMomentum } from "./cyclic.ts";
import {
  LRScheduler,
  perGroup,
  type RuleContext,
  type Scheduled,
  type SchedulerOptions,
} from "./scheduler.ts";

/** Settings of OneCycleLR. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** Number of steps of the cycle; if absent, `epochs` times `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Fraction of the cycle in which the rate rises (default 0.3). */
  readonly pctStart?: number;
  /** Interpolation between two rates (default "cos"). */
  readonly annealStrategy?: "cos" | "linear";
  /** Cycles momentum (β₁ for Adam) inversely to the rate (default true). */
  readonly cycleMomentum?: boolean;
  /** Momentum at the maximum rate (default 0.85). */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at both ends of the cycle (default 0.95). */
  readonly maxMomentum?: number | readonly number[];
  /** The first rate is maxLr / divFactor (default 25). */
  readonly divFactor?: number;
  /** The last rate is the first one divided by finalDivFactor (default 1e4). */
  readonly finalDivFactor?: number;
  /** Returns to the first rate symmetrically, then anneals to the last rate (default false). */
  readonly threePhase?: boolean;
}

/** A phase that ends at step `end`. `from` and `to` are indices into a list of values. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [Rate, Rate];
  readonly momentum: readonly ["base" | "max", "base" | "max"];
}

type Rate = "first" | "top" | "last";

/**
 * The 1cycle policy (Smith & Topin 2019): raises the rate from maxLr / divFactor to `maxLr`, then
 * anneals it to almost 0. Call `step()` after every batch.
 */
export class OneCycleLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    maxLr: number | readonly number[],
    options: OneCycleLROptions = {},
  ) {
    checkCall(
      'new OneCycleLR(optimizer: any, maxLr: number | list, { totalSteps: number, epochs: size, stepsPerEpoch: size, pctStart: number, annealStrategy: "linear" | "cos", cycleMomentum: boolean, baseMomentum: number | list, maxMomentum: number | list, divFactor: number, finalDivFactor: number, threePhase: boolean, lastEpoch: number })',
      arguments,
    );
    const { annealStrategy = "cos", cycleMomentum = true, lastEpoch = -1 } = options;
    const { divFactor = 25, finalDivFactor = 1e4 } = options;
    const total = totalOf(options);
    const phases = phasesOf(total, options);
    const list = (name: string, value: number | readonly number[]): readonly number[] =>
      perGroup("OneCycleLR", name, optimizer, value);
    const top = list("maxLr", maxLr);
    const first = top.map((lr) => lr / divFactor);
    const rates = { top, first, last: first.map((lr) => lr / finalDivFactor) };
    const momenta = {
      base: list("baseMomentum", options.baseMomentum ?? 0.85),
      max: list("maxMomentum", options.maxMomentum ?? 0.95),
    };
    const anneal = strategies[annealStrategy];
    if (cycleMomentum) checkMomentum("OneCycleLR", optimizer);
    const at = (epoch: number): { readonly phase: Phase; readonly part: number } => {
      if (epoch > total) {
        throw new ArgumentError(
          `OneCycleLR.step: step ${epoch} of a cycle of ${total}\n  hint: is totalSteps too small, or should the scheduler step once per epoch?`,
        );
      }
      const i = phases.findIndex(({ end }, k) => epoch <= end || k === phases.length - 1);
      const phase = phases[i] as Phase;
      const start = phases[i - 1]?.end ?? 0;
      return { phase, part: (epoch - start) / (phase.end - start) };
    };
    if (lastEpoch === -1) {
      for (const [i, group] of optimizer.paramGroups.entries())
        group.initialLr = first[i] as number;
    }
    const lr = ({ epoch, group }: RuleContext): number => {
      const { phase, part } = at(epoch);
      const [from, to] = phase.lr;
      return anneal(rates[from][group] as number, rates[to][group] as number, part);
    };
    const momentum = ({ epoch, group }: RuleContext): number => {
      const { phase, part } = at(epoch);
      const [from, to] = phase.momentum;
      return anneal(momenta[from][group] as number, momenta[to][group] as number, part);
    };
    super(optimizer, cycleMomentum ? { lr, momentum } : { lr }, options);
  }
}

const strategies = {
  cos: (from: number, to: number, part: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part)),
  linear: (from: number, to: number, part: number): number => from + (to - from) * part,
};

function totalOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  const total = totalSteps ?? (epochs ?? Number.NaN) * (stepsPerEpoch ?? Number.NaN);
  if (Number.isInteger(total) && total > 0) return total;
  throw new ArgumentError(
    `OneCycleLR: totalSteps is ${totalSteps}, epochs ${epochs} and stepsPerEpoch ${stepsPerEpoch}` +
      "\n  hint: give totalSteps, or both epochs and stepsPerEpoch, as whole numbers above 0",
  );
}

function phasesOf(
  total: number,
  { pctStart = 0.3, threePhase = false }: OneCycleLROptions,
): Phase[] {
  if (!(pctStart >= 0 && pctStart <= 1)) {
    throw new ArgumentError(`OneCycleLR: pctStart is ${pctStart}\n  hint: a number in [0, 1]`);
  }
  const up: Phase = { end: pctStart * total - 1, lr: ["first", "top"], momentum: ["max", "base"] };
  if (!threePhase) return [up, { end: total - 1, lr: ["top", "last"], momentum: ["base", "max"] }];
  return [
    up,
    { end: 2 * pctStart * total - 2, lr: ["top", "first"], momentum: ["base", "max"] },
    { end: total - 1, lr: ["first", "last"], momentum: ["max", "max"] },
  ];
}
