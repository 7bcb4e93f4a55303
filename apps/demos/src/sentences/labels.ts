import { Generator, randperm, type Tensor, tensor } from "@wgrad/autograd";
import { LogisticRegression } from "@wgrad/classic";
import { accuracy } from "@wgrad/metrics";

/** Rows with labels. */
export interface Labelled {
  readonly rows: Tensor;
  readonly labels: Int32Array;
}

/** What a logistic regression that learned from `train` gets right on `test`. */
async function accuracyOf(train: Labelled, test: Labelled, C: number): Promise<number> {
  const model = await new LogisticRegression({ C, maxIter: 200 }).fit(train.rows, train.labels);
  return accuracy(await model.predict(test.rows), tensor(test.labels)).item();
}

/** The same with `count` of the labels only, on average over `draws` choices of them. */
export async function accuracyOfFew(
  train: Labelled,
  test: Labelled,
  { C, count, draws, seed }: { C: number; count: number; draws: number; seed: number },
): Promise<number> {
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const chosen = await choose(train.labels, count, seed * draws + draw);
    const few = {
      rows: train.rows.indexSelect(0, tensor(chosen)),
      labels: chosen.map((row) => train.labels[row] as number),
    };
    sum += await accuracyOf(few, test, C);
  }
  return sum / draws;
}

/** As many of each class, at random. */
async function choose(labels: Int32Array, count: number, seed: number): Promise<Int32Array> {
  const generator = new Generator(seed);
  const order = [...(await randperm(labels.length, { generator }).data())].map(Number);
  const of = (label: number): number[] =>
    order.filter((row) => labels[row] === label).slice(0, count / 2);
  return Int32Array.from([...of(0), ...of(1)]);
}
