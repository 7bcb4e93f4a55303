import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import {
  awayFromZero,
  constant,
  distinct,
  type Input,
  normal,
  truth,
  uniform,
  whole,
} from "./inputs.ts";

type Binary = (a: w.Tensor, b: w.Tensor) => w.Tensor;

/** Functions of two tensors, on operands that broadcast. */
const rows: Readonly<Record<string, readonly [op: Binary, a: Input, b: Input]>> = {
  add: [w.add, normal([3, 4]), normal([4])],
  sub: [w.sub, normal([2, 1, 4]), normal([3, 1])],
  rsub: [w.rsub, normal([3, 4]), normal([])],
  mul: [w.mul, normal([3, 1]), normal([1, 4])],
  div: [w.div, normal([3, 4]), awayFromZero([4])],
  pow: [w.pow, uniform([3, 4], 0.3, 2), normal([3, 1])],
  maximum: [w.maximum, distinct([3, 4]), uniform([4], 0.2, 0.3)],
  minimum: [w.minimum, distinct([3, 4]), uniform([4], 0.2, 0.3)],
  fmod: [w.fmod, uniform([3, 4], 3.2, 3.8), uniform([4], 1.1, 1.4)],
  remainder: [w.remainder, uniform([3, 4], -3.8, -3.2), uniform([4], 1.1, 1.4)],
  atan2: [w.atan2, awayFromZero([3, 4]), awayFromZero([4])],
  xlogy: [w.xlogy, normal([3, 4]), uniform([4], 0.2, 4)],
  logaddexp: [w.logaddexp, normal([3, 1]), normal([4])],
  logaddexp2: [w.logaddexp2, normal([3, 4]), normal([4])],
  "add with alpha": [(a, b) => w.add(a, b, { alpha: 2.5 }), normal([3, 4]), normal([4])],
  "sub with alpha": [(a, b) => w.sub(a, b, { alpha: 0.5 }), normal([3, 4]), normal([4])],
  "pow with a constant exponent": [w.pow, awayFromZero([3, 4]), constant(whole([4], 1, 4, "f32"))],
  eq: [w.eq, whole([3, 4], 0, 3), whole([4], 0, 3)],
  ne: [w.ne, whole([3, 4], 0, 3), whole([4], 0, 3)],
  lt: [w.lt, constant(normal([3, 4])), constant(normal([4]))],
  le: [w.le, constant(normal([3, 4])), constant(normal([4]))],
  gt: [w.gt, constant(normal([3, 4])), constant(normal([4]))],
  ge: [w.ge, constant(normal([3, 4])), constant(normal([4]))],
  logicalAnd: [w.logicalAnd, truth([3, 4]), whole([4], 0, 2)],
  logicalOr: [w.logicalOr, truth([3, 4]), truth([4])],
  logicalXor: [w.logicalXor, truth([3, 4]), truth([4])],
  bitwiseAnd: [w.bitwiseAnd, whole([3, 4], -99, 99), whole([4], 0, 99)],
  bitwiseOr: [w.bitwiseOr, whole([3, 4], -99, 99), whole([4], 0, 99)],
  bitwiseXor: [w.bitwiseXor, truth([3, 4]), truth([4])],
  bitwiseLeftShift: [w.bitwiseLeftShift, whole([3, 4], -99, 99), whole([4], -2, 40)],
  bitwiseRightShift: [w.bitwiseRightShift, whole([3, 4], -99, 99), whole([4], -2, 40)],
  "add of integers": [w.add, whole([3, 4], -99, 99), whole([4], -99, 99)],
  "mul of integers past 2³²": [w.mul, whole([3, 4], 1, 2 ** 31 - 1), whole([4], 1, 2 ** 31 - 1)],
  "div of integers": [w.div, whole([3, 4], -99, 99), whole([4], 1, 9)],
  "add of an integer and a fraction": [w.add, whole([3, 4], -9, 9), normal([4])],
  "mul of a bool and a fraction": [w.mul, truth([3, 4]), normal([4])],
  "add of bools": [w.add, truth([3, 4]), truth([4])],
  "fmod of integers": [w.fmod, whole([3, 4], -99, 99), whole([4], 1, 9)],
  "remainder of integers": [w.remainder, whole([3, 4], -99, 99), whole([4], -9, -1)],
  "pow of integers": [w.pow, whole([3, 4], -4, 5), whole([4], 0, 5)],
  floorDivide: [w.floorDivide, whole([3, 4], -99, 99), whole([4], 1, 9)],
};

testOps([
  ...Object.entries(rows).map(
    ([name, [op, a, b]]): OpCase => ({
      name,
      op: (...[x, y]) => op(x as w.Tensor, y as w.Tensor),
      inputs: [a, b],
      anyShape: true,
    }),
  ),
  {
    name: "div rounded down",
    op: (...[a, b]) => w.div(a as w.Tensor, b as w.Tensor, { roundingMode: "floor" }),
    inputs: [uniform([3, 4], 3.2, 3.8), uniform([4], 1.1, 1.4)],
    anyShape: true,
  },
  {
    name: "div rounded to zero",
    op: (...[a, b]) => w.div(a as w.Tensor, b as w.Tensor, { roundingMode: "trunc" }),
    inputs: [uniform([3, 4], -3.8, -3.2), uniform([4], 1.1, 1.4)],
    anyShape: true,
  },
  {
    name: "arithmetic with numbers",
    op: (x) => w.sub(1, (x as w.Tensor).mul(2.5).div(3).pow(3)),
    inputs: [awayFromZero([3, 4])],
    anyShape: true,
  },
  {
    name: "pow of a number",
    op: (x) => w.pow(2, x as w.Tensor),
    inputs: [normal([3, 4])],
    anyShape: true,
  },
  {
    name: "where",
    op: (...[c, a, b]) => w.where(c as w.Tensor, a as w.Tensor, b as w.Tensor),
    inputs: [truth([3, 1]), normal([4]), normal([2, 3, 4])],
    anyShape: true,
  },
  {
    name: "where with numbers",
    op: (...[c, a]) => w.where(c as w.Tensor, a as w.Tensor, -1),
    inputs: [truth([3, 4]), normal([4])],
    anyShape: true,
  },
  {
    name: "logicalNot",
    op: (x) => w.logicalNot(x as w.Tensor),
    inputs: [constant(normal([3, 4]))],
    anyShape: true,
  },
  {
    name: "bitwiseNot",
    op: (x) => w.bitwiseNot(x as w.Tensor),
    inputs: [whole([3, 4], -9, 9)],
    anyShape: true,
  },
  ...(["i32", "u8", "bool", "u32"] as const).map(
    (dtype): OpCase => ({
      name: `f32 to ${dtype}`,
      op: (x) => (x as w.Tensor).to(dtype),
      inputs: [constant(uniform([3, 4], 0, 200))],
      anyShape: true,
    }),
  ),
  ...(["i32", "u8", "bool", "u32"] as const).map(
    (dtype): OpCase => ({
      name: `${dtype} to f32`,
      op: (x) => (x as w.Tensor).to("f32"),
      inputs: [whole([3, 4], 0, 2, dtype)],
      anyShape: true,
    }),
  ),
]);
