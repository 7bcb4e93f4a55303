import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import { normal, whole } from "./inputs.ts";

const shapes: readonly (readonly [w.Shape, w.Shape])[] = [
  [[4], [4]],
  [[3, 4], [4]],
  [[4], [4, 5]],
  [
    [3, 4],
    [4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 5],
  ],
  [[4], [2, 4, 5]],
  [[2, 3, 4], [4]],
  [
    [3, 4],
    [2, 4, 5],
  ],
  [
    [1, 7],
    [7, 1],
  ],
  [
    [9, 17],
    [17, 11],
  ],
];

testOps([
  ...shapes.map(
    ([a, b]): OpCase => ({
      name: `matmul [${a}] × [${b}]`,
      op: (...[x, y]) => w.matmul(x as w.Tensor, y as w.Tensor),
      inputs: [normal(a), normal(b)],
    }),
  ),
  {
    name: "matmul of integers",
    op: (...[x, y]) => w.matmul(x as w.Tensor, y as w.Tensor),
    inputs: [whole([3, 4], -9, 9), whole([4, 5], -9, 9)],
  },
  {
    name: "matmul over nothing",
    op: (...[x, y]) => w.matmul(x as w.Tensor, y as w.Tensor),
    inputs: [normal([3, 0]), normal([0, 5])],
  },
  {
    name: "mm of transposed",
    op: (...[x, y]) => w.mm((x as w.Tensor).T, (y as w.Tensor).T),
    inputs: [normal([4, 3]), normal([5, 4])],
  },
  {
    name: "bmm",
    op: (...[x, y]) => w.bmm(x as w.Tensor, y as w.Tensor),
    inputs: [normal([2, 3, 4]), normal([2, 4, 5])],
  },
  {
    name: "mv",
    op: (...[x, y]) => w.mv(x as w.Tensor, y as w.Tensor),
    inputs: [normal([3, 4]), normal([4])],
  },
  {
    name: "dot",
    op: (...[x, y]) => w.dot(x as w.Tensor, y as w.Tensor),
    inputs: [normal([7]), normal([7])],
  },
  {
    name: "outer",
    op: (...[x, y]) => w.outer(x as w.Tensor, y as w.Tensor),
    inputs: [normal([3]), normal([4])],
  },
  {
    name: "addmm",
    op: (...[c, x, y]) =>
      w.addmm(c as w.Tensor, x as w.Tensor, y as w.Tensor, { beta: 0.5, alpha: 2 }),
    inputs: [normal([5]), normal([3, 4]), normal([4, 5])],
  },
  {
    name: "baddbmm",
    op: (...[c, x, y]) => w.baddbmm(c as w.Tensor, x as w.Tensor, y as w.Tensor),
    inputs: [normal([2, 3, 5]), normal([2, 3, 4]), normal([2, 4, 5])],
  },
  {
    name: "linear",
    op: (...[x, weight, bias]) => w.linear(x as w.Tensor, weight as w.Tensor, bias as w.Tensor),
    inputs: [normal([2, 3, 4]), normal([5, 4]), normal([5])],
  },
  {
    name: "linear of a vector, without bias",
    op: (...[x, weight]) => w.linear(x as w.Tensor, weight as w.Tensor),
    inputs: [normal([4]), normal([5, 4])],
  },
]);
