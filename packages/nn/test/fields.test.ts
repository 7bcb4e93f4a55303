import { init, manualSeed, noGrad, ones, rand, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  type AnyModule,
  BatchNorm1d,
  buffer,
  CrossEntropyLoss,
  copyModule,
  deepcopy,
  functional as F,
  Identity,
  Linear,
  LSTM,
  Module,
  ModuleDict,
  ModuleList,
  MultiheadAttention,
  ParameterList,
  parameter,
  ReLU,
  Sequential,
} from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const keys = (module: AnyModule): string[] => Object.keys(module.stateDict());
const small = (): Linear => new Linear(1, 1, { bias: false });
const values = (x: Tensor | null): Promise<unknown> | undefined => x?.tolist();

/** A model with a field of each kind. */
class Model extends Module<[Tensor], Tensor> {
  scale = parameter(ones([1]));
  seen = buffer(zeros([1]));
  scratch = buffer(zeros([1]), { persistent: false });
  layer: Linear | null = small();
  forward(x: Tensor): Tensor {
    return x.mul(this.scale);
  }
}
type Fields = Record<string, unknown>;

describe.each(["cpu", "wasm", "webgpu"] as const)("fields can be reassigned, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("a buffer replaced by a tensor stays a buffer, persistent or not", async () => {
    class Counter extends Module<[Tensor], Tensor> {
      declare count: Tensor;
      declare last: Tensor;
      constructor() {
        super();
        this.registerBuffer("count", zeros([1]));
        this.registerBuffer("last", zeros([2]), { persistent: false });
      }
      forward(x: Tensor): Tensor {
        this.count = this.count.add(1);
        this.last = x;
        return x;
      }
    }
    const counter = new Counter();
    for (let i = 0; i < 5; i++) counter(tensor([i, i]));
    expect(keys(counter)).toEqual(["count"]);
    expect(counter.buffers()).toEqual([counter.count, counter.last]);
    expect(await values(counter.stateDict().count as Tensor)).toEqual([5]);
    expect(await values(counter.last)).toEqual([4, 4]);
    counter.loadStateDict({ count: tensor([9]) });
    counter(tensor([0, 0]));
    expect(await values(counter.count)).toEqual([10]);
  });

  test("a module moves to the other device and back, with its gradients", async () => {
    const other = device === "cpu" ? "webgpu" : "cpu";
    await init({ device: other });
    await init({ device });
    const model = new Sequential(new Linear(2, 1), new BatchNorm1d(1));
    const x = rand([3, 2]);
    model(x).square().sum().backward();
    const before = await Promise.all(model.parameters().map(values));
    const slopes = await Promise.all(model.parameters().map((p) => values(p.grad)));
    expect(await model.to(other)).toBe(model);
    const tensors = [...model.parameters(), ...model.buffers()];
    expect(new Set(tensors.map((t) => t.device))).toEqual(new Set([other]));
    expect(await Promise.all(model.parameters().map(values))).toEqual(before);
    expect(await Promise.all(model.parameters().map((p) => values(p.grad)))).toEqual(slopes);
    model.zeroGrad();
    model(await x.to(other))
      .square()
      .sum()
      .backward();
    expect(model.parameters().every((p) => p.grad?.device === other && p.isLeaf)).toBe(true);
    await model.to(device);
    expect(model.parameters().every((p) => p.device === device)).toBe(true);
    await expect(async () => model.to("gpu" as "cpu")).rejects.toThrow(
      'to: cannot convert a module to "gpu"',
    );
  });
});

