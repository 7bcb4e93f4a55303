import { noGrad } from "@wgrad/autograd";
import { DataLoader, RandomSampler } from "@wgrad/datasets";
import { Perplexity } from "@wgrad/metrics";
import { functional as F } from "@wgrad/nn";
import { AdamW, clipGradNorm_ } from "@wgrad/optim";
import { Windows } from "../shared/characters.ts";
import { warmUpThenCosine } from "../shared/schedule.ts";
import type { Training } from "../shared/training.ts";
import type { GPT } from "./model.ts";

export interface TrainSettings {
  readonly steps: number;
  readonly lr: number;
  /** Small batches make more steps of the same arithmetic, and more steps learn more. */
  readonly batchSize: number;
}

/**
 * Learns to say the next character, from pieces of `text` taken anywhere; a short warm-up, then
 * half a cosine.
 */
export async function* train(
  model: GPT,
  text: Int32Array,
  { steps, lr, batchSize }: TrainSettings,
): Training {
  const windows = new Windows(text, model.sizes.context);
  const sampler = new RandomSampler(windows.length, {
    replacement: true,
    numSamples: steps * batchSize,
  });
  const loader = new DataLoader(windows, { batchSize, sampler });
  const optimizer = new AdamW(model.parameters(), { lr, betas: [0.9, 0.99], weightDecay: 0.01 });
  const schedule = warmUpThenCosine(optimizer, steps, { warmUp: 0.05 });
  let step = 0;
  for await (const { inputs, targets } of loader) {
    const logits = model(inputs);
    const loss = F.crossEntropy(logits.flatten(0, 1), targets.flatten());
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    schedule.step();
    yield { step: ++step, steps, loss, optimizer, schedule };
  }
}

/**
 * Between how many characters the model hesitates, on a text cut into pieces: exp of the mean of
 * −log p.
 */
export async function perplexityOn(model: GPT, text: Int32Array): Promise<number> {
  const { context } = model.sizes;
  const loader = new DataLoader(new Windows(text, context, context), { batchSize: 64 });
  const perplexity = new Perplexity();
  for await (const { inputs, targets } of loader) {
    perplexity.update(
      noGrad(() => model(inputs)),
      targets,
    );
  }
  return perplexity.compute();
}
