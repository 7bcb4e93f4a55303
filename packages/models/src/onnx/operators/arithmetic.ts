import {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  clamp,
  div,
  fmod,
  remainder,
  type Tensor,
} from "@wgrad/autograd";
import type { Operator, Operators } from "../operator.ts";
import { BOOL } from "../types.ts";
import type { Value } from "../value.ts";
import { compute, given, unary } from "./apply.ts";

type Device = (a: Tensor, b: Tensor) => Tensor;
type Host = (a: number, b: number) => number;

/**
 * Binary operators; attributes of opsets before 7 are accepted where they state what became the
 * rule.
 */
const binary = (device: Device, host?: Host): Operator => ({
  inputs: [2, 2],
  run: (call) => compute([call.value(0), call.value(1)], call.value(0).type, device, host),
});

const compared = (device: Device, host: Host): Operator => ({
  inputs: [2, 2],
  run: (call) => compute([call.value(0), call.value(1)], BOOL, device, host),
});

/** f of the first two inputs, then of the result and the third, and so on. */
const variadic = (
  device: Device,
  host: Host,
  last: (sum: Value, count: number) => Value = (sum) => sum,
): Operator => ({
  inputs: [1, Number.POSITIVE_INFINITY],
  run(call) {
    const values = given(call);
    const all = values.reduce((a, b) => compute([a, b], a.type, device, host));
    return last(all, values.length);
  },
});

const sum: [Device, Host] = [(a, b) => a.add(b), (a, b) => a + b];

