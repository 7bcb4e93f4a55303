import { tensor } from "@wgrad/autograd";
import { StandardScaler, type Table } from "@wgrad/datasets";
import { meanAbsoluteError, r2Score, rootMeanSquaredError } from "@wgrad/metrics";
import type { Curve, Training } from "../shared/training.ts";
import { preprocessing, pricesOf } from "./houses.ts";
import { PriceModel, type Settings, train } from "./models.ts";
import { Predictor } from "./predictor.ts";
import { three } from "./story.ts";

/** Learns preprocessing, scale of prices and model from rows; `watch` takes the steps of the training. */
export async function trainPredictor(
  table: Table,
  settings: Settings,
  watch: (training: Training) => Promise<Curve>,
): Promise<{ predictor: Predictor; curve: Curve }> {
  const features = preprocessing();
  const target = new StandardScaler().fit(pricesOf(table));
  const x = await features.fitTransform(table);
  const model = new PriceModel(x.shape[1] as number, settings.hidden);
  const curve = await watch(train(model, x, target.transform(pricesOf(table)), settings));
  return { predictor: new Predictor(features, target, model.eval()), curve };
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
  const [ours, real] = [tensor(Float32Array.from(predicted)), pricesOf(table).flatten()];
  return {
    r2: await r2Score(ours, real).item(),
    error: await meanAbsoluteError(ours, real).item(),
    rms: await rootMeanSquaredError(ours, real).item(),
    predicted,
  };
}

export const scoreCells = ({ r2, error, rms }: Scores): string[] => [
  three(r2),
  `$${Math.round(error).toLocaleString("en")}`,
  `$${Math.round(rms).toLocaleString("en")}`,
];