describe("fields", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
    manualSeed(0);
  });

  test.each<[string, unknown, string]>([
    [
      "scale",
      zeros,
      "Model: the parameter scale cannot become a tensor [1]\n  hint: parameter(x) makes a new parameter; noGrad(() => scale.copy_(x)) writes into this one",
    ],
    [
      "scale",
      small,
      "Model: the parameter scale cannot become a Linear\n  hint: a parameter, or null",
    ],
    ["scale", () => 2, "Model: the parameter scale cannot become 2\n  hint: a parameter, or null"],
    ["seen", () => 2, "Model: the buffer seen cannot become 2\n  hint: a tensor, or null"],
    [
      "layer",
      zeros,
      "Model: the module layer cannot become a tensor [1]\n  hint: a module, or null",
    ],
    [
      "layer",
      () => (x: Tensor) => x,
      "Model: the module layer cannot become a function\n  hint: a module, or null",
    ],
  ])("%s refuses %s as PyTorch does", (name, make, text) => {
    const model = new Model();
    const value = (make as (shape: number[]) => unknown)([1]);
    model.parameters();
    expect(() => Object.assign(model, { [name]: value })).toThrow(text);
    expect(keys(model)).toEqual(["scale", "seen", "layer.weight"]);
  });

  test("a parameter is registered wherever its module was made", () => {
    const given = zeros([2, 2]);
    const layers: [AnyModule, string][] = [
      [new Linear(2, 2), "weight"],
      [new LSTM(2, 2), "weightIhL0"],
      [new MultiheadAttention(2, 1), "inProjWeight"],
      [new BatchNorm1d(2), "bias"],
    ];
    for (const [layer, name] of layers) {
      expect(() => Object.assign(layer, { [name]: given })).toThrow(
        "cannot become a tensor [2, 2]",
      );
    }
    class Replaced extends Module<[Tensor], Tensor> {
      fc = new Linear(2, 2);
      constructor() {
        super();
        this.fc.weight = given;
      }
      forward(x: Tensor): Tensor {
        return this.fc(x);
      }
    }
    expect(() => new Replaced()).toThrow("Linear: the parameter weight cannot become");
    class Twice extends Module<[Tensor], Tensor> {
      w = parameter(ones([1]));
      constructor() {
        super();
        this.w = zeros([1]);
      }
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Twice()).toThrow("Twice: the parameter w cannot become");
  });

  test("accept what PyTorch accepts", () => {
    const model = new Model();
    model.parameters();
    const weight = parameter(ones([2]));
    model.scale = weight;
    model.seen = parameter(zeros([1])) as Tensor; // a buffer may become a parameter
    model.layer = new Linear(1, 2);
    expect(model.parameters()).toEqual([weight, model.seen, ...model.layer.parameters()]);
    model.layer = null;
    expect(keys(model)).toEqual(["scale", "seen"]);
    (model as unknown as Fields).scale = null;
    expect(keys(model)).toEqual(["seen"]);
    expect(() => Object.assign(model, { scale: zeros([1]) })).toThrow("the parameter scale");
    const loss = new CrossEntropyLoss({ weight: ones([2]) });
    Object.assign(loss, { weight: zeros([3]) });
    expect(loss.buffers()[0]?.shape).toEqual([3]);
  });

  test("a subclass can define a field again and delete one", () => {
    class Wide extends Model {
      override scale = parameter(ones([7]));
      more = parameter(ones([1]));
    }
    const wide = new Wide();
    zeros([1]);
    expect(wide.getParameter("scale").shape).toEqual([7]);
    expect(keys(wide)).toEqual(["scale", "more", "seen", "layer.weight"]);
    delete (wide as unknown as Fields).more;
    expect(keys(wide)).toEqual(["scale", "seen", "layer.weight"]);
  });

  test("are registered by name, even if null", () => {
    const module = new Identity();
    module.registerParameter("weight", zeros([2]));
    module.registerParameter("bias", null);
    module.registerBuffer("mask", null);
    module.addModule("norm", new BatchNorm1d(1, { affine: false, trackRunningStats: false }));
    module.registerModule("none", null);
    const fields = module as unknown as Fields;
    expect([fields.bias, fields.mask, fields.none]).toEqual([null, null, null]);
    expect(keys(module)).toEqual(["weight"]);
    fields.mask = ones([2]);
    fields.bias = parameter(ones([3]));
    fields.none = small();
    expect(keys(module)).toEqual(["weight", "bias", "mask", "none.weight"]);
    fields.plain = 3;
    for (const name of ["a.b", "", "forward", "plain"]) {
      expect(() => module.registerBuffer(name, ones([1]))).toThrow(
        /^registerBuffer: (needs a name|modules already have)/,
      );
    }
    expect(fields.plain).toBe(3);
    expect(() => module.addModule("x", (() => 0) as unknown as AnyModule)).toThrow(
      "addModule: x is a function, not a module",
    );
  });

  test("are found by path", () => {
    const model = new Sequential({ body: new ModuleList([small(), new Model()]) as never });
    expect(model.getSubmodule("")).toBe(model);
    const inner = model.getSubmodule("body.1") as unknown as Model;
    expect(inner).toBeInstanceOf(Model);
    expect(model.getParameter("body.1.layer.weight")).toBe(inner.layer?.weight);
    expect(model.getBuffer("body.1.seen")).toBe(inner.seen);
    expect(() => model.getSubmodule("body.2")).toThrow(
      'getSubmodule: ModuleList has no module "2" (in "body.2")\n  hint: did you mean "0"? it has 0, 1',
    );
    expect(() => model.getParameter("body.1.seen")).toThrow(
      'getParameter: Model has no parameter "seen" (in "body.1.seen")\n  hint: it has scale',
    );
    expect(() => model.getBuffer("sean")).toThrow("it has none");
  });
});

