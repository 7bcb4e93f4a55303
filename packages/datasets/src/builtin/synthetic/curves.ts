import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  checkCount,
  checkSpread,
  finish,
  type LabelledPoints,
  type PointOptions,
  rowsOf,
  share,
} from "./points.ts";

/**
 * Two interleaving half circles, as scikit-learn's make_moons. Class 0: (cos t, sin t); class 1: (1
 * − cos t, ½ − sin t), t from 0 to π.
 *
 * Throws ArgumentError for an invalid count or noise.
 */
export function makeMoons(nSamples = 100, options: PointOptions = {}): LabelledPoints {
  checkCall(
    "makeMoons(nSamples?: number, { noise: number, shuffle: boolean, generator: generator })",
    arguments,
  );
  check("makeMoons", nSamples, options);
  const outer = Math.floor(nSamples / 2);
  const rows = rowsOf(nSamples, 2, (i) => {
    const label = i < outer ? 0 : 1;
    const [place, of] = label === 0 ? [i, outer] : [i - outer, nSamples - outer];
    const t = of > 1 ? (Math.PI * place) / (of - 1) : 0;
    const point =
      label === 0 ? [Math.cos(t), Math.sin(t)] : [1 - Math.cos(t), 1 - Math.sin(t) - 0.5];
    return { point, label };
  });
  return finish(rows, options);
}

/** Settings of `makeCircles`. */
export interface CirclesOptions extends PointOptions {
  /** Radius of the inner circle; the outer radius is 1 (default 0.8). */
  readonly factor?: number;
}

/**
 * A circle (class 0) around a smaller one (class 1), as scikit-learn's make_circles.
 *
 * Throws ArgumentError for an invalid count or noise, and for a factor outside [0, 1).
 */
export function makeCircles(nSamples = 100, options: CirclesOptions = {}): LabelledPoints {
  checkCall(
    "makeCircles(nSamples?: number, { factor: number, noise: number, shuffle: boolean, generator: generator })",
    arguments,
  );
  const { factor = 0.8 } = options;
  check("makeCircles", nSamples, options);
  if (!(factor >= 0 && factor < 1)) {
    throw new ArgumentError(`makeCircles: factor is ${factor}\n  hint: a number in [0, 1)`);
  }
  const outer = Math.floor(nSamples / 2);
  const rows = rowsOf(nSamples, 2, (i) => {
    const label = i < outer ? 0 : 1;
    const [place, of] = label === 0 ? [i, outer] : [i - outer, nSamples - outer];
    const t = (2 * Math.PI * place) / of;
    const radius = label === 0 ? 1 : factor;
    return { point: [radius * Math.cos(t), radius * Math.sin(t)], label };
  });
  return finish(rows, options);
}

/** Settings of `makeSpirals`. */
export interface SpiralsOptions extends PointOptions {
  /** Number of arms, one per class (default 2). */
  readonly nClasses?: number;
  /** Number of turns of an arm (default 1). */
  readonly turns?: number;
}

/**
 * Arms of a spiral, one per class. Class k: r (cos a, sin a) with r from 0 to 1 and a = 2π (turns ·
 * r + k / nClasses).
 *
 * Throws ArgumentError for an invalid count, noise or number of turns.
 */
export function makeSpirals(nSamples = 100, options: SpiralsOptions = {}): LabelledPoints {
  checkCall(
    "makeSpirals(nSamples?: number, { nClasses: number, turns: number, noise: number, shuffle: boolean, generator: generator })",
    arguments,
  );
  const { nClasses = 2, turns = 1 } = options;
  check("makeSpirals", nSamples, options);
  checkCount("makeSpirals", "nClasses", nClasses);
  checkSpread("makeSpirals", "turns", turns);
  const places = share(nSamples, nClasses).flatMap((of, label) =>
    Array.from({ length: of }, (_, i) => ({ r: (i + 1) / of, label })),
  );
  const rows = rowsOf(nSamples, 2, (i) => {
    const { r, label } = places[i] as (typeof places)[number];
    const angle = 2 * Math.PI * (turns * r + label / nClasses);
    return { point: [r * Math.cos(angle), r * Math.sin(angle)], label };
  });
  return finish(rows, options);
}

function check(maker: string, nSamples: number, { noise = 0 }: PointOptions): void {
  checkCount(maker, "nSamples", nSamples);
  checkSpread(maker, "noise", noise);
}
