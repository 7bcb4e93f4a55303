import { defaultGenerator, type Generator } from "@wgrad/autograd";
import type { Table } from "@wgrad/datasets";
import { learned, type Settings } from "./models.ts";
import { crossValidate, holdOutScore, mean } from "./validate.ts";

/** Settings that were tried, how long, and the R² they gave. */
export interface Trial {
  readonly settings: Settings;
  readonly score: number;
}

/** Draws settings: sizes from a list, rates evenly in their logarithm. */
export function draw(base: Settings, random: Generator = defaultGenerator()): Settings {
  const [size = 0, rate = 0, decay = 0] = random.uniform(new Float64Array(3));
  const sizes = [8, 16, 32];
  return {
    ...base,
    hidden: sizes[Math.floor(size * sizes.length)] as number,
    lr: 10 ** (-2.5 + 1.5 * rate),
    weightDecay: 10 ** (-4 + 4 * decay),
  };
}

/** Random search: every draw gets the whole training, on every fold. */
export async function randomSearch(
  table: Table,
  draws: readonly Settings[],
  folds: number,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const settings of draws) {
    trials.push({ settings, score: mean(await crossValidate(table, learned(settings), folds)) });
  }
  return trials.sort((a, b) => b.score - a.score);
}

/**
 * Successive halving (Jamieson & Talwalkar 2016): all draws train for a short time, the best third for three times as long, and so on;
 * most of the work goes to what looks good. Gives the trials round by round, each sorted.
 */
export async function successiveHalving(
  train: Table,
  test: Table,
  draws: readonly Settings[],
): Promise<Trial[][]> {
  const rounds: Trial[][] = [];
  let left = [...draws];
  for (let parts = draws.length; left.length > 0; parts /= 3) {
    const trials: Trial[] = [];
    for (const settings of left) {
      const short = { ...settings, epochs: Math.max(1, Math.round(settings.epochs / parts)) };
      trials.push({ settings: short, score: await holdOutScore(train, test, learned(short)) });
    }
    trials.sort((a, b) => b.score - a.score);
    rounds.push(trials);
    if (left.length === 1) break;
    left = trials
      .slice(0, Math.max(1, Math.floor(left.length / 3)))
      .map((trial) => ({ ...trial.settings, epochs: epochsOf(draws) }));
  }
  return rounds;
}

const epochsOf = (draws: readonly Settings[]): number => (draws[0] as Settings).epochs;
