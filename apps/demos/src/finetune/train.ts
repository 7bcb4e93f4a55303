import { noGrad } from "@wgrad/autograd";
import { DataLoader, RandomSampler } from "@wgrad/datasets";
import { Perplexity } from "@wgrad/metrics";
import type { GPT2LMHeadModel } from "@wgrad/models";
import { functional as F, type Parameter } from "@wgrad/nn";
import { AdamW, clipGradNorm_ } from "@wgrad/optim";
import { Windows } from "../shared/characters.ts";
import { warmUpThenCosine } from "../shared/schedule.ts";
import type { Training } from "../shared/training.ts";

export interface TrainSettings {
  readonly steps: number;
  readonly lr: number;
  readonly batchSize: number;
}

/** Teaches `parameters`, all of the model's or an adapter's beside it, to say the next character of pieces of `text`. */
export async function* train(
  model: GPT2LMHeadModel,
  parameters: readonly Parameter[],
  text: Int32Array,
  { steps, lr, batchSize }: TrainSettings,
): Training {
  const windows = new Windows(text, model.maxLength);
  const sampler = new RandomSampler(windows.length, {
    replacement: true,
    numSamples: steps * batchSize,
  });
  const optimizer = new AdamW(parameters, { lr, betas: [0.9, 0.99], weightDecay: 0.01 });
  const schedule = warmUpThenCosine(optimizer, steps, { warmUp: 0.05 });
  let step = 0;
  for await (const { inputs, targets } of new DataLoader(windows, { batchSize, sampler })) {
    const { logits } = model(inputs);
    const loss = F.crossEntropy(logits.flatten(0, 1), targets.flatten());
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm_(parameters, 1);
    optimizer.step();
    schedule.step();
    yield { step: ++step, steps, loss, optimizer, schedule };
  }
}

/** Between how many characters the model hesitates, on a text cut into pieces: exp of the mean of −log p. */
export async function perplexityOn(model: GPT2LMHeadModel, text: Int32Array): Promise<number> {
  const loader = new DataLoader(new Windows(text, model.maxLength, model.maxLength), {
    batchSize: 32,
  });
  const perplexity = new Perplexity();
  for await (const { inputs, targets } of loader) {
    perplexity.update(
      noGrad(() => model(inputs).logits),
      targets,
    );
  }
  return perplexity.compute();
}
