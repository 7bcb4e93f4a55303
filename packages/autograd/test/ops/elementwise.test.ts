import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, type Input, normal, uniform } from "./inputs.ts";

const shape = [3, 5];
const flat = { gradcheck: "the slope is 0, and jumps" } as const;

/** Functions of one tensor, with the numbers they are defined for. */
const rows: Readonly<Record<string, readonly [w.UnaryOp, Input]>> = {
  neg: [w.neg, normal(shape)],
  abs: [w.abs, awayFromZero(shape)],
  sign: [w.sign, awayFromZero(shape)],
  exp: [w.exp, normal(shape)],
  exp2: [w.exp2, normal(shape)],
  expm1: [w.expm1, normal(shape)],
  log: [w.log, uniform(shape, 0.1, 4)],
  log2: [w.log2, uniform(shape, 0.1, 4)],
  log10: [w.log10, uniform(shape, 0.1, 4)],
  log1p: [w.log1p, uniform(shape, -0.8, 4)],
  sqrt: [w.sqrt, uniform(shape, 0.1, 4)],
  rsqrt: [w.rsqrt, uniform(shape, 0.1, 4)],
  square: [w.square, normal(shape)],
  reciprocal: [w.reciprocal, awayFromZero(shape)],
  sin: [w.sin, normal(shape)],
  cos: [w.cos, normal(shape)],
  tan: [w.tan, uniform(shape, -1.2, 1.2)],
  asin: [w.asin, uniform(shape, -0.9, 0.9)],
  acos: [w.acos, uniform(shape, -0.9, 0.9)],
  atan: [w.atan, normal(shape)],
  sinh: [w.sinh, normal(shape)],
  cosh: [w.cosh, normal(shape)],
  tanh: [w.tanh, normal(shape)],
  asinh: [w.asinh, normal(shape)],
  acosh: [w.acosh, uniform(shape, 1.1, 4)],
  atanh: [w.atanh, uniform(shape, -0.9, 0.9)],
  erf: [w.erf, normal(shape)],
  sigmoid: [w.sigmoid, normal(shape)],
  floor: [w.floor, uniform(shape, 0.1, 0.9)],
  ceil: [w.ceil, uniform(shape, 0.1, 0.9)],
  trunc: [w.trunc, uniform(shape, 0.1, 0.9)],
  round: [w.round, uniform(shape, 0.6, 0.9)],
  frac: [w.frac, uniform(shape, 0.1, 0.9)],
  relu: [w.relu, awayFromZero(shape)],
  relu6: [w.relu6, awayFromZero(shape, 0.3, 9)],
  silu: [w.silu, normal(shape)],
  gelu: [w.gelu, normal(shape)],
  softplus: [w.softplus, normal(shape)],
  elu: [w.elu, awayFromZero(shape)],
  selu: [w.selu, awayFromZero(shape)],
  leakyRelu: [w.leakyRelu, awayFromZero(shape)],
  hardtanh: [w.hardtanh, awayFromZero(shape, 0.2, 0.9)],
  hardswish: [w.hardswish, awayFromZero(shape, 0.3, 2.9)],
  hardsigmoid: [w.hardsigmoid, awayFromZero(shape, 0.3, 2.9)],
  mish: [w.mish, normal(shape)],
  logsigmoid: [w.logsigmoid, normal(shape)],
  softsign: [w.softsign, awayFromZero(shape)],
  tanhshrink: [w.tanhshrink, normal(shape)],
  softshrink: [w.softshrink, awayFromZero(shape, 0.7, 2)],
};

testOps([
  ...Object.entries(rows).map(
    ([name, [op, input]]): OpCase => ({
      name,
      op: (x) => op(x as w.Tensor),
      inputs: [input],
      anyShape: true,
    }),
  ),
  {
    name: "gelu, approximated by tanh",
    op: (x) => w.gelu(x as w.Tensor, { approximate: "tanh" }),
    inputs: [normal(shape)],
  },
  {
    name: "softplus with beta and threshold",
    op: (x) => w.softplus(x as w.Tensor, { beta: 2, threshold: 3 }),
    inputs: [normal(shape)],
  },
  {
    name: "elu with alpha",
    op: (x) => w.elu(x as w.Tensor, { alpha: 0.5 }),
    inputs: [awayFromZero(shape)],
  },
  {
    name: "threshold",
    op: (x) => w.threshold(x as w.Tensor, 0.1, 20),
    inputs: [awayFromZero(shape)],
    anyShape: true,
  },
  {
    name: "round to decimals",
    op: (x) => w.round(x as w.Tensor, { decimals: 1 }),
    inputs: [normal(shape, 5)],
    skip: flat,
  },
  {
    name: "clamp",
    op: (x) => w.clamp(x as w.Tensor, -0.5, 0.7),
    inputs: [awayFromZero(shape, 0.1, 0.4)],
    anyShape: true,
  },
  {
    name: "clamp between tensors",
    op: (...[x, low, high]) => w.clamp(x as w.Tensor, low, high),
    inputs: [normal([3, 4]), uniform([4], -0.9, -0.2), uniform([3, 1], 0.2, 0.9)],
    anyShape: true,
  },
  {
    name: "nanToNum",
    op: (x) => w.nanToNum(w.log(w.relu(x as w.Tensor)), { neginf: -7 }),
    inputs: [awayFromZero(shape)],
    skip: { gradcheck: "log'(0) is infinite", gradgradcheck: "log'(0) is infinite" },
  },
]);
