import { rand, type Tensor, where } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { functional as F } from "@wgrad/nn";
import { AdamW, clipGradNorm_ } from "@wgrad/optim";
import type { Training } from "../shared/training.ts";
import { PADDING, UNKNOWN } from "./data.ts";
import type { SentimentLSTM } from "./model.ts";

export interface TrainSettings {
  readonly epochs: number;
  readonly lr: number;
  /**
   * The chance that a word is taken for one that was never seen: so the model cannot lean on single
   * words.
   */
  readonly wordDropout: number;
}

/**
 * Learns the feelings of sentences. tokens: [N, T]; labels: [N], 1 where the sentence is positive.
 */
export async function* train(
  model: SentimentLSTM,
  tokens: Tensor,
  labels: Tensor,
  { epochs, lr, wordDropout }: TrainSettings,
): Training {
  const loader = new DataLoader(new TensorDataset({ tokens, labels }), {
    batchSize: 32,
    shuffle: true,
  });
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0.05 });
  const steps = epochs * loader.length;
  let step = 0;
  model.train();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) {
      const said = batch.tokens.ne(PADDING);
      const missed = rand(said.shape).lt(wordDropout).logicalAnd(said);
      const loss = F.crossEntropy(model(where(missed, UNKNOWN, batch.tokens)), batch.labels);
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      yield { step: ++step, steps, loss, optimizer };
    }
  }
}
