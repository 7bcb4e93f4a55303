import {
  init,
  manualSeed,
  memory,
  noGrad,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { openGPUDevice } from "@wgrad/autograd/testing";
import {
  BatchNorm1d,
  Dropout,
  Embedding,
  GRU,
  Linear,
  LSTM,
  Module,
  MultiheadAttention,
  ReLU,
  Sequential,
} from "@wgrad/nn";
import { Adam, type Optimizer, RMSprop, SGD } from "@wgrad/optim";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

let first: GPUDevice;
let second: GPUDevice;
beforeAll(async () => {
  [first, second] = [await openGPUDevice(), await openGPUDevice()];
});
afterAll(async () => {
  await init();
  for (const device of [first, second]) device.destroy();
});

/** A module that creates a tensor on its input's device. */
class Residual extends Module<[Tensor], Tensor> {
  inner = new Linear(4, 4);
  override forward(x: Tensor): Tensor {
    return x.add(zeros([1, 4]).add(0.5)).add(this.inner(x));
  }
}

const models: Record<string, () => { model: Module<[Tensor], Tensor>; batch: () => Tensor }> = {
  "norm and dropout": () => ({
    model: new Sequential(
      new Linear(4, 4),
      new BatchNorm1d(4),
      new ReLU(),
      new Dropout({ p: 0.3 }),
    ),
    batch: () => randn([6, 4]),
  }),
  "a constant": () => ({ model: new Residual(), batch: () => randn([6, 4]) }),
  LSTM: () => ({ model: new Recurrent(new LSTM(4, 3)), batch: () => randn([5, 2, 4]) }),
  GRU: () => ({ model: new Recurrent(new GRU(4, 3)), batch: () => randn([5, 2, 4]) }),
  embedding: () => ({
    model: new Embedding(7, 3) as unknown as Module<[Tensor], Tensor>,
    batch: () => tensor([1, 5, 5, 2], { dtype: "i32" }),
  }),
  attention: () => ({ model: new Attention(), batch: () => randn([5, 2, 4]) }),
};

class Recurrent extends Module<[Tensor], Tensor> {
  inner: LSTM | GRU;
  constructor(inner: LSTM | GRU) {
    super();
    this.inner = inner;
  }
  override forward(x: Tensor): Tensor {
    return (this.inner as (x: Tensor) => [Tensor, unknown])(x)[0];
  }
}

class Attention extends Module<[Tensor], Tensor> {
  inner = new MultiheadAttention(4, 2);
  override forward(x: Tensor): Tensor {
    return this.inner(x, x, x, { needWeights: false })[0];
  }
}

const optimizers: Record<string, (of: Tensor[]) => Optimizer> = {
  SGD: (of) => new SGD(of, { lr: 0.1, momentum: 0.9 }),
  Adam: (of) => new Adam(of, { lr: 0.1, amsgrad: true }),
  RMSprop: (of) => new RMSprop(of, { lr: 0.1, momentum: 0.5 }),
};

/** Losses of three steps. `between` runs after the model was made and before each step. */
async function losses(name: string, how: string, between: () => Promise<void>): Promise<number[]> {
  await init({ device: first });
  manualSeed(3);
  const { model, batch } = (models[name] as (typeof models)[string])();
  const optimizer = (optimizers[how] as (typeof optimizers)[string])([...model.parameters()]);
  const found: number[] = [];
  for (let step = 0; step < 3; step++) {
    await between();
    const loss = model(batch()).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(Number(await loss.item()));
  }
  const [weight] = model.parameters() as Iterable<Tensor> as [Tensor];
  found.push(Number(await noGrad(() => weight.sum()).item()));
  return found;
}

const trainings =
  inject("tier") === "full"
    ? Object.keys(models).flatMap((name) =>
        Object.keys(optimizers).map((how) => [name, how] as const),
      )
    : ([
        ["norm and dropout", "RMSprop"],
        ["LSTM", "Adam"],
        ["attention", "SGD"],
      ] as const);

test.each(trainings)(
  "a model made on one GPU, %s, still trains after another is chosen, with %s",
  async (name, how) => {
    const alone = await losses(name, how, async () => {});
    const beside = await losses(name, how, async () => void (await init({ device: second })));
    expect(beside).toEqual(alone);
  },
);

test("models on two GPUs train alternately as they do alone", async () => {
  const make = async (device: GPUDevice) => {
    await init({ device });
    manualSeed(1);
    const model = new Linear(4, 1);
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    const x = randn([8, 4]).keep();
    return async () => {
      const loss = model(x).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
  };
  const alone = await make(first);
  const want = [await alone(), await alone(), await alone()];
  const [one, two] = [await make(first), await make(second)];
  const got: (typeof want)[] = [[], []];
  for (let i = 0; i < 3; i++) {
    (got[0] as typeof want).push(await one());
    (got[1] as typeof want).push(await two());
  }
  expect(got).toEqual([want, want]);
});

test("a model continues training after init is called with other options", async () => {
  const alone = await losses("LSTM", "Adam", async () => {});
  const settings = [{ fusion: "off" }, { budget: 1e9 }, { fusion: "on" }] as const;
  let call = 0;
  const changed = await losses("LSTM", "Adam", async () => {
    await init({ device: first, ...settings[call++ % 3] });
  });
  expect(changed).toEqual(alone);
});

test("values on two GPUs cannot be mixed, and the error tells where each is", async () => {
  await init({ device: first });
  const a = tensor([1, 2]).mul(2).keep();
  await init({ device: second });
  const b = tensor([1, 2]).mul(2).keep();
  await Promise.all([a.data(), b.data()]);
  const [c, d] = [a.add(1).keep().realize(), b.add(1).keep().realize()];
  expect(() => c.add(d)).toThrow(
    /add: operands are on different devices\n {2}operand 0: \[2\] on webgpu \(device 1\)\n {2}operand 1: \[2\] on webgpu \(device 2\)/,
  );
  expect(await c.add(tensor([10, 20])).tolist()).toEqual([13, 25]);
  expect(await tensor([10, 20]).add(c).tolist()).toEqual([13, 25]);
  expect(memory().device).toBe("webgpu");
});

test("data created with a tensor as device live on its device", async () => {
  await init({ device: first });
  const a = tensor([1, 2]).mul(2).keep().realize();
  await init({ device: second });
  const beside = tensor([5, 6], { device: a }).mul(2).keep().realize();
  expect(await a.add(beside).tolist()).toEqual([12, 16]);
});

test("a parameter can be written from values made with other device options", async () => {
  await init({ device: first });
  const model = new Linear(2, 1);
  await model(randn([1, 2])).item();
  await init({ device: second });
  noGrad(() => model.weight.copy_(tensor([[1, 2]])));
  expect(await model.weight.tolist()).toEqual([[1, 2]]);
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  model(tensor([[1, 1]]))
    .sum()
    .backward();
  optimizer.step();
  expect(await model.weight.tolist()).toEqual([[0, 1]]);
});
