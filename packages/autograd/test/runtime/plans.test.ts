import * as w from "@wgrad/autograd";
import { plansOf } from "@wgrad/autograd/testing";
import { describe, expect, test } from "vitest";

type Tensor = w.Tensor;
const x = (...shape: number[]): Tensor =>
  w.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1))).view(shape);
const p = (...shape: number[]): Tensor => x(...shape).requiresGrad_();
const ids = (...shape: number[]): Tensor =>
  w.tensor(new Int32Array(shape.reduce((a, b) => a * b, 1))).view(shape);

/** The value is read, or the gradient of its sum with respect to what is given beside it. */
type Small = () => Tensor | readonly [Tensor, ...Tensor[]];

const small: Readonly<Record<string, Small>> = {
  "one operation": () => x(8, 4).add(1),
  "a chain": () => x(8, 4).mul(2).add(1).tanh().neg(),
  "a value used twice": () => {
    const y = x(8, 4).exp();
    return y.mul(y.add(1));
  },
  "a row and a column": () => x(8, 1).add(x(1, 4)),
  "a comparison as a mask": () => w.where(x(8, 4).gt(0), x(8, 4), 0),
  "a sum of all": () => x(8, 4).sum(),
  "a mean of a chain": () => x(8, 4).square().mean(),
  "a sum of rows, and on": () => x(8, 4).sum(1).sqrt().add(1),
  "a maximum and where it is": () => x(8, 4).max(1).values,
  "a softmax": () => w.softmax(x(8, 16), 1),
  "a log softmax": () => w.logSoftmax(x(8, 16), 1),
  "a variance": () => x(8, 16).var(1),
  "a layer norm": () => w.layerNorm(x(8, 16), [16], { weight: x(16), bias: x(16) }),
  "two sums over the same rows": () => x(8, 16).sum(1).add(x(8, 16).square().sum(1)),
  "a product": () => x(8, 4).matmul(x(4, 16)),
  "a layer": () => w.relu(x(8, 4).matmul(x(4, 16)).add(x(16))),
  "two layers": () =>
    w
      .relu(x(8, 4).matmul(x(4, 16)).add(x(16)))
      .matmul(x(16, 2))
      .add(x(2)),
  "a transposed product": () => x(4, 8).T.matmul(x(4, 16)),
  "a batch of products": () => x(3, 8, 4).matmul(x(3, 4, 2)),
  "three products of one operand": () => {
    const y = x(8, 4);
    return w.cat(
      [x(4, 4), x(4, 4), x(4, 4)].map((weight) => y.matmul(weight)),
      1,
    );
  },
  "a convolution": () => w.conv2d(x(2, 3, 8, 8), x(4, 3, 3, 3), x(4), { padding: 1 }),
  "a convolution, activated and pooled": () =>
    w.maxPool2d(w.relu(w.conv2d(x(2, 3, 8, 8), x(4, 3, 3, 3), x(4))), 2),
  "a mean pool": () => w.avgPool2d(x(2, 3, 8, 8), 2),
  "a transposed view": () => x(8, 4).T.mul(2),
  "a reshaped result": () => x(8, 4).mul(2).reshape([4, 8]).add(1),
  "a slice": () => x(8, 4).narrow(0, 2, 3).mul(2),
  "a join": () => w.cat([x(8, 4).mul(2), x(2, 4)], 0),
  "a stack": () => w.stack([x(4), x(4)]).sum(0),
  "padding, and on": () => w.pad(x(8, 4), [1, 1]).mul(2),
  "a flip": () => x(8, 4).flip(0).add(1),
  "a lookup": () => w.embedding(ids(5), x(10, 4)),
  "a lookup, summed": () => w.embedding(ids(5, 3), x(10, 4)).sum(1),
  "chosen rows": () => x(10, 4).indexSelect(0, ids(3)).mul(2),
  "one of each row": () => x(8, 4).gather(1, ids(8, 1)).log(),
  "written by index": () => x(10, 4).indexAdd(0, ids(3), x(3, 4)),
  "a running sum": () => x(8, 16).cumsum(1).mul(2),
  sorted: () => x(8, 16).sort(1).values,
  "the largest": () => x(8, 16).topk(3).values,
  "one hot": () => w.oneHot(ids(8), 4).sum(0),
  attention: () => w.scaledDotProductAttention(x(2, 8, 4), x(2, 8, 4), x(2, 8, 4)),
  "causal attention": () =>
    w.scaledDotProductAttention(x(2, 8, 4), x(2, 8, 4), x(2, 8, 4), { isCausal: true }),
  "a cross entropy": () => w.crossEntropy(x(8, 4), ids(8)),
  "a squared error": () => w.mseLoss(x(8, 4), x(8, 4)),
  "a distance of all pairs": () => w.cdist(x(8, 4), x(6, 4)),
  "an einsum": () => w.einsum("bij,bjk->bik", x(2, 3, 4), x(2, 4, 5)),
  "a norm": () => x(8, 4).norm().add(1),
  "draws of the device": () => w.rand([8, 4], { generator: "device" }).lt(0.5).to("f32"),
  "gradient of a chain": () => {
    const a = p(8, 4);
    return [a.mul(2).tanh(), a];
  },
  "gradient of a layer": () => {
    const [a, weight, bias] = [p(8, 4), p(4, 16), p(16)];
    return [w.relu(a.matmul(weight).add(bias)), a, weight, bias];
  },
  "gradient of a softmax": () => {
    const a = p(8, 16);
    return [w.softmax(a, 1).square(), a];
  },
  "gradient of a layer norm": () => {
    const [a, weight, bias] = [p(8, 16), p(16), p(16)];
    return [w.layerNorm(a, [16], { weight, bias }).square(), a, weight, bias];
  },
  "gradient of a cross entropy": () => {
    const a = p(8, 4);
    return [w.crossEntropy(a, ids(8)), a];
  },
  "gradient of a convolution": () => {
    const [a, weight, bias] = [p(2, 3, 8, 8), p(4, 3, 3, 3), p(4)];
    return [w.conv2d(a, weight, bias).square(), a, weight, bias];
  },
  "gradient of a maximum pool": () => {
    const a = p(2, 3, 8, 8);
    return [w.maxPool2d(a, 2).square(), a];
  },
  "gradient of a lookup": () => {
    const table = p(10, 4);
    return [w.embedding(ids(5), table).square(), table];
  },
  "gradient of attention": () => {
    const [q, k, v] = [p(2, 8, 4), p(2, 8, 4), p(2, 8, 4)];
    return [w.scaledDotProductAttention(q, k, v).square(), q, k, v];
  },
  "gradient of a join": () => {
    const [a, b] = [p(8, 4), p(2, 4)];
    return [w.cat([a, b]).square(), a, b];
  },
  "gradient of a slice": () => {
    const a = p(8, 4);
    return [a.narrow(0, 2, 3).square(), a];
  },
  "gradient of a row and a column": () => {
    const [a, b] = [p(8, 1), p(1, 4)];
    return [a.mul(b).square(), a, b];
  },
  "gradient of a running sum": () => {
    const a = p(8, 16);
    return [a.cumsum(1).square(), a];
  },
  "gradient of the largest": () => {
    const a = p(8, 16);
    return [a.topk(3).values.square(), a];
  },
  "a second derivative": () => {
    const a = p(8);
    const [slope] = w.grad(a.sin().sum(), [a], { createGraph: true }) as [Tensor];
    return [slope.square(), a];
  },
};

