import { cdist, noGrad, type Tensor, zeros } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { functional as F, Linear, Module } from "@wgrad/nn";
import { AdamW, CosineAnnealingLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";

/** What can be set before training: what tuning looks for. */
export interface Settings {
  /** Units of the hidden layer; 0 leaves a linear model. */
  readonly hidden: number;
  readonly lr: number;
  readonly weightDecay: number;
  readonly epochs: number;
  readonly batchSize: number;
}

/** price = w · x + b, or with a hidden layer of ReLUs between. x: [rows, features] → [rows, 1], scaled. */
export class PriceModel extends Module<[Tensor], Tensor> {
  readonly hidden: Linear | null;
  readonly output: Linear;

  constructor(features: number, hidden: number) {
    super();
    this.hidden = hidden > 0 ? new Linear(features, hidden) : null;
    this.output = new Linear(hidden > 0 ? hidden : features, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.output(this.hidden === null ? x : this.hidden(x).relu());
  }
}

/** Minimises the mean squared error; full batches only, so that every step has one shape. */
export async function* train(
  model: PriceModel,
  x: Tensor,
  y: Tensor,
  { lr, weightDecay, epochs, batchSize }: Omit<Settings, "hidden">,
): Training {
  const dataset = new TensorDataset({ x, y });
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, dropLast: true });
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay });
  const steps = epochs * loader.length;
  const schedule = new CosineAnnealingLR(optimizer, steps, { etaMin: 0.02 * lr });
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) {
      const loss = F.mseLoss(model(batch.x), batch.y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      schedule.step();
      yield { step: ++step, steps, loss };
    }
  }
}

export type Predict = (x: Tensor) => Tensor;
/** A way to learn from rows, and what comes of it. */
export type Learn = (x: Tensor, y: Tensor) => Promise<Predict>;

/** A model with these settings, trained in silence. */
export function learned(settings: Settings): Learn {
  return async (x, y) => {
    const model = new PriceModel(x.shape[1] as number, settings.hidden);
    for await (const _ of train(model, x, y, settings));
    return (rows) => noGrad(() => model(rows));
  };
}

/** The price of the k most similar houses, on average. */
export function neighbours(k: number): Learn {
  return async (x, y) => (rows) =>
    noGrad(() => {
      const { indices } = cdist(rows, x).topk(k, 1, { largest: false });
      return y.indexSelect(0, indices.flatten()).reshape([-1, k]).mean(1, { keepdim: true });
    });
}

/** The mean price, whatever is asked; scaled prices have mean 0. */
export const average: Learn = async () => (rows) => zeros([rows.shape[0] as number, 1]);
