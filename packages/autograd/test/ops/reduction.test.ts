import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, constant, distinct, type Input, normal, truth, whole } from "./inputs.ts";

type OfOne = (x: w.Tensor) => w.Tensor | readonly w.Tensor[];
type Reduction = (x: w.Tensor, dim?: w.Dims, options?: { readonly keepdim?: boolean }) => w.Tensor;

/** Reductions that take any dimensions. */
const reductions: Readonly<Record<string, readonly [Reduction, Input]>> = {
  sum: [w.sum, normal([2, 3, 4])],
  mean: [w.mean, normal([2, 3, 4])],
  prod: [w.prod, awayFromZero([2, 3, 4], 0.5, 1.5)],
  amax: [w.amax, distinct([2, 3, 4])],
  amin: [w.amin, distinct([2, 3, 4])],
  variance: [w.variance, normal([2, 3, 4])],
  std: [w.std, normal([2, 3, 4])],
  logsumexp: [(x, dim, options) => w.logsumexp(x, dim ?? null, options), normal([2, 3, 4])],
  norm: [(x, dim, options) => w.norm(x, 2, dim, options), normal([2, 3, 4])],
  all: [w.all, truth([2, 3, 4])],
  any: [w.any, truth([2, 3, 4])],
  countNonzero: [w.countNonzero, whole([2, 3, 4], 0, 3)],
  nansum: [w.nansum, normal([2, 3, 4])],
  "sum of integers": [w.sum, whole([2, 3, 4], -99, 99)],
  "sum of bools": [w.sum, truth([2, 3, 4])],
  "prod of integers": [w.prod, whole([2, 3, 4], 1, 4)],
};

const over: Readonly<Record<string, (op: Reduction) => OfOne>> = {
  "": (op) => (x) => op(x),
  " over the last": (op) => (x) => op(x, -1),
  " over the first, kept": (op) => (x) => op(x, 0, { keepdim: true }),
  " over two": (op) => (x) => op(x, [0, 2]),
};

const rows: Readonly<Record<string, readonly [op: OfOne, x?: Input]>> = {
  argmax: [(x) => w.argmax(x), constant(distinct([2, 3, 4]))],
  "argmax along": [(x) => w.argmax(x, 1, { keepdim: true }), constant(distinct([2, 3, 4]))],
  argmin: [(x) => w.argmin(x, -1), constant(distinct([2, 3, 4]))],
  max: [(x) => w.max(x), distinct([2, 3, 4])],
  min: [(x) => w.min(x), distinct([2, 3, 4])],
  "max along": [(x) => Object.values(w.max(x, 1)), distinct([2, 3, 4])],
  "min along, kept": [(x) => Object.values(w.min(x, 0, { keepdim: true })), distinct([2, 3, 4])],
  "max of integers along": [(x) => Object.values(w.max(x, 1)), whole([3, 4], -9, 9)],
  "variance without correction": [(x) => w.variance(x, 1, { correction: 0 })],
  "norm 1": [(x) => w.norm(x, 1), awayFromZero([3, 4])],
  "norm 3": [(x) => w.norm(x, 3, 1), awayFromZero([3, 4])],
  "norm ∞": [(x) => w.norm(x, Infinity, 1), distinct([3, 4])],
  "norm −∞": [(x) => w.norm(x, -Infinity, 1), distinct([3, 4])],
  "norm 0": [(x) => w.norm(x, 0), constant(awayFromZero([3, 4]))],
  softmax: [(x) => w.softmax(x, 1)],
  logSoftmax: [(x) => w.logSoftmax(x, 0)],
  softmin: [(x) => w.softmin(x, -1)],
};

testOps([
  ...Object.entries(reductions).flatMap(([name, [op, input]]) =>
    Object.entries(over).map(
      ([how, call]): OpCase => ({
        name: name + how,
        op: (x) => call(op)(x as w.Tensor),
        inputs: [input],
      }),
    ),
  ),
  ...Object.entries(rows).map(
    ([name, [op, input = normal([3, 4])]]): OpCase => ({
      name,
      op: (x) => op(x as w.Tensor),
      inputs: [input],
    }),
  ),
]);