describe("names in the state", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  /** Python attribute → key, as in PyTorch; camelCase is specific to wgrad. */
  test.each([
    ["W_q", "W_q"],
    ["Wqkv", "Wqkv"],
    ["W1", "W1"],
    ["BN1", "BN1"],
    ["K", "K"],
    ["ln_1", "ln_1"],
    ["in_proj", "in_proj"],
    ["norm_A", "norm_A"],
    ["conv1_bn", "conv1_bn"],
    ["fc1", "fc1"],
    ["_hidden", "_hidden"],
    ["toQKV", "toQKV"],
    ["normA", "norm_a"],
    ["outputLayer", "output_layer"],
    ["weightIhL0Reverse", "weight_ih_l0_reverse"],
    ["conv2Bn", "conv2_bn"],
  ])("the field %s has the key %s", (field, key) => {
    const module = new Identity();
    Object.assign(module, { [field]: small() });
    expect(keys(module)).toEqual([`${key}.weight`]);
  });

  test("keys of containers are kept unchanged, in order of insertion", () => {
    const dict = new ModuleDict({ convA: small(), B: small() });
    expect(keys(dict)).toEqual(["convA.weight", "B.weight"]);
    expect(keys(new Sequential({ fcOut: small() }))).toEqual(["fcOut.weight"]);
    const pairs = new ModuleDict([
      ["b", small()],
      ["10", small()],
      ["2", small()],
    ]);
    pairs.set("a", small());
    expect(pairs.keys()).toEqual(["b", "10", "2", "a"]);
    expect(keys(pairs)).toEqual(["b.weight", "10.weight", "2.weight", "a.weight"]);
    pairs.set("10", small()).delete("b");
    expect([...pairs].map(([key]) => key)).toEqual(["10", "2", "a"]);
    expect(() => new ModuleDict({ b: small(), 10: small() })).toThrow(
      'ModuleDict: the order of the keys is lost: JavaScript puts the integer key 10 first\n  hint: new ModuleDict([["10", …], …])',
    );
  });

  test("a ModuleDict can be updated from another, and its items can be removed", () => {
    const [a, b] = [small(), small()];
    const dict = new ModuleDict({ a, c: small() }).update(new ModuleDict({ b })).update({ c: b });
    expect([dict.keys(), dict.get("c")]).toEqual([["a", "c", "b"], b]);
    expect(dict.pop("a")).toBe(a);
    expect(() => dict.pop("a")).toThrow('ModuleDict: there is no "a"\n  hint: the keys are c, b');
    dict.clear();
    expect([dict.size, keys(dict)]).toEqual([0, []]);
  });

  test("two fields with the same key are refused", () => {
    class Twice extends Module<[Tensor], Tensor> {
      normA = parameter(tensor([1]));
      norm_a = parameter(tensor([2]));
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const text = 'Twice: the fields normA and norm_a have the same key in the state, "norm_a"';
    expect(() => new Twice().stateDict()).toThrow(text);
    expect(() => new Twice().parameters()).toThrow(text);
    expect(() => new Twice()(ones([1]))).toThrow(text);
    const module = new Identity();
    module.registerBuffer("runningMean", ones([1]));
    expect(() => module.registerBuffer("running_mean", ones([1]))).toThrow(
      'Identity: the fields runningMean and running_mean have the same key in the state, "running_mean"',
    );
  });
});

