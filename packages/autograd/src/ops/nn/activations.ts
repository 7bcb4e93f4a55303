import { type DType, floatOf } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { noAttributes } from "../../graph/attributes.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { normalizeDim, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, type UnaryOp, unaryFloat } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { cast, checkDTypeOf, held, refuseBool, zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { reshape } from "../core/layout.ts";
import { add, mul, sub, trueDivide } from "../math/arithmetic.ts";
import { gt, le, logicalAnd, logicalOr, lt, where } from "../math/comparison.ts";
import { abs, erf, exp, sigmoid, tanh } from "../math/unary.ts";
import { narrow } from "../shape/movement.ts";

/**
 * An op of one operand and some numbers: y = f(x; numbers…). Integers give f32 unless told
 * otherwise.
 */
interface ShapedSpec {
  readonly name: string;
  readonly count: number;
  readonly reference: (...values: number[]) => number;
  readonly expression: (...values: Expr[]) => Expr;
  readonly rule: (dy: Tensor, x: Tensor, numbers: readonly number[]) => Tensor;
}

type Shaped = (x: Tensor, ...numbers: readonly number[]) => Tensor;

function shaped(spec: ShapedSpec, resultType: (x: Tensor) => DType = ofFraction): Shaped {
  const { name, count, reference, expression, rule } = spec;
  const op: Op = elementwise({
    name,
    scalars: new Array<"result">(count).fill("result"),
    reference,
    expression,
    saves: [0],
    gradient: (dy, [x], { scalars }) => [rule(dy, x as Tensor, scalars)],
  });
  return (x, ...numbers) => {
    checkTensor(name, x);
    const dtype = resultType(x);
    return record(op, [cast(x, dtype)], x.shape, dtype, noAttributes, numbers);
  };
}

function ofFraction(x: Tensor): DType {
  return floatOf(x.dtype);
}

function ofOperand(x: Tensor): DType {
  return x.dtype;
}

const hardtanhOp = shaped(
  {
    name: "hardtanh",
    count: 2,
    reference: (x, low, high) => Math.min(Math.max(x as number, low as number), high as number),
    expression: (x, low, high) => e.min(e.max(x as Expr, low as Expr), high as Expr),
    rule: (dy, x, [low, high]) =>
      where(logicalAnd(gt(x, low as number), lt(x, high as number)), dy, zeroGradient(dy)),
  },
  ofOperand,
);

/**
 * Clamps between two numbers. Integers stay integers, so the bounds must be integers of that dtype.
 */
function between(call: string, x: Tensor, ends: readonly [number, number]): Tensor {
  checkTensor(call, x);
  refuseBool(call, x, 'x.to("f32") first');
  const [low, high] = ends.map((end) => held(call, end, x.dtype)) as [number, number];
  if (low < 0 && (x.dtype === "u8" || x.dtype === "u32")) {
    throw new DTypeError(`${call}: bounds of ${x.dtype} must be 0 or more, got ${low}`);
  }
  return hardtanhOp(x, low, high);
}

/** Options of `hardtanh`. */
export interface HardtanhOptions {
  readonly minVal?: number;
  readonly maxVal?: number;
}

/**
 * y = min(max(x, minVal), maxVal), elementwise. The gradient at both bounds is 0. Integers stay
 * integers.
 */
export function hardtanh(x: Tensor, options: HardtanhOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("hardtanh(x, { minVal: number, maxVal: number })", arguments);
  const { minVal = -1, maxVal = 1 } = options;
  if (!(minVal <= maxVal))
    throw new ArgumentError(
      `hardtanh: minVal must not be greater than maxVal, got ${minVal} and ${maxVal}`,
    );
  return between("hardtanh", x, [minVal, maxVal]);
}

/** y = min(max(x, 0), 6), elementwise. Integers stay integers. */
export function relu6(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("relu6(x)", arguments);
  return between("relu6", x, [0, 6]);
}

const leakyReluOp = shaped({
  name: "leakyRelu",
  count: 1,
  reference: (x, slope) => ((x as number) > 0 ? (x as number) : (x as number) * (slope as number)),
  expression: (x, slope) =>
    e.select(e.gt(x as Expr, e.number(0, x as Expr)), x as Expr, e.mul(x as Expr, slope as Expr)),
  rule: (dy, x, [slope]) => where(gt(x, 0), dy, mul(dy, slope as number)),
});

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  readonly negativeSlope?: number;
}

/** y = x for x > 0, else negativeSlope · x, elementwise. */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("leakyRelu(x, { negativeSlope: number })", arguments);
  const { negativeSlope = 0.01 } = options;
  return leakyReluOp(x, negativeSlope);
}

/** y = scale · (x for x > 0, else α(eˣ − 1)). */
const eluOp = shaped({
  name: "elu",
  count: 2,
  reference: (x, alpha, scale) =>
    (scale as number) *
    ((x as number) > 0 ? (x as number) : (alpha as number) * Math.expm1(x as number)),
  expression: (x, alpha, scale) =>
    e.mul(
      scale as Expr,
      e.select(
        e.gt(x as Expr, e.number(0, x as Expr)),
        x as Expr,
        e.mul(alpha as Expr, e.expm1(x as Expr)),
      ),
    ),
  rule: (dy, x, [alpha, scale]) =>
    mul(where(le(x, 0), mul(dy, mul(exp(x), alpha as number)), dy), scale as number),
});

