import { init, noGrad, ones, type Tensor, tensor, zeros } from "@wgrad/autograd";
import {
  type AnyModule,
  copyModule,
  deepcopy,
  Linear,
  LSTM,
  Module,
  parameter,
  parametrizations,
  parametrize,
  removeWeightNorm,
  weightNorm,
} from "@wgrad/nn";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

const { isParametrized, registerParametrization, removeParametrizations } = parametrize;
const keys = (module: AnyModule): string[] => Object.keys(module.stateDict());
const at = (module: AnyModule, path: string): Tensor => module.getParameter(path);

/** A layer with the weight [[3, 4], [0, 2]]. */
function layerOf(bias = false): Linear {
  const layer = new Linear(2, 2, { bias });
  noGrad(() => {
    layer.weight.copy_(
      tensor([
        [3, 4],
        [0, 2],
      ]),
    );
    layer.bias?.zero_();
  });
  return layer;
}

class Symmetric extends Module<[Tensor], Tensor> {
  forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).transpose(-1, -2));
  }
}

class Scaled extends Module<[Tensor], Tensor> {
  k = parameter(tensor(0.5));
  forward(x: Tensor): Tensor {
    return x.mul(this.k);
  }
}

const close = async (x: Tensor | null | undefined, wanted: Tensor | number[][]): Promise<void> => {
  const values = Array.isArray(wanted) ? tensor(wanted) : wanted;
  expect(x?.shape).toEqual(values.shape);
  expect(await (x as Tensor).sub(values).abs().amax().item()).toBeLessThan(1e-5);
};

afterAll(() => init());

// expected values: PyTorch 2.13 with the same calls
describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeEach(() => init({ device }));

  test("weight norm trains lengths and directions", async () => {
    const layer = parametrizations.weightNorm(layerOf(true));
    expect(keys(layer)).toEqual([
      "bias",
      "parametrizations.weight.original0",
      "parametrizations.weight.original1",
    ]);
    expect(isParametrized(layer, "weight")).toBe(true);
    await close(layer.weight, [
      [3, 4],
      [0, 2],
    ]);
    layer(tensor([[1, 2]]))
      .square()
      .sum()
      .backward();
    const [g, v] = [0, 1].map((i) => at(layer, `parametrizations.weight.original${i}`)) as [
      Tensor,
      Tensor,
    ];
    await close(g.grad, [[48.400001525878906], [16]]);
    await close(v.grad, [
      [-7.040000915527344, 5.279998779296875],
      [8, 0],
    ]);
    noGrad(() => {
      for (const p of [g, v]) p.sub_((p.grad as Tensor).mul(0.1));
    });
    await close(layer.weight, [
      [0.11673365533351898, 0.10942204296588898],
      [-0.14855627715587616, 0.3713906705379486],
    ]);
    layer.weight = tensor([
      [6, 8],
      [1, 0],
    ]) as Linear["weight"];
    await close(g, [[10], [1]]);
    await close(layer.weight, [
      [6, 8],
      [1, 0],
    ]);
  });
});

describe("parametrizations", () => {
  beforeEach(() => init({ device: "cpu" }));

  test("weight norm with dim: null has one length for all weights", async () => {
    const layer = parametrizations.weightNorm(layerOf(), "weight", { dim: null });
    const g = at(layer, "parametrizations.weight.original0");
    expect([g.shape, await g.item()]).toEqual([[], Math.fround(Math.sqrt(29))]);
  });

  test("can be chained and removed", async () => {
    const layer = layerOf();
    const { weight } = layer;
    registerParametrization(layer, "weight", new Symmetric());
    registerParametrization(layer, "weight", new Scaled() as AnyModule);
    expect(keys(layer)).toEqual([
      "parametrizations.weight.original",
      "parametrizations.weight.1.k",
    ]);
    expect(layer.namedModules().map(([name]) => name)).toEqual([
      "",
      "parametrizations",
      "parametrizations.weight",
      "parametrizations.weight.0",
      "parametrizations.weight.1",
    ]);
    const made = [
      [1.5, 2],
      [2, 1],
    ];
    await close(layer.weight, made);
    expect([isParametrized(layer), isParametrized(layer, "bias")]).toEqual([true, false]);
    expect(() => {
      layer.weight = parameter(zeros([2, 2]));
    }).toThrow("Scaled: has no rightInverse, so the tensor cannot be assigned");
    removeParametrizations(layer, "weight");
    expect([layer.weight, keys(layer)]).toEqual([weight, ["weight"]]);
    await close(layer.weight, made);
    registerParametrization(layer, "weight", new Symmetric());
    removeParametrizations(layer, "weight", { leaveParametrized: false });
    await close(layer.weight, made);
    expect(isParametrized(layer)).toBe(false);
  });

  test("are copied with their originals", async () => {
    for (const copy of [copyModule, deepcopy]) {
      for (const norm of [parametrizations.weightNorm, weightNorm]) {
        const layer = norm(layerOf());
        const twin = copy(layer);
        noGrad(() => {
          for (const p of layer.parameters()) p.zero_();
        });
        expect(keys(twin)).toEqual(keys(layer));
        await close(twin(ones([1, 2])), [[7, 2]]);
        expect(twin.parameters().some((p) => layer.parameters().includes(p))).toBe(false);
      }
    }
  });

  test("print like PyTorch's", () => {
    expect(String(parametrizations.weightNorm(layerOf(true)))).toBe(`ParametrizedLinear(
  in_features=2, out_features=2, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): _WeightNorm()
    )
  )
)`);
  });

  test("refuse invalid fields and shapes", () => {
    class Row extends Module<[Tensor], Tensor> {
      forward(x: Tensor): Tensor {
        return x.at(0);
      }
    }
    const layer = layerOf();
    expect(() => registerParametrization(layer, "bias", new Symmetric())).toThrow(
      "registerParametrization: Linear has no parameter or buffer in bias",
    );
    expect(() => registerParametrization(layer, "weight", new Row())).toThrow(
      "registerParametrization: weight has shape [2, 2], but the parametrization gives [2]",
    );
    expect(keys(layer)).toEqual(["weight"]);
    expect(() => removeParametrizations(layer, "weight")).toThrow(
      "removeParametrizations: weight of Linear has no parametrization",
    );
    parametrizations.weightNorm(layer);
    expect(() => removeParametrizations(layer, "weight", { leaveParametrized: false })).toThrow(
      "weight is computed from 2 tensors, which one field cannot hold",
    );
  });

  test("the older weight norm keeps both parameters in the module", async () => {
    const lstm = weightNorm(new LSTM(2, 3), "weightHhL0");
    expect(keys(lstm).slice(-2)).toEqual(["weight_hh_l0_g", "weight_hh_l0_v"]);
    const layer = weightNorm(layerOf(true));
    expect(keys(layer)).toEqual(["bias", "weight_g", "weight_v"]);
    await close(at(layer, "weight_g"), [[5], [2]]);
    layer(tensor([[1, 2]]))
      .square()
      .sum()
      .backward();
    await close(at(layer, "weight_g").grad, [[48.400001525878906], [16]]);
    expect(() => weightNorm(layer, "missing")).toThrow("weightNorm: Linear has no parameter");
    removeWeightNorm(layer);
    expect(keys(layer)).toEqual(["bias", "weight"]);
    await close(layer.weight, [
      [3, 4],
      [0, 2],
    ]);
    expect(() => removeWeightNorm(layer)).toThrow("removeWeightNorm: weight of Linear has no");
  });
});