describe("layers that would not be trained", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const x = (): Tensor => ones([1, 1]);

  class Private extends Module<[Tensor], Tensor> {
    #layer: Linear;
    constructor(layer = small()) {
      super();
      this.#layer = layer;
    }
    forward(input: Tensor): Tensor {
      return this.#layer(input);
    }
  }

  test.each<[string, () => Module<[Tensor], Tensor>, string]>([
    [
      "in a #private field",
      () => new Private(),
      "Private: calls a Linear that no field of a module holds",
    ],
    [
      "in an array",
      () => {
        class Listed extends Module<[Tensor], Tensor> {
          layers = [small(), small()];
          forward(input: Tensor): Tensor {
            return this.layers.reduce((y, layer) => layer(y), input);
          }
        }
        return new Listed();
      },
      "Listed: the Linear in layers would not be trained nor saved\n  hint: layers = new ModuleList([…])",
    ],
    [
      "in an object",
      () => {
        class Named extends Module<[Tensor], Tensor> {
          layers = { a: small() };
          forward(input: Tensor): Tensor {
            return this.layers.a(input);
          }
        }
        return new Sequential(new ReLU(), new Named());
      },
      "Named: the Linear in layers would not be trained nor saved\n  hint: layers = new ModuleDict({ … })",
    ],
    [
      "made in forward",
      () => {
        class Fresh extends Module<[Tensor], Tensor> {
          forward(input: Tensor): Tensor {
            return small()(input);
          }
        }
        return new Fresh();
      },
      "Fresh: calls a Linear that no field of a module holds",
    ],
    [
      "parameters in an array",
      () => {
        class Weights extends Module<[Tensor], Tensor> {
          weights = [parameter(ones([1]))];
          forward(input: Tensor): Tensor {
            return input.mul(this.weights[0] as Tensor);
          }
        }
        return new Weights();
      },
      "Weights: the parameters in weights would not be trained nor saved\n  hint: weights = new ParameterList([…])",
    ],
  ])("%s are reported at the first call", (_, make, text) => {
    expect(() => make()(x())).toThrow(text);
  });

  test("layers that are trained elsewhere, or have no parameters, may be anywhere", () => {
    const frozen = small().requiresGrad_(false);
    expect(new Private(frozen)(x()).shape).toEqual([1, 1]);
    const critic = small();
    critic.parameters(); // as another optimizer does
    expect(new Private(critic)(x()).shape).toEqual([1, 1]);
    const shared = new Sequential(small());
    expect(new Private(shared.at(0) as Linear)(x()).shape).toEqual([1, 1]);
    expect(noGrad(() => new Private()(x())).shape).toEqual([1, 1]);
    class Lazy extends Module<[Tensor], Tensor> {
      late: Linear | null = null;
      forward(input: Tensor): Tensor {
        this.late ??= small();
        return new ReLU()(this.late(input));
      }
    }
    const lazy = new Lazy();
    lazy(x());
    lazy(x());
    expect(keys(lazy)).toEqual(["late.weight"]);
  });

  test("more inputs than forward takes are refused", () => {
    class Flagged extends Module<[Tensor, boolean?], Tensor> {
      forward(input: Tensor, flag = false): Tensor {
        return flag ? input : input.neg();
      }
    }
    class Rest extends Module<Tensor[], Tensor> {
      forward(...all: Tensor[]): Tensor {
        return all[0] as Tensor;
      }
    }
    const loose = (module: unknown): ((...all: unknown[]) => Tensor) => module as never;
    expect(() => loose(new Linear(1, 1))(x(), x())).toThrow(
      "Linear: takes 1 argument, got 2\n  hint: Linear(x)",
    );
    expect(() => loose(new Flagged())(x(), true, 1)).toThrow("Flagged: takes 2 arguments, got 3");
    expect(loose(new Flagged())(x(), true).shape).toEqual([1, 1]);
    expect(loose(new Rest())(x(), x(), x()).shape).toEqual([1, 1]);
    expect([x(), x()].map(new ReLU())).toHaveLength(2);
  });
});

