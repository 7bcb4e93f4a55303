import { hessian, init, jacobian, matmul, type Tensor, tensor } from "@wgrad/autograd";
import { gradcheck } from "@wgrad/autograd/testing";
import { beforeAll, describe, expect, test } from "vitest";

const a = tensorOf([
  [2, 1, 0],
  [0, 3, -1],
]);

/** Made when asked for: the device comes first. */
function tensorOf(values: number[][]): () => Tensor {
  return () => tensor(values);
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test("the Jacobian of a linear map is its matrix", async () => {
    const x = tensor([1, -2, 0.5]);
    const J = jacobian((v) => matmul(a(), v), x);
    expect(await J.tolist()).toEqual(await a().tolist());
    expect(x.requiresGrad || J.requiresGrad).toBe(false);
  });

  test("its shape is the result's and then the operand's", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const J = jacobian((v) => v.square().sum(1), x);
    expect(J.shape).toEqual([2, 2, 3]);
    expect(await J.tolist()).toEqual([
      [
        [2, 4, 6],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [8, 10, 12],
      ],
    ]);
    expect(await jacobian((v) => v.sum(), x).tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  test("what the result does not depend on has slope 0", async () => {
    const J = jacobian(() => tensor([1, 2], { requiresGrad: true }).mul(3), tensor([1]));
    expect(await J.tolist()).toEqual([[0], [0]]);
    const H = hessian((v) => v.sum(), tensor([1, 2]));
    expect(await H.tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("a result off the tape has slope 0", async () => {
    expect(await jacobian(() => tensor([1, 2]), tensor([1])).tolist()).toEqual([[0], [0]]);
    expect(await hessian(() => tensor(2), tensor([1])).tolist()).toEqual([[0]]);
  });

  test("of nothing there are no rows", async () => {
    expect(jacobian((v) => v.narrow(0, 0, 0), tensor([1, 2])).shape).toEqual([0, 2]);
    expect(jacobian((v) => v.mul(2), tensor([], { shape: [0] })).shape).toEqual([0, 0]);
  });

  test("the Hessian of a quadratic form is its symmetric part", async () => {
    const H = hessian((v) => v.dot(matmul(a().T, matmul(a(), v))), tensor([1, 2, 3]));
    const twice = matmul(a().T, a()).mul(2);
    expect(await H.tolist()).toEqual(await twice.tolist());
  });

  test("the Hessian of a product has the other factor beside the diagonal", async () => {
    const H = hessian((v) => v.at(0).mul(v.at(1)).mul(v.at(2)), tensor([2, 3, 5]));
    expect(await H.tolist()).toEqual([
      [0, 5, 3],
      [5, 0, 2],
      [3, 2, 0],
    ]);
  });

  test("of several numbers there is no Hessian", () => {
    expect(() => hessian((v) => v.mul(2), tensor([1, 2]))).toThrow(
      "hessian: the function must return a scalar\n  result: [2]\n  hint: jacobian takes any result",
    );
  });
});

test("with createGraph they can be differentiated again", async () => {
  await init({ device: "cpu" });
  const x = tensor([0.4, -1.1], { dtype: "f64", requiresGrad: true });
  const twisted = (v: Tensor) => v.sin().mul(v.sum());
  await gradcheck((v) => jacobian(twisted, v, { createGraph: true }), [x]);
  await gradcheck((v) => hessian((u) => twisted(u).sum(), v, { createGraph: true }), [x]);
});
