import { init, manualSeed, noGrad, ones, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  type AnyModule,
  buffer,
  functional as F,
  Flatten,
  Identity,
  Linear,
  Module,
  ModuleList,
  parameter,
  ReLU,
  Sequential,
  Sigmoid,
} from "@wgrad/nn";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

class Classifier extends Module<[Tensor], Tensor> {
  hidden = new Linear(4, 3);
  outputLayer = new Linear(3, 2, { bias: false });
  forward(images: Tensor): Tensor {
    return this.outputLayer(F.relu(this.hidden(images)));
  }
}

class Scaled extends Module<[x: Tensor, times: number], { scaled: Tensor }> {
  weightIh = parameter(ones([2]));
  runningMean = buffer(zeros([2]));
  scratch = buffer(zeros([1]), { persistent: false });
  forward(x: Tensor, times: number): { scaled: Tensor } {
    return { scaled: x.mul(this.weightIh).mul(times) };
  }
}

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "wasm", "webgpu"] as const)("Module on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
    manualSeed(0);
  });

  test("is called like a function, with the types of its forward", async () => {
    const model = new Classifier();
    expect(typeof model).toBe("function");
    expect(model).toBeInstanceOf(Classifier);
    expect(model).toBeInstanceOf(Module);
    expectTypeOf(model).parameters.toEqualTypeOf<[Tensor]>();
    expectTypeOf(model).returns.toEqualTypeOf<Tensor>();
    expect(model(zeros([5, 4])).shape).toEqual([5, 2]);
    const scaled = new Scaled();
    expectTypeOf(scaled).parameters.toEqualTypeOf<[x: Tensor, times: number]>();
    expect(await values(scaled(tensor([1, 2]), 3).scaled)).toEqual([3, 6]);
  });

  test("an error names the called module once", () => {
    const model = new Sequential({ body: new Classifier() });
    expect(() => model(zeros([5, 3]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: linear: the input has 3 features, but the weight expects 4
        x: [5, 3]
        weight: [3, 4]
        hint: the weight is [out, in]
        in: Sequential.body.hidden]
    `);
    expect(() => new Linear(2, 2)(zeros([3]))).toThrow(/\n {2}in: Linear$/);
  });

  test("may have fields called name and length", () => {
    class Named extends Module {
      name = "mine";
      length = 7;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect([new Named().name, new Named().length]).toEqual(["mine", 7]);
  });

  test("finds parameters, buffers and modules in its fields, in order, under PyTorch's names", () => {
    const model = new Classifier();
    expect(model.namedParameters().map(([name]) => name)).toEqual([
      "hidden.weight",
      "hidden.bias",
      "output_layer.weight",
    ]);
    expect(model.parameters()).toEqual([
      model.hidden.weight,
      model.hidden.bias,
      model.outputLayer.weight,
    ]);
    expect(model.parameters().every((p) => p.requiresGrad && p.isLeaf)).toBe(true);
    expect(model.namedModules().map(([name]) => name)).toEqual(["", "hidden", "output_layer"]);
    expect(model.children()).toEqual([model.hidden, model.outputLayer]);
    expect(model.modules()).toHaveLength(3);
    const scaled = new Scaled();
    expect(scaled.namedBuffers().map(([name]) => name)).toEqual(["running_mean", "scratch"]);
    expect(scaled.parameters()).toEqual([scaled.weightIh]);
    expect(scaled.buffers()[0]?.requiresGrad).toBe(false);
  });

  test("registerBuffer keeps a tensor in a field", () => {
    const model = new Identity();
    model.registerBuffer("scale", ones([3]));
    expect(Object.keys(model.stateDict())).toEqual(["scale"]);
    model.registerBuffer("mask", ones([3]), { persistent: false });
    expect(Object.keys(model.stateDict())).toEqual(["scale"]);
    expect(model.buffers()).toHaveLength(2);
  });

  test("a tied parameter counts once and appears in the state under each of its keys", () => {
    class Tied extends Module {
      a = new Linear(3, 3);
      b = new Linear(3, 3);
      constructor() {
        super();
        (this.b as { weight: Tensor }).weight = this.a.weight;
      }
      forward(x: Tensor): Tensor {
        return this.b(this.a(x));
      }
    }
    const model = new Tied();
    expect(model.parameters()).toHaveLength(3);
    expect(Object.keys(model.stateDict())).toEqual(["a.weight", "a.bias", "b.weight", "b.bias"]);
  });

  test("train and eval reach all submodules", () => {
    const model = new Sequential(new Linear(2, 2), new Sequential(new ReLU()));
    expect(model.modules().every((module) => module.training)).toBe(true);
    expect(model.eval()).toBe(model);
    expect(model.modules().some((module) => module.training)).toBe(false);
    model.train();
    expect(model.modules().every((module) => module.training)).toBe(true);
  });

  test("gradients reach the parameters, and zeroGrad removes them", async () => {
    const model = new Linear(2, 1);
    model(tensor([[1, 2]]))
      .sum()
      .backward();
    expect(await values(model.weight.grad as Tensor)).toEqual([1, 2]);
    expect(await values(model.bias?.grad as Tensor)).toEqual([1]);
    model.zeroGrad();
    expect(model.parameters().map((p) => p.grad)).toEqual([null, null]);
  });

  test("requiresGrad_(false) freezes the parameters and keeps them listed", () => {
    const model = new Classifier();
    model.hidden.requiresGrad_(false);
    expect(model.parameters()).toHaveLength(3);
    expect(model.parameters().map((p) => p.requiresGrad)).toEqual([false, false, true]);
    model.requiresGrad_();
    expect(model.parameters().every((p) => p.requiresGrad)).toBe(true);
  });

  test("apply visits children before their parent", () => {
    const seen: string[] = [];
    new Sequential(new Linear(1, 1), new Sequential(new ReLU())).apply((module: AnyModule) => {
      seen.push(module.constructor.name);
    });
    expect(seen).toEqual(["Linear", "ReLU", "Sequential", "Sequential"]);
  });

  test("prints like PyTorch", () => {
    expect(String(new Classifier())).toMatchInlineSnapshot(`
      "Classifier(
        (hidden): Linear(in_features=4, out_features=3, bias=True)
        (output_layer): Linear(in_features=3, out_features=2, bias=False)
      )"
    `);
    const nested = new Sequential({ body: new Sequential(new Flatten(), new Sigmoid()) });
    expect(`${nested}`).toMatchInlineSnapshot(`
      "Sequential(
        (body): Sequential(
          (0): Flatten(start_dim=1, end_dim=-1)
          (1): Sigmoid()
        )
      )"
    `);
  });

  test("refuses a parameter that is the result of an operation", () => {
    const x = parameter(ones([2]));
    expect(() => parameter(x.mul(2))).toThrow("parameter(x.detach())");
  });
});

describe.each(["cpu", "wasm", "webgpu"] as const)("stateDict on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("loads into another model", async () => {
    const [from, to] = [new Classifier(), new Classifier()];
    const report = to.loadStateDict(from.stateDict());
    expect(report).toEqual({ missingKeys: [], unexpectedKeys: [] });
    for (const [name, p] of to.namedParameters()) {
      expect(await values(p)).toEqual(await values(from.stateDict()[name] as Tensor));
    }
    const x = ones([1, 4]);
    expect(await values(noGrad(() => to(x)))).toEqual(await values(noGrad(() => from(x))));
  });

  test("copies: the models do not share storage", async () => {
    const [from, to] = [new Linear(1, 1), new Linear(1, 1)];
    to.loadStateDict(from.stateDict());
    to.loadStateDict({ weight: tensor([[5]]), bias: tensor([6]) });
    expect(await from.weight.item()).not.toBe(5);
    expect(await to.weight.item()).toBe(5);
  });

  test("shares tensors with the model: it shows values loaded later", async () => {
    const model = new Linear(1, 1);
    const state = model.stateDict();
    model.loadStateDict({ weight: tensor([[7]]), bias: tensor([8]) });
    expect(await state.weight?.item()).toBe(7);
  });

  test("lists all mismatches and loads nothing", async () => {
    const model = new Classifier();
    const before = await values(model.hidden.bias as Tensor);
    const state = {
      "hidden.weight": zeros([3, 5]),
      "hidden.bias": ones([3]),
      "extra.weight": zeros([1]),
    };
    expect(() => model.loadStateDict(state)).toThrowErrorMatchingInlineSnapshot(`
      [ArgumentError: loadStateDict: the state does not fit Classifier
        missing: output_layer.weight
        unexpected: extra.weight
        shapes differ: hidden.weight: [3, 5] into [3, 4]]
    `);
    expect(() => model.loadStateDict(state, { strict: false })).toThrow(
      "shapes differ: hidden.weight: [3, 5] into [3, 4]",
    );
    expect(await values(model.hidden.bias as Tensor)).toEqual(before);
  });

  test("with strict: false loads the matching keys and reports the rest", async () => {
    const model = new Linear(2, 1);
    const report = model.loadStateDict({ bias: tensor([3]), scale: ones([1]) }, { strict: false });
    expect(report).toEqual({ missingKeys: ["weight"], unexpectedKeys: ["scale"] });
    expect(await values(model.bias as Tensor)).toEqual([3]);
  });

  test("keeps the parameters' dtype and requiresGrad", async () => {
    const model = new Linear(1, 1);
    model.loadStateDict({
      weight: tensor(new Int32Array([2]), { shape: [1, 1] }),
      bias: zeros([1]),
    });
    expect([model.weight.dtype, model.weight.requiresGrad]).toEqual(["f32", true]);
  });
});

describe("containers", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("Sequential chains its layers", async () => {
    const model = new Sequential(new Linear(2, 3), new ReLU());
    model.append(new Linear(3, 1));
    expect(model.length).toBe(3);
    expect(model.at(-1)).toBeInstanceOf(Linear);
    expect([...model].map((layer) => layer.constructor.name)).toEqual(["Linear", "ReLU", "Linear"]);
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    expect(model(zeros([4, 2])).shape).toEqual([4, 1]);
  });

  test("Sequential accepts named layers and no layers", async () => {
    const model = new Sequential({ first: new Linear(2, 2), act: new ReLU() });
    expect(Object.keys(model.stateDict())).toEqual(["first.weight", "first.bias"]);
    const x = ones([2]);
    expect(new Sequential()(x)).toBe(x);
  });

  test("ModuleList holds modules without calling them", () => {
    const list = new ModuleList([new Linear(1, 1), new Linear(1, 2)]);
    list.append(new Linear(2, 2));
    expect(list.length).toBe(3);
    expect(list.at(1)?.weight.shape).toEqual([2, 1]);
    expect([...list]).toHaveLength(3);
    expect(Object.keys(list.stateDict())).toContain("2.bias");
    expect(() => list()).toThrow("ModuleList: has no forward of its own");
  });
});