describe("containers", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test("a layer counts as often as it occurs", () => {
    const layer = small();
    const list = new ModuleList([layer, layer, layer]);
    expect([list.length, [...list].length]).toEqual([3, 3]);
    expect(list.parameters()).toHaveLength(1);
    expect(keys(list)).toEqual(["0.weight", "1.weight", "2.weight"]);
    const chain = new Sequential(layer, layer);
    expect(chain.length).toBe(2);
  });

  test("can be indexed and sliced, also from the end", () => {
    const layers = [new Linear(1, 1), new Linear(1, 2), new Linear(2, 3)];
    const list = new ModuleList(layers);
    expect([list.at(0), list.at(-1), list.at(-3)]).toEqual([layers[0], layers[2], layers[0]]);
    expect((list as unknown as Linear[])[1]).toBe(layers[1]);
    expect([...list.slice(1)]).toEqual(layers.slice(1));
    expect(keys(list.slice(-1))).toEqual(["0.weight", "0.bias"]);
    for (const index of [3, -4, 0.5, "0"]) {
      expect(() => list.at(index as number)).toThrow("ModuleList.at: there is no item");
    }
    const chain = new Sequential(...layers);
    expect(chain.slice(0, 2)(ones([1])).shape).toEqual([2]);
    expect(keys(chain.slice(1, 2))).toEqual(["1.weight", "1.bias"]); // as PyTorch's
    const weights = new ParameterList([zeros([1]), zeros([2])]);
    expect(weights.slice(1).at(0)).toBe(weights.at(-1));
  });

  test("support append, insert, pop and set", () => {
    const [a, b, c] = [small(), small(), small()] as const;
    const list = new ModuleList([a]);
    list.extend([c]).insert(1, b);
    expect([...list]).toEqual([a, b, c]);
    expect(list.pop()).toBe(c);
    expect(list.pop(0)).toBe(a);
    expect([[...list], keys(list)]).toEqual([[b], ["0.weight"]]);
    list.set(0, c).insert(1, a);
    expect([...list]).toEqual([c, a]);
    const weights = new ParameterList([zeros([1])]);
    weights.insert(0, zeros([2])).append(zeros([3]));
    expect(weights.parameters().map((p) => p.shape)).toEqual([[2], [1], [3]]);
    expect(() => new Sequential({ a }).insert(0, b)).toThrow(
      "Sequential: its items have names (a)",
    );
  });

  test("Sequential accepts functions", async () => {
    const half = (x: Tensor): Tensor => x.add(1).div(2);
    const model = new Sequential(small(), F.relu, half);
    await model.loadStateDict({ "0.weight": tensor([[-2]]) });
    expect(await values(model(tensor([[3]])))).toEqual([[0.5]]);
    expect(keys(model)).toEqual(["0.weight"]);
    expect(String(model)).toBe(
      "Sequential(\n  (0): Linear(in_features=1, out_features=1, bias=False)\n  (1): Lambda(relu)\n  (2): Lambda(half)\n)",
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      "an array",
      () => new Sequential([small()] as never),
      "Sequential: 0 is an array of 1, which it cannot hold\n  hint: spread the array, …items",
    ],
    [
      "a word",
      () => new Sequential(small(), "relu" as never),
      'Sequential: 1 is "relu", which it cannot hold',
    ],
    ["a number", () => new ModuleList([1 as never]), "ModuleList: 0 is 1, which it cannot hold"],
    [
      "a module",
      () => new ParameterList([small() as never]),
      "ParameterList: 0 is a Linear, which it cannot hold",
    ],
    [
      "a tensor",
      () => new ModuleDict({ a: zeros([1]) as never }),
      "ModuleDict: a is a tensor [1], not a module",
    ],
  ])("refuse %s", (_, make, text) => expect(make).toThrow(text));
});

