import { init, noGrad, slice, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

const matrix = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

describe("writing in place", () => {
  test("returns the tensor, which every alias then sees", async () => {
    const x = matrix();
    const [row, whole] = [x.at(1), x.detach()];
    expect(x.mul_(2)).toBe(x);
    expect(await row.tolist()).toEqual([8, 10, 12]);
    expect(await whole.sum().item()).toBe(42);
  });

  test("to a view writes the tensor it is a view of, and its other views", async () => {
    const x = matrix();
    const column = x.T.at(slice(1, null));
    const first = x.at(0);
    column.add_(10);
    expect(await x.tolist()).toEqual([
      [1, 12, 13],
      [4, 15, 16],
    ]);
    expect(await first.tolist()).toEqual([1, 12, 13]);
  });

  test("to a part of a detached view writes it too", async () => {
    const x = matrix();
    x.at(1).detach().at(0).zero_();
    expect(await x.at(1).tolist()).toEqual([0, 5, 6]);
  });

  test("put_ broadcasts numbers and tensors", async () => {
    const x = zeros([2, 3]);
    expect(x.put_(1, tensor([1, 2, 3]))).toBe(x);
    x.put_([slice(null), 0], 7);
    expect(await x.tolist()).toEqual([
      [7, 0, 0],
      [7, 2, 3],
    ]);
  });

  test("converts to the dtype of what is written", async () => {
    const x = zeros([2], { dtype: "i32" });
    x.copy_(tensor([true, false]));
    expect([x.dtype, await x.tolist()]).toEqual(["i32", [1, 0]]);
  });

  test("each function writes what its namesake returns", async () => {
    const values = [0.25, -0.5, 2];
    const names = [
      "relu_",
      "sigmoid_",
      "tanh_",
      "exp_",
      "square_",
      "neg_",
      "abs_",
      "round_",
    ] as const;
    for (const name of names) {
      const x = tensor(values);
      const want = tensor(values)[name.slice(0, -1) as "relu"]();
      expect(await x[name]().tolist(), name).toEqual(await want.tolist());
    }
    const x = tensor([4, 9]);
    x.sqrt_().sub_(1, { alpha: 2 }).div_(2).pow_(2).clamp_(0.1, 0.2).fill_(3);
    expect(await x.tolist()).toEqual([3, 3]);
  });
});

describe("gradients through writes", () => {
  test("flow into what was written, and not into what was overwritten", async () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const value = tensor(5, { requiresGrad: true });
    const y = x.mul(2);
    y.at(1).copy_(value);
    y.square().sum().backward();
    expect(await x.grad?.tolist()).toEqual([8, 0, 24]);
    expect(await value.grad?.item()).toBe(10);
  });

  test("reach views that were made before the write", async () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.mul(2);
    const tail = y.at(slice(1, null)).at(slice(1, null));
    y.mul_(3);
    tail.sum().backward();
    expect(await x.grad?.tolist()).toEqual([0, 0, 6]);
  });

  test("of a leaf under noGrad leave it a leaf", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    noGrad(() => x.at(0).fill_(5));
    x.square().sum().backward();
    expect(await x.grad?.tolist()).toEqual([10, 4]);
  });
});
