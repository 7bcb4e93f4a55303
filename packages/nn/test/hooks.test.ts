import { init, type Tensor, tensor } from "@wgrad/autograd";
import { beforeEach, describe, expect, test } from "vitest";
import { Linear, Module, Sequential } from "../src/index.ts";

class Double extends Module<[Tensor], Tensor> {
  override forward(x: Tensor): Tensor {
    return x.mul(2);
  }
}

describe.each(["cpu", "wasm", "webgpu"] as const)("module hooks on %s", (device) => {
  beforeEach(() => init({ device }));

  test("see and replace inputs and outputs until they are removed", async () => {
    const double = new Double();
    const seen: string[] = [];
    const before = double.registerForwardPreHook((module, [x]) => {
      seen.push(`${(module as Module).constructor.name} before`);
      return [x.add(1)] as [Tensor];
    });
    const after = double.registerForwardHook((_, __, y) => {
      seen.push("after");
      return y.mul(10);
    });
    expect(await double(tensor([1, 2])).tolist()).toEqual([40, 60]);
    expect(seen).toEqual(["Double before", "after"]);
    before.remove();
    after.remove();
    expect(await double(tensor([1, 2])).tolist()).toEqual([2, 4]);
    expect(seen).toHaveLength(2);
  });

  test("a forward hook that returns nothing changes nothing", async () => {
    const double = new Double();
    const outputs: Tensor[] = [];
    double.registerForwardHook((_, __, y) => {
      outputs.push(y);
      return undefined;
    });
    const y = double(tensor([3]));
    expect(await outputs[0]?.tolist()).toEqual([6]);
    expect(await y.tolist()).toEqual([6]);
  });

  test("a backward hook sees the gradients of inputs and outputs and may replace those of the inputs", async () => {
    const double = new Double();
    const seen: unknown[] = [];
    const pending: Promise<unknown>[] = [];
    const handle = double.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
      pending.push(
        Promise.all([...gradInputs, ...gradOutputs].map((g) => g?.tolist())).then((all) =>
          seen.push(...all),
        ),
      );
      return gradInputs.map((gradient) => gradient?.mul(100) ?? null);
    });
    const x = tensor([1, 2], { requiresGrad: true });
    const slope = (): Promise<unknown> | undefined => x.grad?.tolist();
    double(x)
      .mul(tensor([1, 3]))
      .sum()
      .backward();
    expect(await slope()).toEqual([200, 600]);
    await Promise.all(pending);
    expect(seen).toEqual([
      [2, 6],
      [1, 3],
    ]);
    handle.remove();
    x.grad = null;
    double(x).sum().backward();
    expect(await slope()).toEqual([2, 2]);
  });

  test("work on layers inside a model, which still trains", async () => {
    const model = new Sequential(new Linear(2, 3), new Linear(3, 1));
    const shapes: (readonly number[])[] = [];
    for (const child of model.children()) {
      (child as unknown as Linear).registerForwardHook((_, __, y) => {
        shapes.push(y.shape);
        return undefined;
      });
      (child as unknown as Linear).registerFullBackwardHook((_, gradInputs) => {
        shapes.push(gradInputs[0]?.shape ?? []);
        return undefined;
      });
    }
    model(tensor([[1, 2]]))
      .sum()
      .backward();
    expect(shapes).toEqual([
      [1, 3],
      [1, 1],
      [1, 3],
      [], // the first layer's input needs no gradient
    ]);
    for (const parameter of model.parameters()) expect(parameter.grad).not.toBeNull();
  });
});

describe.each(["cpu", "wasm", "webgpu"] as const)(
  "backward hooks where no input needs a gradient, on %s",
  (device) => {
    beforeEach(() => init({ device }));

    test("are called with null for the inputs and see the gradients of all outputs", async () => {
      class Both extends Module<[Tensor, number], [Tensor, Tensor]> {
        layer = new Linear(2, 2);
        override forward(x: Tensor, times: number): [Tensor, Tensor] {
          const y = this.layer(x);
          return [y.mul(times), y.sum()];
        }
      }
      const model = new Both();
      const seen: (readonly (Tensor | null)[])[] = [];
      model.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
        seen.push(gradInputs, gradOutputs);
        return undefined;
      });
      const [a, b] = model(tensor([[1, 2]]), 3);
      a.sum().mul(2).add(b.mul(5)).backward();
      expect(seen[0]).toEqual([null, null]);
      expect(await Promise.all((seen[1] ?? []).map((g) => g?.tolist()))).toEqual([[[2, 2]], 5]);
      expect(seen).toHaveLength(2);
      expect(await model.layer.bias?.grad?.tolist()).toEqual([11, 11]);
    });

    test("an input that needs no gradient gets null if another needs one", async () => {
      class Sum extends Module<[Tensor, Tensor], Tensor> {
        override forward(x: Tensor, y: Tensor): Tensor {
          return x.add(y);
        }
      }
      const sum = new Sum();
      const seen: unknown[] = [];
      sum.registerFullBackwardHook((_, [dx, dy]) => {
        seen.push(dx, dy?.shape);
        return undefined;
      });
      sum(tensor([1, 2]), tensor([1, 2], { requiresGrad: true }))
        .sum()
        .backward();
      expect(seen).toEqual([null, [2]]);
    });

    test("must not return gradients", () => {
      const layer = new Linear(1, 1);
      layer.registerFullBackwardHook(() => [tensor([[1]])]);
      const loss = layer(tensor([[1]])).sum();
      expect(() => loss.backward()).toThrow(
        "Linear: a backward hook returned gradients, but no input needs one",
      );
    });
  },
);