/** Work that changes what it is given. */
const changing: Readonly<Record<string, () => unknown>> = {
  "a step of gradient descent on four parameters": async () => {
    const all = [p(8, 4), p(4), p(4, 2), p(2)];
    const loss = all.map((a) => a.square().sum()).reduce((a, b) => a.add(b));
    loss.backward();
    w.noGrad(() => {
      for (const a of all) a.sub_((a.grad as Tensor).mul(0.1));
    });
    await loss.item();
  },
  momentum: async () => {
    const [a, m] = [p(8, 4), x(8, 4)];
    a.square().sum().backward();
    w.noGrad(() => {
      m.mul_(0.9).add_(a.grad as Tensor);
      a.sub_(m.mul(0.1));
    });
    await a.data();
  },
  "a row written in place": async () => {
    const a = w.zeros([8, 4]);
    a.select(0, 3).copy_(x(4));
    await a.data();
  },
};

describe("the plan of a small program, as text", () => {
  test.each(Object.entries(small))("%s", async (_, program) => {
    const lines = await plansOf(async () => {
      const result = program();
      if (!Array.isArray(result)) return (result as Tensor).data();
      const [output, ...leaves] = result as [Tensor, ...Tensor[]];
      output.sum().backward();
      return Promise.all(leaves.map((leaf) => (leaf.grad as Tensor).data()));
    });
    expect(`\n${lines.join("\n")}\n`).toMatchSnapshot();
  });

  test.each(Object.entries(changing))("%s", async (_, program) => {
    expect(`\n${(await plansOf(program)).join("\n")}\n`).toMatchSnapshot();
  });
});
