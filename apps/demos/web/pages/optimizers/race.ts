import { stack, type Tensor, tensor } from "@wgrad/autograd";
import { parameter } from "@wgrad/nn";
import { Adagrad, Adam, type Optimizer, RMSprop, SGD } from "@wgrad/optim";
import type { Training } from "../../../src/shared/training.ts";

/** A height over the plane: x, y of any shape → heights of the same. */
export interface Surface {
  readonly height: (x: Tensor, y: Tensor) => Tensor;
  readonly start: readonly [number, number];
  /** What is seen: from, to. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly lowest: readonly [number, number];
}

export const surfaces: Readonly<Record<string, Surface>> = {
  /** Rosenbrock's valley: (1 − x)² + 10 (y − x²)², its floor curved and almost level. */
  valley: {
    height: (x, y) => x.neg().add(1).square().add(y.sub(x.square()).square().mul(10)),
    start: [-1.4, 1.6],
    x: [-2, 2],
    y: [-0.75, 2.25],
    lowest: [1, 1],
  },
  /** A bowl twenty times as steep one way as the other: x² / 20 + y². */
  bowl: {
    height: (x, y) => x.square().div(20).add(y.square()),
    start: [-3.6, 1.6],
    x: [-4, 4],
    y: [-2, 2],
    lowest: [0, 0],
  },
  /** Himmelblau's four hollows of the same depth, a hundredth as high: (x² + y − 11)² + (x + y² − 7)². */
  hollows: {
    height: (x, y) =>
      x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square()).div(100),
    start: [-0.3, -0.9],
    x: [-5.5, 5.5],
    y: [-5, 5],
    lowest: [3, 2],
  },
};

/** One that takes part: where it is, and what moves it. */
export interface Runner {
  readonly at: Tensor;
  readonly optimizer: Optimizer;
}

/** Name → how it is made, with a learning rate that suits it here. */
const kinds: Readonly<Record<string, (at: Tensor, pace: number) => Optimizer>> = {
  SGD: (at, pace) => new SGD([at], { lr: 0.01 * pace }),
  momentum: (at, pace) => new SGD([at], { lr: 0.005 * pace, momentum: 0.9 }),
  Adagrad: (at, pace) => new Adagrad([at], { lr: 0.3 * pace }),
  RMSprop: (at, pace) => new RMSprop([at], { lr: 0.02 * pace }),
  Adam: (at, pace) => new Adam([at], { lr: 0.08 * pace }),
};

/** All at the start. Every learning rate is `pace` times its own. */
export const runners = (
  [x, y]: readonly [number, number],
  pace: number,
): Readonly<Record<string, Runner>> =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, make]) => {
      const at = parameter(tensor([x, y]));
      return [name, { at, optimizer: make(at, pace) }];
    }),
  );

/** Every runner takes a step down from where it is. The loss is the mean height. */
export async function* race(
  { height }: Surface,
  running: readonly Runner[],
  steps: number,
): Training {
  for (let step = 1; step <= steps; step++) {
    const places = stack(running.map(({ at }) => at)); // [runners, 2]
    const heights = height(places.select(1, 0), places.select(1, 1));
    const loss = heights.mean();
    for (const { optimizer } of running) optimizer.zeroGrad();
    heights.sum().backward(); // each runner's gradient is its own height's
    for (const { optimizer } of running) optimizer.step();
    yield { step, steps, loss };
  }
}
