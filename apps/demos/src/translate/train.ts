import { noGrad } from "@wgrad/autograd";
import { Perplexity } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { AdamW, clipGradNorm_ } from "@wgrad/optim";
import { warmUpThenCosine } from "../shared/schedule.ts";
import type { Training } from "../shared/training.ts";
import type { Translator } from "./model.ts";
import { type Languages, PADDING, type Pair, pairLoader } from "./pairs.ts";

export interface TrainSettings {
  readonly epochs: number;
  readonly lr: number;
  readonly batchSize: number;
  /** How much of the certainty that is asked for goes to the other tokens. */
  readonly labelSmoothing: number;
}

/**
 * Learns to say the next Chinese token, given the English sentence and those that stand before it.
 */
export async function* train(
  model: Translator,
  pairs: readonly Pair[],
  languages: Languages,
  { epochs, lr, batchSize, labelSmoothing }: TrainSettings,
): Training {
  const { sourceLength } = model.sizes;
  const loader = pairLoader(pairs, languages, { batchSize, sourceLength });
  const steps = epochs * loader.length;
  const optimizer = new AdamW(model.parameters(), { lr });
  const schedule = warmUpThenCosine(optimizer, steps, { warmUp: 0.08 });
  let step = 0;
  model.train();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const { source, target, next } of loader) {
      const logits = model(source, target);
      const loss = F.crossEntropy(logits.flatten(0, 1), next.flatten(), {
        ignoreIndex: PADDING,
        labelSmoothing,
      });
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      schedule.step();
      yield { step: ++step, steps, loss, optimizer, schedule };
    }
  }
}

/**
 * Between how many tokens the model hesitates where the reference goes on: exp of the mean of −log
 * p.
 */
export async function perplexityOn(
  model: Translator,
  pairs: readonly Pair[],
  languages: Languages,
): Promise<number> {
  const { sourceLength } = model.sizes;
  const perplexity = new Perplexity({ ignoreIndex: PADDING });
  model.eval();
  for await (const batch of pairLoader(pairs, languages, { batchSize: 16, sourceLength })) {
    perplexity.update(
      noGrad(() => model(batch.source, batch.target)),
      batch.next,
    );
  }
  return perplexity.compute();
}