/** Options of `elu`. */
export interface EluOptions {
  readonly alpha?: number;
}

/** y = x for x > 0, else α(eˣ − 1), elementwise. */
export function elu(x: Tensor, options: EluOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("elu(x, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  return eluOp(x, alpha, 1);
}

/** y = λ(x for x > 0, else α(eˣ − 1)), elementwise; Klambauer et al. 2017. */
export function selu(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("selu(x)", arguments);
  return eluOp(x, 1.6732632423543772, 1.0507009873554805);
}

const softplusOp = shaped({
  name: "softplus",
  count: 2,
  reference: (x, beta, threshold) => {
    const scaled = (x as number) * (beta as number);
    return scaled > (threshold as number)
      ? (x as number)
      : Math.log1p(Math.exp(scaled)) / (beta as number);
  },
  expression: (x, beta, threshold) => {
    const scaled = e.mul(x as Expr, beta as Expr);
    const curve = e.div(e.log1p(e.exp(scaled)), beta as Expr);
    return e.select(e.gt(scaled, threshold as Expr), x as Expr, curve);
  },
  rule: (dy, x, [beta, threshold]) => {
    const scaled = mul(x, beta as number);
    return where(gt(scaled, threshold as number), dy, mul(dy, sigmoid(scaled)));
  },
});

/** Options of `softplus`. */
export interface SoftplusOptions {
  readonly beta?: number;
  /** If beta · x is greater than this, the result is x itself. */
  readonly threshold?: number;
}

/** y = ln(1 + e^(βx)) / β, elementwise. */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("softplus(x, { beta: number, threshold: number })", arguments);
  const { beta = 1, threshold = 20 } = options;
  return softplusOp(x, beta, threshold);
}

/** y = ln σ(x), elementwise, accurate for large −x. */
export const logsigmoid: UnaryOp = unaryFloat(
  elementwise({
    name: "logsigmoid",
    reference: (x) => Math.min(x as number, 0) - Math.log1p(Math.exp(-Math.abs(x as number))),
    expression: (x) =>
      e.sub(e.min(x as Expr, e.number(0, x as Expr)), e.log1p(e.exp(e.neg(e.abs(x as Expr))))),
    saves: [0],
    gradient: (dy, [x]) => [mul(dy, sigmoid(mul(x as Tensor, -1)))],
  }),
);

const softshrinkOp = shaped({
  name: "softshrink",
  count: 1,
  reference: (x, lambda) => {
    const [value, width] = [x as number, lambda as number];
    if (value > width) return value - width;
    return value < -width ? value + width : value * 0;
  },
  expression: (x, lambda) => {
    const [value, width] = [x as Expr, lambda as Expr];
    const below = e.select(e.lt(value, e.neg(width)), e.add(value, width), e.number(0, value));
    const shrunk = e.select(e.gt(value, width), e.sub(value, width), below);
    return e.select(e.isNan(value), value, shrunk);
  },
  rule: (dy, x, [width]) =>
    where(logicalOr(gt(x, width as number), lt(x, -(width as number))), dy, zeroGradient(dy)),
});

/** y = x − sign(x) · lambd where |x| > lambd, else 0, elementwise. */
export function softshrink(x: Tensor, lambd: number = 0.5): Tensor {
  if (arguments.length > 1) checkCall("softshrink(x, lambd?: number)", arguments);
  if (!(lambd >= 0)) throw new ArgumentError(`softshrink: lambd must be 0 or more, got ${lambd}`);
  return softshrinkOp(x, lambd);
}

/** Options of `celu`. */
export interface CeluOptions {
  /** α: the result tends to −α for low x (1). */
  readonly alpha?: number;
}

/** y = max(0, x) + min(0, α (e^(x/α) − 1)), elementwise; any shape.  Barron 2017. */
export function celu(x: Tensor, options: CeluOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("celu(x, { alpha: number })", arguments);
  const { alpha = 1 } = options;
  if (alpha === 0) throw new ArgumentError("celu: alpha must not be 0");
  return composite(() => mul(elu(trueDivide(x, alpha)), alpha));
}

/** y = x for |x| > λ, else 0, elementwise; any shape. */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  if (arguments.length > 1) checkCall("hardshrink(x, lambd?: number)", arguments);
  return composite(() => where(le(abs(x), lambd), 0, x));
}

const thresholdOp = shaped(
  {
    name: "threshold",
    count: 2,
    reference: (x, limit, value) =>
      (x as number) <= (limit as number) ? (value as number) : (x as number),
    expression: (x, limit, value) =>
      e.select(e.le(x as Expr, limit as Expr), value as Expr, x as Expr),
    rule: (dy, x, [limit]) => where(le(x, limit as number), zeroGradient(dy), dy),
  },
  ofOperand,
);

