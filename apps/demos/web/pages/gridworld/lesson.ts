import { cat } from "@wgrad/autograd";
import { train, valueTable } from "../../../src/gridworld/train.ts";
import { follow, map, move, open, shortest, start } from "../../../src/gridworld/world.ts";
import { floats } from "../../worker/numbers.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

export interface Snapshot {
  readonly map: typeof map;
  /** What each action in each cell is worth: [cells, 4], up, right, down, left. */
  readonly worth: Float32Array;
  /** The best action of each cell, and what being there is worth. */
  readonly best: Int32Array;
  readonly values: Float32Array;
  /** Cells that the walker comes through from where it was put, if it does what seems best. */
  readonly walk: readonly number[];
}

/** The cell to walk from. */
export type Question = number;

/** Moves after which a walker goes in circles. */
const LONG = 40;

/** A walker learns what each move is worth, with nobody to tell it the way. */
export async function begin({ settings, hold }: Desk): Promise<Run<Snapshot>> {
  const q = hold(valueTable());
  const gamma = numberOf(settings, "gamma");
  const explore = numberOf(settings, "epsilon");
  const distances = shortest();
  let from = start;

  async function look(): Promise<Snapshot> {
    const cells = q.weight.shape[0] as number;
    const all = await floats(() =>
      cat([q.weight.flatten(), q.weight.argmax(1).to("f32"), q.weight.amax(1)]),
    );
    const best = Int32Array.from(all.subarray(4 * cells, 5 * cells));
    const walk = [from];
    for (let cell = from; walk.length < LONG; ) {
      const { cell: next, ends } = move(cell, best[cell] as number);
      walk.push(next);
      if (ends || next === cell) break;
      cell = next;
    }
    return { map, worth: all.slice(0, 4 * cells), best, values: all.slice(5 * cells), walk };
  }

  return {
    model: q,
    train: (now) =>
      train(q, {
        steps: 400,
        walkers: numberOf(settings, "walkers"),
        lr: numberOf(now, "lr"),
        gamma,
        explore: [1, explore],
      }),
    snapshot: look,
    async measures() {
      const { best, values } = await look();
      const moves = (cell: number): number => follow(cell, (at) => best[at] as number);
      const right = open.filter((cell) => moves(cell) === distances.get(cell)).length;
      return { right: right / open.length, value: values[start] as number };
    },
    async ask(question) {
      from = question as Question;
      return look();
    },
  };
}
