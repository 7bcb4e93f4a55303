import { manualSeed, type Tensor, tensor } from "@wgrad/autograd";
import { type AnyModule, functional as F, Linear, Sequential, Tanh } from "@wgrad/nn";

/** Examples of a joined batch, divisible by 1, 2 and 3 ranks. */
export const BATCH = 12;
export const STEPS = 4;

/** Results of a training. */
export interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly number[];
}

export const makeModel = (seed = 0): Sequential => {
  manualSeed(seed);
  return new Sequential(new Linear(5, 8), new Tanh(), new Linear(8, 3));
};

/** Example i, with the same numbers on every rank and machine. */
const feature = (i: number, j: number): number => Math.sin(1 + 7 * i + 3 * j + i * j);

export function batchOf(examples: readonly number[]): { x: Tensor; y: Tensor } {
  return {
    x: tensor(examples.map((i) => Array.from({ length: 5 }, (_, j) => feature(i, j)))),
    y: tensor(
      examples.map((i) => (i * i + 1) % 3),
      { dtype: "i32" },
    ),
  };
}

export const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, i) => start + i);

/** A rank's part of the numbers. */
export const partOf = (numbers: readonly number[], rank: number, size: number): number[] => {
  const each = numbers.length / size;
  return numbers.slice(rank * each, (rank + 1) * each);
};

export const lossOf = (model: (x: Tensor) => Tensor, examples: readonly number[]): Tensor => {
  const { x, y } = batchOf(examples);
  return F.crossEntropy(model(x), y);
};

export async function weightsOf(model: AnyModule): Promise<number[]> {
  const values = await Promise.all(model.parameters().map((one) => one.data()));
  return values.flatMap((one) => [...one]);
}

/** Trains in one process on joined batches, without @wgrad/distributed. */
export async function trainAlone(
  batches: readonly (readonly number[])[],
  makeOptimizer: (params: readonly Tensor[]) => { zeroGrad(): void; step(): void },
): Promise<Trained> {
  const model = makeModel();
  const optimizer = makeOptimizer(model.parameters());
  const losses: number[] = [];
  for (const examples of batches) {
    optimizer.zeroGrad();
    const loss = lossOf(model, examples);
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  return { losses, weights: await weightsOf(model) };
}