describe("copies of classes with #private members", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  class Scaled extends Module<[Tensor], Tensor> {
    readonly #scale: number = 3;
    layer = small();
    seen = buffer(zeros([1]));
    noise = parameter(rand([1]));
    forward(x: Tensor): Tensor {
      return this.layer(x).mul(this.#scale);
    }
  }
  class Told extends Module<[Tensor], Tensor> {
    readonly #scale: number;
    inner = new Scaled();
    constructor(scale: number) {
      super();
      this.#scale = scale;
    }
    forward(x: Tensor): Tensor {
      return this.inner(x).mul(this.#scale);
    }
  }

  test("run with values of their own and draw no random numbers", async () => {
    manualSeed(3);
    const model = new Scaled();
    model.requiresGrad_(false).eval();
    const drawn = await rand([1]).item();
    manualSeed(3);
    const again = new Scaled();
    const copy = copyModule(again);
    expect(await rand([1]).item()).toBe(drawn);
    expect(copy).toBeInstanceOf(Scaled);
    const x = ones([1, 1]);
    expect(await values(copy(x))).toEqual(await values(again(x)));
    expect(copy.parameters().some((p) => again.parameters().includes(p))).toBe(false);
    noGrad(() => copy.layer.weight.zero_());
    expect(await again(x).item()).not.toBe(0);
    expect(
      copyModule(model)
        .parameters()
        .map((p) => p.requiresGrad),
    ).toEqual([false, false]);
    expect(copyModule(model).training).toBe(false);
  });

  test("use `remake` where the constructor takes arguments", async () => {
    const model = new Told(5);
    expect(() => copyModule(model)).toThrow(
      "copyModule: Told has #private members, which only its constructor can make, and its arguments are unknown",
    );
    const copy = copyModule(model, (module) => (module instanceof Told ? new Told(5) : undefined));
    const x = ones([1, 1]);
    expect(await values(copy(x))).toEqual(await values(model(x)));
    expect(copy.inner).not.toBe(model.inner);
  });

  test("a colour in the source of a class is not taken for a private member", () => {
    class Coloured extends Module<[Tensor], Tensor> {
      readonly colour: string;
      layer = small();
      constructor(colour: string) {
        super();
        this.colour = colour;
      }
      forward(x: Tensor): Tensor {
        return this.colour === "#fff" ? x : this.layer(x); // #ffffff
      }
    }
    expect(copyModule(new Coloured("#fff")).colour).toBe("#fff");
  });

  test("deepcopy copies at every depth, and each object once", async () => {
    const layer = new Linear(1, 1);
    const model = new Sequential(layer, layer);
    model(ones([1, 1]))
      .sum()
      .backward();
    const kept = {
      best: model.stateDict(),
      at: [{ of: model }] as const,
      again: layer.weight,
      none: null,
    };
    const copy = deepcopy(kept);
    const [inner] = copy.at[0].of as unknown as Iterable<Linear>;
    expect(copy.again).toBe(inner?.weight);
    // the gradient of a parameter is not copied, as in PyTorch
    expect([isOf(copy.at[0].of, layer), inner?.weight.grad]).toEqual([false, null]);
    const before = await layer.weight.item();
    noGrad(() => layer.weight.add_(1));
    expect(await copy.best["0.weight"]?.item()).toBe(before);
    expect(Object.keys(copy.best)).toEqual(Object.keys(kept.best));

    const leaf = tensor([1], { requiresGrad: true });
    leaf.mul(3).sum().backward();
    const { x } = deepcopy({ x: leaf });
    expect([x.requiresGrad, x.isLeaf, await x.grad?.tolist()]).toEqual([true, true, [3]]);
    expect(deepcopy([Float32Array.of(1), new Map([["a", leaf]])])[0]).toEqual(Float32Array.of(1));
    expect(() => deepcopy({ y: leaf.mul(2) })).toThrow(
      "deepcopy: the tensor is the result of an operation",
    );
    expect(() => deepcopy([new Date()])).toThrow("deepcopy: copies modules, tensors, and arrays");
  });

  const isOf = (model: AnyModule, layer: AnyModule): boolean => model.modules().includes(layer);
});
