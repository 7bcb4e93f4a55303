import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  LRScheduler,
  momentumOf,
  perGroup,
  type RuleContext,
  type Scheduled,
  type SchedulerOptions,
} from "./scheduler.ts";

/** Settings of CyclicLR. */
export interface CyclicLROptions extends SchedulerOptions {
  /** Number of steps from the base rate up to the maximum (default 2000). */
  readonly stepSizeUp?: number;
  /** Number of steps down again (default `stepSizeUp`). */
  readonly stepSizeDown?: number;
  /**
   * How the amplitude changes: constant ("triangular"), halved each cycle ("triangular2"), or times
   * γᵗ ("exp_range") (default "triangular").
   */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** γ of "exp_range" (default 1). */
  readonly gamma?: number;
  /** Custom factor of the amplitude, instead of `mode`'s. */
  readonly scaleFn?: (x: number) => number;
  /** Argument of `scaleFn`: the cycle's number from 1, or the step's from 0 (default "cycle"). */
  readonly scaleMode?: "cycle" | "iterations";
  /** Cycles momentum (β₁ for Adam) inversely to the rate (default true). */
  readonly cycleMomentum?: boolean;
  /** Momentum at the maximum rate (default 0.8). */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at the base rate (default 0.9). */
  readonly maxMomentum?: number | readonly number[];
}

/**
 * Cycles the rate linearly between `baseLr` and `maxLr` (Smith 2017). Each is one number for all
 * groups or a list with one per group.
 */
export class CyclicLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicLROptions = {},
  ) {
    checkCall(
      'new CyclicLR(optimizer: any, baseLr: number | list, maxLr: number | list, { stepSizeUp: number, stepSizeDown: number, mode: "triangular" | "triangular2" | "exp_range", gamma: number, scaleFn: function, scaleMode: "cycle" | "iterations", cycleMomentum: boolean, baseMomentum: number | list, maxMomentum: number | list, lastEpoch: number })',
      arguments,
    );
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, lastEpoch = -1 } = options;
    const { cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = options;
    const list = (name: string, value: number | readonly number[]): readonly number[] =>
      perGroup("CyclicLR", name, optimizer, value);
    const [low, high] = [list("baseLr", baseLr), list("maxLr", maxLr)];
    const [least, most] = [list("baseMomentum", baseMomentum), list("maxMomentum", maxMomentum)];
    if (cycleMomentum) checkMomentum("CyclicLR", optimizer);
    const scale = scaleOf(options);
    const period = stepSizeUp + stepSizeDown;
    const heightAt = (epoch: number): number => {
      const cycle = Math.floor(1 + epoch / period);
      const x = 1 + epoch / period - cycle;
      const top = stepSizeUp / period;
      return (x <= top ? x / top : (x - 1) / (top - 1)) * scale(cycle, epoch);
    };
    const between = (from: readonly number[], to: readonly number[]) =>
      function value({ epoch, group }: RuleContext): number {
        const [a, b] = [from[group] as number, to[group] as number];
        return a + (b - a) * heightAt(epoch);
      };
    if (lastEpoch === -1) {
      for (const [i, group] of optimizer.paramGroups.entries()) group.lr = low[i] as number;
    }
    const lr = between(low, high);
    super(optimizer, cycleMomentum ? { lr, momentum: between(most, least) } : { lr }, options);
  }
}

function scaleOf(options: CyclicLROptions): (cycle: number, epoch: number) => number {
  const { mode = "triangular", gamma = 1, scaleFn, scaleMode = "cycle" } = options;
  if (scaleFn !== undefined)
    return (cycle, epoch) => scaleFn(scaleMode === "cycle" ? cycle : epoch);
  switch (mode) {
    case "triangular":
      return () => 1;
    case "triangular2":
      return (cycle) => 1 / 2 ** (cycle - 1);
    case "exp_range":
      return (_, epoch) => gamma ** epoch;
  }
}

/** Throws ArgumentError if a group has neither momentum nor betas. */
export function checkMomentum(scheduler: string, { paramGroups }: Scheduled): void {
  if (paramGroups.every((group) => momentumOf(group) !== undefined)) return;
  throw new ArgumentError(
    `${scheduler}: the optimizer has neither momentum nor betas to cycle\n  hint: pass { cycleMomentum: false }`,
  );
}
