import { cdist, noGrad, oneHot, stack, type Tensor } from "@wgrad/autograd";
import { DataLoader, type Dataset } from "@wgrad/datasets";
import { MulticlassAccuracy, MulticlassConfusionMatrix } from "@wgrad/metrics";
import { CrossEntropyLoss, functional as F, type Module } from "@wgrad/nn";
import type { LRScheduler, Optimizer } from "@wgrad/optim";
import type { Training } from "./training.ts";

/** images: [B, …]; labels: [B], whole numbers. */
export interface Labelled {
  readonly images: Tensor;
  readonly labels: Tensor;
}

export interface TrainSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Moves the learning rate after every step. */
  readonly schedule?: LRScheduler;
}

/** Fits `model`, whose output is a score for each class, by cross-entropy. */
export async function* trainClassifier(
  model: Module,
  dataset: Dataset<Labelled>,
  { epochs, batchSize, optimizer, schedule }: TrainSettings,
): Training {
  const loader = new DataLoader(dataset, { batchSize, shuffle: true });
  const criterion = new CrossEntropyLoss();
  const steps = epochs * loader.length;
  let step = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const { images, labels } of loader) {
      const loss = criterion(model(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      schedule?.step();
      yield { step: ++step, steps, loss, optimizer, ...(schedule && { schedule }) };
    }
  }
}

export interface Judgement {
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
  /** [real][predicted] */
  readonly counts: number[][];
  /** The class taken for each example. */
  readonly predicted: number[];
}

/** What a model makes of examples it should know: scores, batch by batch, in evaluation mode. */
export async function judgeClassifier(
  model: (images: Tensor) => Tensor,
  dataset: Dataset<Labelled>,
  numClasses: number,
): Promise<Judgement> {
  const accuracy = new MulticlassAccuracy(numClasses, { average: "micro" });
  const confusion = new MulticlassConfusionMatrix(numClasses);
  const losses: Tensor[] = [];
  const predicted: number[] = [];
  for await (const { images, labels } of new DataLoader(dataset, { batchSize: 1000 })) {
    const scores = noGrad(() => model(images));
    accuracy.update(scores, labels);
    confusion.update(scores, labels);
    losses.push(noGrad(() => F.crossEntropy(scores, labels, { reduction: "sum" })));
    predicted.push(...Array.from(await noGrad(() => scores.argmax(1)).data(), Number));
  }
  const sums = await Promise.all(losses.map((loss) => loss.item()));
  return {
    accuracy: Number(await accuracy.compute()),
    loss: sums.reduce((total, loss) => total + loss, 0) / predicted.length,
    counts: await confusion.compute(),
    predicted,
  };
}

/** The simplest classifier there is, to compare with: the class whose mean picture is nearest. */
export async function nearestMean(
  dataset: Dataset<Labelled>,
  numClasses: number,
): Promise<(images: Tensor) => Tensor> {
  const sums: Tensor[] = [];
  const counts: Tensor[] = [];
  for await (const { images, labels } of new DataLoader(dataset, { batchSize: 1000 })) {
    noGrad(() => {
      const members = oneHot(labels, numClasses).to("f32");
      sums.push(members.T.matmul(images.flatten(1)).keep());
      counts.push(members.sum(0, { keepdim: true }).T.keep());
    });
  }
  const means = noGrad(() => stack(sums).sum(0).div(stack(counts).sum(0)).keep());
  return (images) => cdist(images.flatten(1), means).neg();
}

/** How many numbers a model has learned. */
export const parametersOf = (model: Module): number =>
  model.parameters().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
