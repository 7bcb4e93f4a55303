import { enableGrad, grad, init, noGrad, ones, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

const leaf = (values: number | number[]): Tensor => tensor(values, { requiresGrad: true });
const gradientOf = (x: Tensor): Tensor | null => x.grad;
const said = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing was wrong";
};

describe("backward", () => {
  test("adds to the gradients that are there, of every leaf once", async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    x.mul(y).sum().backward();
    x.mul(x).sum().backward();
    expect(await x.grad?.tolist()).toEqual([5, 8]);
    expect(await y.grad?.tolist()).toEqual([1, 2]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  test("starts from the gradient it is given", async () => {
    const x = leaf([1, 2]);
    x.square().backward(tensor([10, 100]));
    expect(await x.grad?.tolist()).toEqual([20, 400]);
  });

  test("takes a single number in any number of dimensions", async () => {
    const x = leaf([3]);
    x.mul(2).reshape(1, 1).backward();
    expect(await x.grad?.tolist()).toEqual([2]);
  });

  test("goes through a graph of twenty thousand steps", async () => {
    const x = leaf(1);
    let y = x.mul(1);
    for (let i = 0; i < 20_000; i++) y = y.add(1);
    y.backward();
    expect(await x.grad?.item()).toBe(1);
  });

  test("leaves a tensor that is used in two ways its two gradients' sum", async () => {
    const x = leaf([1, 2, 3]);
    const h = x.mul(2);
    h.narrow(0, 0, 2).sum().add(h.square().sum()).backward();
    expect(await x.grad?.tolist()).toEqual([10, 18, 24]);
  });

  test("with createGraph the gradient has a graph of its own", async () => {
    const x = leaf([2]);
    x.pow(3).backward(null, { createGraph: true });
    const slope = x.grad as Tensor;
    expect(slope.requiresGrad).toBe(true);
    x.grad = null;
    slope.sum().backward();
    expect(await gradientOf(x)?.tolist()).toEqual([12]);
  });

  test("after a backward the graph is gone, unless it was retained", async () => {
    const x = leaf([2]);
    const y = x.square();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(await x.grad?.tolist()).toEqual([8]);
    expect(() => y.backward()).toThrow("already consumed by an earlier backward");
  });
});

describe("grad", () => {
  test("touches nobody's .grad", async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const [dx, dy] = grad(x.mul(y).sum(), [x, y]);
    expect(await dx?.tolist()).toEqual([3, 4]);
    expect(await dy?.tolist()).toEqual([1, 2]);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  test("takes tensors inside the graph, and one within another's past", async () => {
    const x = leaf([1, 2]);
    const h = x.mul(3);
    const [dx, dh] = grad(h.square().sum(), [x, h]);
    expect(await dh?.tolist()).toEqual([6, 12]);
    expect(await dx?.tolist()).toEqual([18, 36]);
  });

  test("weighs several outputs with gradOutputs", async () => {
    const x = leaf([1, 2]);
    const weights = [tensor([1, 10]), null];
    const [dx] = grad([x.square(), x.sum()], x, { gradOutputs: weights });
    expect(await dx?.tolist()).toEqual([3, 41]);
  });

  test("gives null for what was not used, where that is allowed", () => {
    const [x, y] = [leaf([1]), leaf([2])];
    expect(() => grad(x.sum(), [y])).toThrow("input 0 was not used to compute the outputs");
    expect(grad(x.sum(), [y], { allowUnused: true })).toEqual([null]);
  });

  test("of an output with respect to itself is one", async () => {
    const x = leaf([5]);
    expect(await grad(x, x)[0]?.tolist()).toEqual([1]);
  });

  test("consumes no more of the graph than it went through", async () => {
    const x = leaf([1, 2]);
    const h = x.mul(3);
    const [dh] = grad(h.square().sum(), h) as [Tensor];
    const [dx] = grad(h, x, { gradOutputs: [dh] });
    expect(await dx?.tolist()).toEqual([18, 36]);
    expect(() => grad(h, x, { gradOutputs: [dh] })).toThrow(
      "already consumed by an earlier backward",
    );
  });

  test("is on the tape with createGraph only", () => {
    const x = leaf([1]);
    expect(grad(x.exp(), x)[0]?.requiresGrad).toBe(false);
    expect(grad(x.exp(), x, { createGraph: true })[0]?.requiresGrad).toBe(true);
  });
});

describe("hooks", () => {
  test("see the whole gradient once, and may replace it", async () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    const seen: Tensor[] = [];
    h.registerHook((gradient) => {
      seen.push(gradient);
      return gradient.mul(10);
    });
    h.sum().add(h.square().sum()).backward();
    expect(seen).toHaveLength(1);
    expect(await seen[0]?.tolist()).toEqual([5, 9]);
    expect(await x.grad?.tolist()).toEqual([100, 180]);
  });

  test("run in order, and no more once removed", async () => {
    const x = leaf([1]);
    const order: string[] = [];
    const first = x.registerHook((gradient) => {
      order.push("first");
      return gradient.add(1);
    });
    x.registerHook((gradient) => {
      order.push("second");
      return gradient.mul(2);
    });
    x.mul(3).backward();
    expect(await x.grad?.tolist()).toEqual([8]);
    first.remove();
    first.remove();
    x.grad = null;
    x.mul(3).backward();
    expect(await gradientOf(x)?.tolist()).toEqual([6]);
    expect(order).toEqual(["first", "second", "second"]);
  });

  test("on a result run for grad() too", async () => {
    const x = leaf([1]);
    const h = x.mul(2);
    h.registerHook((gradient) => gradient.mul(5));
    const [dx, dh] = grad(h.sum(), [x, h]);
    expect([await dx?.item(), await dh?.item()]).toEqual([10, 5]);
  });

  test("retainGrad keeps the gradient of a result, and adds the next", async () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    expect(h.grad).toBeNull();
    h.retainGrad();
    const y = h.square().sum();
    y.backward(null, { retainGraph: true });
    expect(await h.grad?.tolist()).toEqual([4, 8]);
    y.backward();
    expect(await h.grad?.tolist()).toEqual([8, 16]);
    h.grad = null;
    expect(h.grad).toBeNull();
    x.retainGrad(); // a leaf does so anyway
    expect(await x.grad?.tolist()).toEqual([16, 32]);
  });
});

describe("the tape", () => {
  test("ends at detach and in noGrad, and begins again in enableGrad", () => {
    const x = leaf([1]);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(x.detach().requiresGrad).toBe(false);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(noGrad(() => x.reshape(1, 1)).requiresGrad).toBe(false);
    expect([x.isLeaf, x.mul(2).isLeaf, x.detach().isLeaf]).toEqual([true, false, true]);
  });

  test("is not entered by whole numbers and comparisons", () => {
    const x = leaf([1, 2]);
    expect(x.gt(1).requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
    expect(x.to("i32").requiresGrad).toBe(false);
  });

  test("goes through casts between fractions, twice too", async () => {
    const x = tensor([2, 3], { dtype: "f64", requiresGrad: true });
    const [slope] = grad(x.to("f32").pow(3).to("f64").sum(), x, { createGraph: true });
    expect([slope?.dtype, await slope?.tolist()]).toEqual(["f64", [12, 27]]);
    const [second] = grad((slope as Tensor).sum(), x);
    expect(await second?.tolist()).toEqual([12, 18]);
  });

  test("follows a write into a view of a tensor", async () => {
    const x = leaf([1, 2, 3]);
    const h = x.mul(1);
    h.narrow(0, 1, 1).mul_(10);
    h.square().sum().backward();
    expect(await x.grad?.tolist()).toEqual([2, 400, 6]);
  });

  test("is sound after an error in the middle of a call", async () => {
    const x = leaf([1, 2]);
    const h = x.mul(2);
    expect(() => h.add(zeros([3]))).toThrow();
    expect(() => noGrad(() => h.add(zeros([3])))).toThrow();
    h.sum().backward();
    expect(await x.grad?.tolist()).toEqual([2, 2]);
  });
});

/** What a misuse says. */
const mistakes: Readonly<Record<string, () => unknown>> = {
  "backward of a tensor without a graph": () => ones([1]).backward(),
  "backward of several numbers": () => leaf([1, 2]).mul(2).backward(),
  "a gradient of another shape": () =>
    leaf([1, 2])
      .mul(2)
      .backward(ones([3])),
  "backward twice": () => {
    const y = leaf([1]).square();
    y.backward();
    y.backward();
  },
  "backward through a consumed part": () => {
    const h = leaf([1]).square();
    h.mul(2).backward();
    h.mul(3).backward();
  },
  "grad with respect to a constant": () => grad(leaf([1]).mul(2), ones([1])),
  "grad of what was not used": () => grad(leaf([1]).mul(2), leaf([1])),
  "a gradient that does not fit": () => {
    leaf([1, 2]).grad = ones([3]);
  },
  "a gradient that is no tensor": () => {
    leaf([1, 2]).grad = [1, 1] as unknown as Tensor;
  },
  "a hook without a gradient": () => ones([1]).registerHook(() => undefined),
  "a hook on a consumed graph": () => {
    const y = leaf([1]).mul(2);
    y.backward();
    y.registerHook(() => undefined);
  },
  "retainGrad without a gradient": () => ones([1]).retainGrad(),
  "whole numbers that require a gradient": () => tensor([1], { dtype: "i32", requiresGrad: true }),
  "a result that shall require none": () => {
    leaf([1]).mul(2).requiresGrad = false;
  },
  "a mode around a promise": () => noGrad(() => Promise.resolve(1)),
};

test.each(Object.entries(mistakes))("%s", (_, mistake) => {
  expect(said(mistake)).toMatchSnapshot();
});