/** y = x where x > limit, else `value`, elementwise. Integers stay integers. */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  checkCall("threshold(x, limit: number, value: number)", arguments);
  checkTensor("threshold", x);
  refuseBool("threshold", x, 'x.to("f32") first');
  return thresholdOp(x, held("threshold", limit, x.dtype), held("threshold", value, x.dtype));
}

const hardswishOp = shaped({
  name: "hardswish",
  count: 0,
  reference: (x) => ((x as number) * Math.min(Math.max((x as number) + 3, 0), 6)) / 6,
  expression: (input) => {
    const x = input as Expr;
    const number = (value: number): Expr => e.number(value, x);
    return e.div(e.mul(x, e.min(e.max(e.add(x, number(3)), number(0)), number(6))), number(6));
  },
  rule: (dy, x) => {
    const inside = mul(dy, add(trueDivide(x, 3), 0.5));
    return where(le(x, -3), zeroGradient(dy), where(lt(x, 3), inside, dy));
  },
});

/** y = x · min(max(x + 3, 0), 6) / 6, elementwise; Howard et al. 2019. */
export function hardswish(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("hardswish(x)", arguments);
  return hardswishOp(x);
}

const hardsigmoidOp = shaped({
  name: "hardsigmoid",
  count: 0,
  reference: (x) => Math.min(Math.max((x as number) + 3, 0), 6) / 6,
  expression: (input) => {
    const x = input as Expr;
    const number = (value: number): Expr => e.number(value, x);
    return e.div(e.min(e.max(e.add(x, number(3)), number(0)), number(6)), number(6));
  },
  rule: (dy, x) => where(logicalAnd(gt(x, -3), lt(x, 3)), trueDivide(dy, 6), zeroGradient(dy)),
});

/** y = min(max(x + 3, 0), 6) / 6, elementwise. */
export function hardsigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("hardsigmoid(x)", arguments);
  return hardsigmoidOp(x);
}

/** y = x · σ(x), elementwise; also called swish. */
export function silu(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("silu(x)", arguments);
  return composite(() => mul(x, sigmoid(x)));
}

/** y = x · tanh(ln(1 + eˣ)), elementwise; Misra 2019. */
export function mish(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("mish(x)", arguments);
  return composite(() => mul(x, tanh(softplus(x))));
}

/** y = x / (1 + |x|), elementwise. */
export function softsign(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("softsign(x)", arguments);
  return composite(() => trueDivide(x, add(abs(x), 1)));
}

/** y = x − tanh x, elementwise. */
export function tanhshrink(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("tanhshrink(x)", arguments);
  return composite(() => sub(x, tanh(x)));
}

/** Options of `gelu`. */
export interface GeluOptions {
  /** "tanh" uses the faster approximation of Hendrycks & Gimpel 2016 instead of erf. */
  readonly approximate?: "none" | "tanh";
}

/** y = x · Φ(x) with the standard normal's Φ(x) = (1 + erf(x/√2)) / 2, elementwise. */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  if (arguments.length > 1) checkCall('gelu(x, { approximate: "none" | "tanh" })', arguments);
  const { approximate = "none" } = options;
  const made = composite(() => {
    const inner =
      approximate === "tanh"
        ? tanh(mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
        : erf(mul(x, Math.SQRT1_2));
    return mul(mul(x, 0.5), add(inner, 1));
  });
  return watch(made, x);
}

/** y = a σ(b), where a and b are the halves of x along `dim` (the last unless given). */
export function glu(x: Tensor, place?: number | DimOption): Tensor {
  if (arguments.length > 1) checkCall("glu(x, dim?: number, { dim })", arguments);
  checkTensor("glu", x);
  const { dim = -1 } = withDim<number, DimOption>(place, undefined);
  const at = normalizeDim("glu", dim, x.shape.length);
  const n = x.shape[at] ?? 1;
  if (n % 2 !== 0) {
    throw new ShapeError(`glu: the size of dimension ${at} must be even${detail("x", x.shape)}`);
  }
  return composite(() => mul(narrow(x, at, 0, n / 2), sigmoid(narrow(x, at, n / 2, n / 2))));
}

/** y = x for x > 0, else w x. w: [1], or one element per channel (dimension 1). */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (arguments.length > 2) checkCall("prelu(x, weight)", arguments);
  checkTensor("prelu", x);
  checkTensor("prelu", weight);
  checkDTypeOf("prelu", "weight", weight, x);
  const slopes = sizeOf(weight.shape);
  if (slopes !== 1 && slopes !== x.shape[1]) {
    throw new ShapeError(
      `prelu: the weight has ${slopes} elements for ${x.shape[1] ?? 1} channels${detail("x", x.shape)}${detail("weight", weight.shape)}` +
        "\n  hint: give one element, or one per channel (dimension 1)",
    );
  }
  const shape = x.shape.length < 2 ? [] : x.shape.map((_, d) => (d === 1 ? slopes : 1));
  return composite(() => where(gt(x, 0), x, mul(reshape(weight, shape), x)));
}
