import { linspace, noGrad } from "@wgrad/autograd";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { race, runners, type Surface, surfaces } from "./race.ts";

export interface Snapshot {
  readonly names: readonly string[];
  /** Where each runner is, in pairs. */
  readonly places: Float32Array;
  /** Heights on a grid of [rows, columns] over the surface, row by row from the bottom; only before the first step. */
  readonly heights: Float32Array | null;
  readonly columns: number;
  readonly rows: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly lowest: readonly [number, number];
}

const [COLUMNS, ROWS] = [96, 64];

/** Five optimizers start at one place and go down. */
export async function begin({ settings }: Desk): Promise<Run<Snapshot>> {
  const surface = surfaces[String(settings.surface)] as Surface;
  const { height, start, x, y, lowest } = surface;
  let pace = numberOf(settings, "lr");
  const field = runners(start, pace);
  const running = Object.values(field);
  const [xs, ys] = [
    linspace(...x, COLUMNS).reshape(1, COLUMNS),
    linspace(...y, ROWS).reshape(ROWS, 1),
  ];
  let heights: Float32Array | null = Float32Array.from(
    await noGrad(() => height(xs.add(ys.mul(0)), ys.add(xs.mul(0)))).data(),
    Number,
  );
  return {
    model: null,
    training: race(surface, running, 400),
    async snapshot() {
      const given = heights;
      heights = null;
      const places = await Promise.all(running.map(({ at }) => at.data()));
      return {
        names: Object.keys(field),
        places: Float32Array.from(places.flatMap((place) => Array.from(place, Number))),
        heights: given,
        columns: COLUMNS,
        rows: ROWS,
        x,
        y,
        lowest,
      };
    },
    async measures() {
      const found = running.map(({ at }) => noGrad(() => height(at.select(0, 0), at.select(0, 1))));
      const values = await Promise.all(found.map((value) => value.item()));
      return { best: Math.min(...values) };
    },
    /** The pace of all. */
    set(_name, value) {
      const factor = Number(value) / pace;
      for (const { optimizer } of running) {
        for (const group of optimizer.paramGroups) group.lr *= factor;
      }
      pace = Number(value);
    },
  };
}
