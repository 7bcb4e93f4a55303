import { init, manualSeed, memory, rand, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { fillFrom, unfilled } from "@wgrad/autograd/plugin";
import { init as initial, Linear, Module, type Parameter, parameter } from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const stretches = (...lengths: number[]): Float32Array[] => {
  let at = 0;
  return lengths.map((length) => Float32Array.from({ length }, () => at++));
};

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test("a parameter is filled in chunks and trains, and its initial values are never computed", async () => {
    const weight = parameter(zeros([5, 3]));
    await fillFrom(weight, stretches(4, 8, 3));
    expect(await weight.tolist()).toEqual(
      [0, 1, 2, 3, 4].map((i) => [3 * i, 3 * i + 1, 3 * i + 2]),
    );
    weight.mul(2).sum().backward();
    expect(await (weight.grad as Tensor).sum().item()).toBe(30);
    const { cells } = memory().bytes;
    await fillFrom(weight, stretches(15));
    expect(await weight.sum().item()).toBe(105);
    expect(memory().bytes.cells).toBe(cells);
  });

  test("if a chunk fails or is too long, the values do not change", async () => {
    const weight = parameter(tensor([1, 2, 3]));
    await expect(fillFrom(weight, stretches(2))).rejects.toThrow("2 values do not fill it");
    await expect(fillFrom(weight, stretches(2, 2))).rejects.toThrow("4 values do not fill it");
    const failing = async function* (): AsyncGenerator<Float32Array> {
      yield Float32Array.of(9);
      throw new TypeError("the file is gone");
    };
    await expect(fillFrom(weight, failing())).rejects.toThrow("the file is gone");
    await expect(fillFrom(weight.narrow(0, 0, 1), stretches(1))).rejects.toThrow(
      "expected a whole tensor, got a view",
    );
    expect(await weight.tolist()).toEqual([1, 2, 3]);
  });
});

describe("a module that is constructed for loading", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("draws only the weights that are not loaded", async () => {
    manualSeed(3);
    const next = await rand([4]).tolist();
    manualSeed(3);
    const { made, fill } = unfilled(() => [new Linear(3, 2), new Linear(3, 2)] as const);
    const [loaded, drawn] = made;
    await fillFrom(loaded.weight, [new Float32Array(6).fill(7)]);
    expect(fill([...drawn.parameters(), loaded.bias as Parameter])).toBe(true);
    expect(await loaded.weight.tolist()).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    manualSeed(3);
    const [bias, weight] = [
      zeros([2]).uniform_(-1 / Math.sqrt(3), 1 / Math.sqrt(3)),
      zeros([2, 3]),
    ];
    weight.uniform_(-1 / Math.sqrt(3), 1 / Math.sqrt(3));
    expect(await (loaded.bias as Tensor).tolist()).toEqual(await bias.tolist());
    expect(await drawn.weight.tolist()).toEqual(await weight.tolist());
    // everything is loaded, so nothing is drawn
    manualSeed(3);
    unfilled(() => new Linear(300, 200)).fill([]);
    expect(await rand([4]).tolist()).toEqual(next);
  });

  test("reports where a value was computed from deferred weights", () => {
    class Made extends Module {
      direct: Parameter = parameter(zeros([4]).normal_());
      computed: Parameter = parameter(zeros([4]).normal_().mul(3));
      turned: Parameter = parameter(initial.orthogonal_(zeros([2, 2])));

      forward(): void {}
    }
    const { made, fill } = unfilled(() => new Made());
    expect(fill([made.direct])).toBe(true);
    expect(fill([made.computed])).toBe(false);
    expect(fill([made.turned])).toBe(false);
  });
});
