import { load, save } from "@wgrad/autograd/saving";
import { HistGradientBoostingRegressor, PredictorPipeline } from "@wgrad/classic";
import { NetworkRegressor } from "./network.ts";
import { Predictor } from "./predictor.ts";

/** Writes one file with all that a prediction needs: what preprocessing learned, and the model. */
export async function savePredictor({ pipeline }: Predictor, path: string): Promise<void> {
  await save(await pipeline.toState(), path);
}

/** Reads what `savePredictor` wrote. */
export async function loadPredictor(path: string): Promise<Predictor> {
  const classes = { HistGradientBoostingRegressor, NetworkRegressor };
  return new Predictor(await PredictorPipeline.fromState(await load(path), { classes }));
}
