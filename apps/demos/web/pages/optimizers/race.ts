import { cat, isfinite, noGrad, stack, type Tensor, tensor, where } from "@wgrad/autograd";
import { parameter } from "@wgrad/nn";
import { Adagrad, Adam, type Optimizer, RMSprop, SGD } from "@wgrad/optim";
import { t } from "../../../src/shared/language.ts";
import type { Step } from "../../../src/shared/training.ts";

/** A height over the plane: x, y of any shape → heights of the same. */
export interface Surface {
  readonly height: (x: Tensor, y: Tensor) => Tensor;
  readonly start: readonly [number, number];
  /** What is seen: from, to. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Where the height is 0, its least. */
  readonly minima: readonly (readonly [number, number])[];
}

export const surfaces: Readonly<Record<string, Surface>> = {
  /** Rosenbrock's valley: (1 − x)² + 10 (y − x²)², its floor curved and almost level. */
  valley: {
    height: (x, y) => x.neg().add(1).square().add(y.sub(x.square()).square().mul(10)),
    start: [-1.4, 1.6],
    x: [-2, 2],
    y: [-0.75, 2.25],
    minima: [[1, 1]],
  },
  /** A bowl twenty times as steep one way as the other: x² / 20 + y². */
  bowl: {
    height: (x, y) => x.square().div(20).add(y.square()),
    start: [-3.6, 1.6],
    x: [-4, 4],
    y: [-2, 2],
    minima: [[0, 0]],
  },
  /**
   * Himmelblau's four minima of the same height, divided by 100: (x² + y − 11)² + (x + y² − 7)².
   */
  hollows: {
    height: (x, y) =>
      x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square()).div(100),
    start: [-0.3, -0.9],
    x: [-5.5, 5.5],
    y: [-5, 5],
    minima: [
      [3, 2],
      [-2.805118, 3.131312],
      [-3.77931, -3.283186],
      [3.584428, -1.848127],
    ],
  },
};

/** One that takes part: where it is, what moves it, and its own learning rate. */
export interface Runner {
  readonly name: string;
  readonly rate: number;
  readonly at: Tensor;
  readonly optimizer: Optimizer;
}

/** Name, a learning rate that suits it on these surfaces, and how it is made. */
const kinds: readonly (readonly [string, number, (at: Tensor, lr: number) => Optimizer])[] = [
  ["SGD", 0.01, (at, lr) => new SGD([at], { lr })],
  [t("momentum"), 0.005, (at, lr) => new SGD([at], { lr, momentum: 0.9 })],
  ["Adagrad", 0.3, (at, lr) => new Adagrad([at], { lr })],
  ["RMSprop", 0.02, (at, lr) => new RMSprop([at], { lr })],
  ["Adam", 0.08, (at, lr) => new Adam([at], { lr })],
];

/** All at the start. Every learning rate is `multiplier` times its own. */
export const runners = ([x, y]: readonly [number, number], multiplier: number): readonly Runner[] =>
  kinds.map(([name, rate, make]) => {
    const at = parameter(tensor([x, y]));
    return { name, rate, at, optimizer: make(at, rate * multiplier) };
  });

/** A step of the race, and where and how high everyone is after it: [runners, 3]. */
export interface RaceStep extends Step {
  readonly places: Tensor;
}

/** Where everyone is: [runners, 2]. */
export const placesOf = (running: readonly Runner[]): Tensor => stack(running.map(({ at }) => at));

/**
 * Every runner takes a step down from where it is. The loss is the mean height of those that have
 * one: who flew off has none.
 */
export async function* race(
  { height }: Surface,
  running: readonly Runner[],
  steps: number,
): AsyncGenerator<RaceStep, void, undefined> {
  for (let step = 1; step <= steps; step++) {
    const places = placesOf(running);
    const heights = height(places.select(1, 0), places.select(1, 1));
    const loss = noGrad(() => {
      const there = isfinite(heights);
      return where(there, heights, 0).sum().div(there.to("f32").sum());
    });
    for (const { optimizer } of running) optimizer.zeroGrad();
    heights.sum().backward(); // each runner's gradient is its own height's
    for (const { optimizer } of running) optimizer.step();
    const after = noGrad(() => {
      const at = placesOf(running);
      return cat([at, height(at.select(1, 0), at.select(1, 1)).reshape(-1, 1)], 1);
    });
    yield { step, steps, loss, places: after.keep() };
  }
}
