import { linspace, stack, type Tensor } from "@wgrad/autograd";
import { floats, number } from "../../worker/numbers.ts";
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
  let heights: Float32Array | null = await floats(() =>
    height(xs.add(ys.mul(0)), ys.add(xs.mul(0))),
  );
  return {
    model: null,
    holds: running.map(({ at }) => at),
    training: race(surface, running, 400),
    async snapshot() {
      const given = heights;
      heights = null;
      return {
        names: Object.keys(field),
        places: await floats(() => stack(running.map(({ at }) => at)).flatten()),
        heights: given,
        columns: COLUMNS,
        rows: ROWS,
        x,
        y,
        lowest,
      };
    },
    async measures() {
      const places = (): Tensor => stack(running.map(({ at }) => at));
      const best = await number(() => height(places().select(1, 0), places().select(1, 1)).amin(0));
      return { best };
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
