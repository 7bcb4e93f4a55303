import { load, save } from "@wgrad/autograd/saving";
import {
  type ColumnTransformer,
  loadTransform,
  type SavedTransform,
  type StandardScaler,
} from "@wgrad/datasets";
import type { StateDict } from "@wgrad/nn";
import { PriceModel } from "./models.ts";
import { Predictor } from "./predictor.ts";

interface Saved {
  readonly sizes: { readonly features: number; readonly hidden: number };
  readonly features: SavedTransform;
  readonly target: SavedTransform;
  readonly model: StateDict;
}

/** Writes one file with all that a prediction needs: what preprocessing learned, the model's sizes and its weights. */
export async function savePredictor(predictor: Predictor, path: string): Promise<void> {
  const { features, target, model } = predictor;
  const [first] = model.parameters();
  const saved: Saved = {
    sizes: {
      features: first?.shape[1] as number,
      hidden: model.hidden === null ? 0 : (first?.shape[0] as number),
    },
    features: await features.save(),
    target: await target.save(),
    model: model.stateDict(),
  };
  await save(saved, path);
}

/** Reads what `savePredictor` wrote. */
export async function loadPredictor(path: string): Promise<Predictor> {
  const saved = await load<Saved>(path);
  const model = new PriceModel(saved.sizes.features, saved.sizes.hidden);
  model.loadStateDict(saved.model);
  return new Predictor(
    loadTransform<ColumnTransformer>(saved.features),
    loadTransform<StandardScaler>(saved.target),
    model.eval(),
  );
}