/** Rounds to the nearest integer, half to even. */
function nearest(x: number): number {
  const floor = Math.floor(x);
  const over = x - floor;
  if (over === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return over < 0.5 ? floor : floor + 1;
}

const divide: Operator = {
  inputs: [2, 2],
  run(call) {
    const { type } = call.value(0);
    const values = [call.value(0), call.value(1)];
    if (type.fraction)
      return compute(
        values,
        type,
        (a, b) => a.div(b),
        (a, b) => a / b,
      );
    const truncated = (a: Tensor, b: Tensor) => div(a, b, { roundingMode: "trunc" });
    return compute(values, type, truncated, (a, b) => Math.trunc(a / b));
  },
};

const modulo: Operator = {
  inputs: [2, 2],
  attributes: { fmod: [0, 1] },
  run(call) {
    const values = [call.value(0), call.value(1)];
    const { type } = call.value(0);
    if (call.number("fmod", 0) === 1) return compute(values, type, fmod, (a, b) => a % b);
    return compute(values, type, remainder, (a, b) => a - b * Math.floor(a / b));
  },
};

const power: Operator = {
  inputs: [2, 2],
  run(call) {
    const [x, y] = [call.value(0), call.value(1)];
    const device = (a: Tensor, b: Tensor) =>
      !x.type.fraction && y.type.fraction ? a.to(b.dtype).pow(b) : a.pow(b);
    return compute(
      [x, y],
      x.type,
      device,
      x.type.fraction ? Math.pow : (a, b) => Math.trunc(a ** b),
    );
  },
};

const shifted: Operator = {
  inputs: [2, 2],
  attributes: { direction: ["LEFT", "RIGHT"] },
  run(call) {
    const [x, by] = [call.value(0), call.value(1)];
    const shift = call.string("direction", "") === "LEFT" ? bitwiseLeftShift : bitwiseRightShift;
    const dtype = x.type.name === "UINT8" ? "i32" : x.tensor.dtype;
    return compute([x, by], x.type, (a, b) => shift(a.to(dtype), b.to(dtype)));
  },
};

const infinite: Operator = {
  inputs: [1, 1],
  attributes: { detect_negative: [0, 1], detect_positive: [0, 1] },
  run(call) {
    const [low, high] = [call.number("detect_negative", 1), call.number("detect_positive", 1)];
    return compute([call.value(0)], BOOL, (x) => {
      const inf = x.isinf();
      if (low === 1 && high === 1) return inf;
      if (low === high) return inf.logicalAnd(false);
      return inf.logicalAnd(high === 1 ? x.gt(0) : x.lt(0));
    });
  },
};

const clip: Operator = {
  inputs: [1, 3],
  attributes: { min: true, max: true },
  settings: [1, 2],
  run(call) {
    const x = call.value(0);
    const limit = (index: number, name: string): Value | number | undefined =>
      call.optional(index) ?? call.number(name);
    const device = (value: Value | number | undefined): Tensor | number | null => {
      if (value === undefined || typeof value === "number") return value ?? null;
      return value.known === null ? value.tensor : value.number();
    };
    const [low, high] = [device(limit(1, "min")), device(limit(2, "max"))];
    if (low === null && high === null) return x;
    return compute([x], x.type, (t) => clamp(t, low, high));
  },
};

const choose: Operator = {
  inputs: [3, 3],
  run(call) {
    const values = [call.value(0), call.value(1), call.value(2)];
    return compute(
      values,
      call.value(1).type,
      (condition, a, b) => a.where(condition, b),
      (condition, a, b) => (condition === 0 ? b : a),
    );
  },
};

const not: Operator = {
  inputs: [1, 1],
  run: (call) =>
    compute(
      [call.value(0)],
      BOOL,
      (x) => x.logicalNot(),
      (x) => (x === 0 ? 1 : 0),
    ),
};

const one = (yes: boolean): number => (yes ? 1 : 0);

/** Elementwise operators, with broadcasting. */
export const arithmetic: Operators = {
  Abs: unary((x) => x.abs(), Math.abs),
  Acos: unary((x) => x.acos()),
  Acosh: unary((x) => x.acosh()),
  Add: binary(...sum),
  And: compared(
    (a, b) => a.logicalAnd(b),
    (a, b) => one(a !== 0 && b !== 0),
  ),
  Asin: unary((x) => x.asin()),
  Asinh: unary((x) => x.asinh()),
  Atan: unary((x) => x.atan()),
  Atanh: unary((x) => x.atanh()),
  BitShift: shifted,
  BitwiseAnd: binary(bitwiseAnd),
  BitwiseNot: unary(bitwiseNot),
  BitwiseOr: binary(bitwiseOr),
  BitwiseXor: binary(bitwiseXor),
  Ceil: unary((x) => x.ceil(), Math.ceil),
  Clip: clip,
  Cos: unary((x) => x.cos()),
  Cosh: unary((x) => x.cosh()),
  Div: divide,
  Equal: compared(
    (a, b) => a.eq(b),
    (a, b) => one(a === b),
  ),
  Erf: unary((x) => x.erf()),
  Exp: unary((x) => x.exp(), Math.exp),
  Floor: unary((x) => x.floor(), Math.floor),
  Greater: compared(
    (a, b) => a.gt(b),
    (a, b) => one(a > b),
  ),
  GreaterOrEqual: compared(
    (a, b) => a.ge(b),
    (a, b) => one(a >= b),
  ),
  IsInf: infinite,
  IsNaN: {
    inputs: [1, 1],
    run: (call) => compute([call.value(0)], BOOL, (x) => x.isnan()),
  },
  Less: compared(
    (a, b) => a.lt(b),
    (a, b) => one(a < b),
  ),
  LessOrEqual: compared(
    (a, b) => a.le(b),
    (a, b) => one(a <= b),
  ),
  Log: unary((x) => x.log(), Math.log),
  Max: variadic((a, b) => a.maximum(b), Math.max),
  Mean: variadic(...sum, (all, count) =>
    compute(
      [all],
      all.type,
      (x) => x.div(count),
      (x) => x / count,
    ),
  ),
  Min: variadic((a, b) => a.minimum(b), Math.min),
  Mod: modulo,
  Mul: binary(
    (a, b) => a.mul(b),
    (a, b) => a * b,
  ),
  Neg: unary(
    (x) => x.neg(),
    (x) => -x,
  ),
  Not: not,
  Or: compared(
    (a, b) => a.logicalOr(b),
    (a, b) => one(a !== 0 || b !== 0),
  ),
  Pow: power,
  Reciprocal: unary(
    (x) => x.reciprocal(),
    (x) => 1 / x,
  ),
  Round: unary((x) => x.round(), nearest),
  Sign: unary((x) => x.sign(), Math.sign),
  Sin: unary((x) => x.sin()),
  Sinh: unary((x) => x.sinh()),
  Sqrt: unary((x) => x.sqrt(), Math.sqrt),
  Sub: binary(
    (a, b) => a.sub(b),
    (a, b) => a - b,
  ),
  Sum: variadic(...sum),
  Tan: unary((x) => x.tan()),
  Tanh: unary((x) => x.tanh(), Math.tanh),
  Where: choose,
  Xor: compared(
    (a, b) => a.logicalXor(b),
    (a, b) => one((a !== 0) !== (b !== 0)),
  ),
};
