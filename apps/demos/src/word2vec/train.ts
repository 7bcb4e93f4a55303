import { Generator, noGrad } from "@wgrad/autograd";
import { Adam, LinearLR } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import type { WordModel } from "./model.ts";
import { type Corpus, type PairSettings, pairBatches } from "./pairs.ts";

export interface TrainSettings extends PairSettings {
  readonly steps: number;
  readonly lr: number;
}

/** Turns neighbours towards each other and strangers apart; the learning rate falls evenly to 0. */
export async function* train(
  model: WordModel,
  corpus: Corpus,
  { steps, lr, ...pairs }: TrainSettings,
): Training {
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters: steps });
  const batches = pairBatches(corpus, pairs);
  for (let step = 1; step <= steps; step++) {
    const { centers, others, targets } = batches.next().value;
    const loss = model(centers, others, targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
    yield { step, steps, loss, optimizer, schedule };
  }
}

/** The loss on pairs that are drawn anew, the same ones at every call. */
export async function lossOn(
  model: WordModel,
  corpus: Corpus,
  pairs: PairSettings,
): Promise<number> {
  const fresh = pairBatches(corpus, { ...pairs, batchSize: 4096 }, new Generator(0));
  const { centers, others, targets } = fresh.next().value;
  return noGrad(() => model(centers, others, targets)).item();
}
