/** A small problem for all tests: a model with dropout, shuffled batches, Adam and a schedule. */
import { manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { DataLoader, TensorDataset } from "@wgrad/datasets";
import { Dropout, functional as F, Linear, Module } from "@wgrad/nn";
import { Adam, CosineAnnealingLR, type Optimizer } from "@wgrad/optim";

export type Batch = { x: Tensor; y: Tensor };

export class Perceptron extends Module<[Tensor], Tensor> {
  hidden: Linear = new Linear(3, 8);
  dropout: Dropout = new Dropout(0.3);
  output: Linear = new Linear(8, 1);
  override forward(x: Tensor): Tensor {
    return this.output(this.dropout(this.hidden(x).relu()));
  }
}

export const loss = (model: Perceptron, { x, y }: Batch): Tensor => F.mseLoss(model(x), y);

export interface Setting {
  readonly model: Perceptron;
  readonly optimizer: Optimizer;
  readonly scheduler: CosineAnnealingLR;
  readonly loader: DataLoader<Batch>;
  readonly validation: DataLoader<Batch>;
}

/** Equal setups for equal seeds. */
export function setUp(seed = 0): Setting {
  manualSeed(7);
  const x = randn([22, 3]);
  const y = x.square().sum(1, { keepdim: true });
  const dataset = new TensorDataset({ x, y });
  manualSeed(seed);
  const model = new Perceptron();
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  const scheduler = new CosineAnnealingLR(optimizer, 20);
  const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true });
  const validation = new DataLoader(dataset, { batchSize: 8 });
  return { model, optimizer, scheduler, loader, validation };
}

/** The bits of all weights, in order. */
export async function weightsOf(model: Module<never[], unknown>): Promise<string> {
  const values = await Promise.all(model.parameters().map((parameter) => parameter.data()));
  return values.map((each) => new Uint32Array(each.buffer).join(" ")).join("\n");
}
