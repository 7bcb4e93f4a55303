import { tensor } from "@wgrad/autograd";
import { makePipeline } from "@wgrad/classic";
import type { Table } from "@wgrad/datasets";
import { meanAbsoluteError, r2Score, rootMeanSquaredError } from "@wgrad/metrics";
import { grouped } from "../shared/language.ts";
import { preprocessing } from "./houses.ts";
import { NetworkRegressor, type NetworkSettings, type Watch } from "./network.ts";
import { Predictor } from "./predictor.ts";
import { three } from "./story.ts";

/** Learns preprocessing and a network from rows; `watch` takes the steps of the training. */
export async function trainNetwork(
  table: Table,
  settings: NetworkSettings,
  watch: Watch,
): Promise<Predictor> {
  const pipeline = makePipeline(preprocessing(), new NetworkRegressor(settings, watch));
  return new Predictor(await pipeline.fit(table, table.numbers("price")));
}

/** How good predictions are. */
export interface Scores {
  readonly r2: number;
  /** Mean size of an error, in dollars. */
  readonly error: number;
  /** Root of the mean squared error, in dollars. */
  readonly rms: number;
  readonly predicted: readonly number[];
}

export async function scoresOn(predictor: Predictor, table: Table): Promise<Scores> {
  const predicted = await predictor.prices(table);
  const ours = tensor(Float32Array.from(predicted));
  const real = tensor(Float32Array.from(table.numbers("price")));
  return {
    r2: await r2Score(ours, real).item(),
    error: await meanAbsoluteError(ours, real).item(),
    rms: await rootMeanSquaredError(ours, real).item(),
    predicted,
  };
}

export const scoreCells = ({ r2, error, rms }: Scores): string[] => [
  three(r2),
  `$${grouped(Math.round(error))}`,
  `$${grouped(Math.round(rms))}`,
];
