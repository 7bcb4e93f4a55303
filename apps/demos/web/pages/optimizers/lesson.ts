import { cat, linspace, type Tensor } from "@wgrad/autograd";
import { floats } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { placesOf, race, runners, type Surface, surfaces } from "./race.ts";

/** What stands still. */
export interface Ground {
  readonly names: readonly string[];
  readonly rates: readonly number[];
  readonly start: readonly [number, number];
  /** Heights on a grid of [rows, columns] over the surface, row by row from the bottom. */
  readonly heights: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly minima: readonly (readonly [number, number])[];
}

export interface Snapshot {
  /** With the first snapshot alone. */
  readonly ground: Ground | null;
  /** Where and how high every runner was after each step since the snapshot before: [steps, runners, 3]. */
  readonly walked: Float32Array;
  /** How high each runner is now. */
  readonly heights: Float32Array;
}

const [COLUMNS, ROWS] = [96, 64];

/** Five optimizers start at one place and go down. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const surface = surfaces[String(settings.surface)] as Surface;
  const { height, start, x, y, minima } = surface;
  const running = runners(start, numberOf(settings, "lr"));
  for (const { at } of running) hold(at);
  const [xs, ys] = [
    linspace(...x, COLUMNS).reshape(1, COLUMNS),
    linspace(...y, ROWS).reshape(ROWS, 1),
  ];
  let ground: Ground | null = {
    names: running.map(({ name }) => name),
    rates: running.map(({ rate }) => rate),
    start,
    heights: await floats(() => height(xs.add(ys.mul(0)), ys.add(xs.mul(0)))),
    columns: COLUMNS,
    rows: ROWS,
    x,
    y,
    minima,
  };
  let walked: Tensor[] = [];
  const heightsNow = (): Promise<Float32Array> =>
    floats(() => {
      const places = placesOf(running);
      return height(places.select(1, 0), places.select(1, 1));
    });
  return {
    model: null,
    async *train() {
      for await (const step of race(surface, running, 400)) {
        walked.push(step.places);
        yield step;
      }
    },
    async snapshot() {
      const [first, steps] = [ground, walked];
      ground = null;
      walked = [];
      const places = steps.length === 0 ? new Float32Array() : await floats(() => cat(steps));
      for (const each of steps) each.dispose();
      return { ground: first, walked: places, heights: await heightsNow() };
    },
    async measures() {
      const heights = (await heightsNow()).filter(Number.isFinite);
      return { best: heights.reduce((least, each) => Math.min(least, each), Infinity) };
    },
    /** The multiplier of every rate. */
    set(_name, value) {
      for (const { optimizer, rate } of running) {
        for (const group of optimizer.paramGroups) group.lr = rate * Number(value);
      }
    },
  };
}
