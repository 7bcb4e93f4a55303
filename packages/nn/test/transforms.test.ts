import { grad as derivative, init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import { grad, vmap } from "@wgrad/autograd/func";
import {
  BatchNorm1d,
  Conv2d,
  CrossEntropyLoss,
  Dropout,
  Flatten,
  functionalCall,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  stackModuleState,
  Tanh,
  TransformerEncoderLayer,
} from "@wgrad/nn";
import { beforeEach, describe, expect, inject, test } from "vitest";

const full = inject("tier") === "full";

class Encoder extends Module {
  layer = new TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true });
  out = new Linear(8, 3);
  forward(x: Tensor): Tensor {
    return this.out(this.layer(x).mean(1));
  }
}

interface Case {
  readonly name: string;
  readonly make: () => ((x: Tensor) => Tensor) & Module;
  readonly input: readonly number[];
}

const models: readonly Case[] = [
  {
    name: "an MLP",
    make: () => new Sequential(new Linear(5, 7), new Tanh(), new Linear(7, 3)) as never,
    input: [5],
  },
  {
    name: "a convolutional network",
    make: () =>
      new Sequential(
        new Conv2d(2, 4, 3, { padding: 1 }),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(4, 4, 3, { groups: 2, stride: 2, padding: 1 }),
        new Flatten(),
        new Linear(16, 3),
      ) as never,
    input: [2, 8, 8],
  },
  { name: "a transformer layer", make: () => new Encoder() as never, input: [6, 8] },
];

async function close(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape);
  const [x, y] = [await got.data(), await want.data()];
  for (const [i, value] of y.entries()) expect(x[i]).toBeCloseTo(value, 4);
}

const devices = full ? (["cpu", "wasm", "webgpu"] as const) : (["wasm", "webgpu"] as const);

describe.each(devices)("on %s", (device) => {
  beforeEach(async () => {
    await init({ device });
    manualSeed(4);
  });

  test.each(models)(
    "per-sample gradients equal those of each sample alone: $name",
    async ({ make, input }) => {
      const model = make();
      const loss = new CrossEntropyLoss();
      const [x, y] = [randn([4, ...input]), tensor([0, 2, 1, 2], { dtype: "i32" })];
      const parameters = Object.fromEntries(
        model.namedParameters().map(([name, p]) => [name, p.detach()]),
      );
      const one = (p: Record<string, Tensor>, sample: Tensor, target: Tensor): Tensor =>
        loss(functionalCall(model, p, [sample.unsqueeze(0)]) as Tensor, target.unsqueeze(0));
      const each = vmap(grad(one), [null, 0, 0])(parameters, x, y) as Record<string, Tensor>;
      for (let i = 0; i < 4; i++) {
        const alone = loss(model(x.narrow(0, i, 1)), y.narrow(0, i, 1));
        const gradients = derivative(alone, model.parameters());
        for (const [k, [name]] of model.namedParameters().entries())
          await close((each[name] as Tensor).at(i), gradients[k] as Tensor);
      }
    },
  );

  test("an ensemble runs at once and is trained through its stacked parameters", async () => {
    const make = (): Sequential => new Sequential(new Linear(5, 7), new Tanh(), new Linear(7, 3));
    const models = [make(), make(), make()];
    const x = randn([4, 5]);
    const [parameters, buffers] = stackModuleState(models as never);
    const f = (p: Record<string, Tensor>, b: Record<string, Tensor>, input: Tensor): Tensor =>
      functionalCall(models[0] as Sequential, [p, b], [input]) as Tensor;
    const out = vmap(f, [0, 0, null])(parameters, buffers, x);
    for (const [i, model] of models.entries()) await close(out.at(i), model(x) as Tensor);
    out.square().sum().backward();
    for (const [i, model] of models.entries()) {
      (model(x) as Tensor).square().sum().backward();
      for (const [name, p] of model.namedParameters())
        await close(((parameters[name] as Tensor).grad as Tensor).at(i), p.grad as Tensor);
    }
  });
});

test("batch norm and dropout inside vmap throw errors with a cure", async () => {
  await init({ device: "cpu" });
  const x = randn([4, 3, 5]);
  const norm = new BatchNorm1d(5);
  expect(() => vmap((a: Tensor) => norm(a))(x)).toThrow("to a tensor that they share");
  norm.eval();
  await close(vmap((a: Tensor) => norm(a))(x), norm(x.reshape(12, 5)).reshape(4, 3, 5));
  const drop = new Dropout(0.5);
  expect(() => vmap((a: Tensor) => drop(a))(x)).toThrow("draws random numbers inside vmap");
});

test("functionalCall restores all parameters, even after an error", async () => {
  await init({ device: "cpu" });
  const model = new Linear(3, 2);
  const { weight } = model;
  expect(() => functionalCall(model, { weight: randn([2, 4]) }, [randn([1, 3])])).toThrow();
  expect(model.weight).toBe(weight);
  expect(() => functionalCall(model, { wieght: weight }, [randn([1, 3])])).toThrow(
    'functionalCall: Linear has no parameter or buffer "wieght"\n  hint: did you mean "weight"? it has weight, bias',
  );
  expect(() => functionalCall(model, { weight }, [randn([1, 3])], { strict: true })).toThrow(
    "missing: bias",
  );
  expect(() => functionalCall(model, [{ weight }, { weight }], [randn([1, 3])])).toThrow(
    '"weight" is given twice',
  );
  const tied = new Sequential(new Linear(3, 3, { bias: false }), new Linear(3, 3, { bias: false }));
  (tied.at(1) as Linear).weight = (tied.at(0) as Linear).weight;
  const x = randn([1, 3]);
  const eye = tensor([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  await close(functionalCall(tied, { "0.weight": eye }, [x]) as Tensor, x);
  expect(() => stackModuleState([model, new Linear(3, 4)] as never)).toThrow("model 1 differs");
});
