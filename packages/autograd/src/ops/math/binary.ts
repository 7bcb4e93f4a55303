import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { edgeOf, watchOnly } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import {
  asTensor,
  type BinaryOp,
  binary,
  binaryFloat,
  checkTensor,
  type Operand,
  resultType,
  streamOf,
} from "../core/apply.ts";
import { cast, checkFloating, held, zeroGradient } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { detach } from "../core/layout.ts";
import { integerPower, powReference } from "../core/reference.ts";
import { add, mul, neg, sub, trueDivide } from "./arithmetic.ts";
import { eq, ge, gt, le, logicalAnd, logicalNot, logicalOr, lt, where } from "./comparison.ts";
import { abs, log, reciprocal, sqrt, square } from "./unary.ts";

const powOp: Op = elementwise({
  name: "pow",
  reference: powReference as (...values: number[]) => number,
  integerReference: integerPower as (...values: number[]) => number,
  expression: (a, b) => e.pow(a as Expr, b as Expr),
  saves: ([, exponent]) => (exponent ? [0, 1, "output"] : [0, 1]),
  gradient: (dy, [a, b], call) => {
    const { needs } = call; // Only the gradient of the exponent reads the output.
    const [base, exponent] = [a as Tensor, b as Tensor];
    const zero = zeroGradient(dy);
    return [
      needs[0] === true &&
        where(eq(exponent, 0), zero, mul(dy, mul(exponent, pow(base, sub(exponent, 1))))),
      needs[1] === true &&
        where(logicalAnd(eq(base, 0), ge(exponent, 0)), zero, mul(dy, mul(call.output, log(base)))),
    ];
  },
});

const generalPower: BinaryOp = binary(powOp);

/**
 * y = aᵇ, elementwise. The number exponents 1, 2, ½ and −1 are exact; ∂/∂a is 0 where b = 0.
 * Integer powers are exact and wrap around. For integers a negative number as exponent throws, and
 * a
 * negative element of an exponent tensor gives 0 (±1 for a = ±1).
 */
export function pow(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) checkCall("pow(a: operand, b: operand)", arguments);
  if (typeof a === "object" && typeof b === "number") {
    if (b === 2) return square(a);
    if (isFloating(a.dtype)) {
      if (b === 0.5) return watchOnly(sqrt(a), a);
      if (b === -1) return watchOnly(reciprocal(a), a);
    }
  }
  const dtype = resultType("pow", a, b);
  if (dtype === "bool") {
    const [base, exponent] = [a, b].map((x) => asTensor(x, dtype, streamOf(a, b)));
    return composite(() => logicalOr(base as Tensor, logicalNot(exponent as Tensor)));
  }
  if (typeof b === "number" && b < 0 && !isFloating(dtype)) {
    throw new DTypeError(
      `pow: ${dtype} to the power ${b} is no ${dtype}\n  hint: x.to("f32") first`,
    );
  }
  return generalPower(a, b);
}

/** The larger or smaller of two operands. Equal operands get half the gradient each. */
function extreme(
  name: string,
  reference: (a: number, b: number) => number,
  expression: (a: Expr, b: Expr) => Expr,
  wins: BinaryOp,
): BinaryOp {
  return binary(
    elementwise({
      name,
      reference: reference as (...values: number[]) => number,
      expression: expression as (...values: Expr[]) => Expr,
      saves: [0, 1],
      gradient: (dy, [a, b], { needs }) => {
        const [x, y] = [a as Tensor, b as Tensor];
        const half = where(eq(x, y), mul(dy, 0.5), dy);
        const zero = zeroGradient(dy);
        return [
          needs[0] === true && where(wins(y, x), zero, half),
          needs[1] === true && where(wins(x, y), zero, half),
        ];
      },
    }),
  );
}

/** c = max(a, b), elementwise; NaN if either is. Equal operands get half the gradient each. */
export const maximum: BinaryOp = extreme("maximum", Math.max, e.max, gt);
/** c = min(a, b), elementwise; NaN if either is. Equal operands get half the gradient each. */
export const minimum: BinaryOp = extreme("minimum", Math.min, e.min, lt);

/**
 * c = a + w (b − a), elementwise: w = 0 gives a and w = 1 gives b exactly. All operands are
 * floating-point and of one dtype.
 */
export function lerp(a: Tensor, b: Tensor, weight: Operand): Tensor {
  checkCall("lerp(a, b, weight: operand)", arguments);
  checkFloating("lerp", a);
  for (const x of [b, weight]) {
    if (typeof x !== "object" || x.dtype === a.dtype) continue;
    throw new DTypeError(`lerp: all must be of one dtype, got ${a.dtype} and ${x.dtype}`);
  }
  return composite(() => {
    const way = sub(b, a);
    const onward = (part: Operand): Tensor => add(a, mul(way, part));
    const back = (rest: Operand): Tensor => sub(b, mul(way, rest));
    if (typeof weight === "object") {
      return where(lt(abs(weight), 0.5), onward(weight), back(sub(1, weight)));
    }
    return Math.abs(Number(weight)) < 0.5 ? onward(weight) : back(1 - Number(weight));
  });
}

/** The angle of the point (x = b, y = a) in (−π, π], elementwise. */
export const atan2: BinaryOp = binaryFloat(
  elementwise({
    name: "atan2",
    reference: Math.atan2 as (...values: number[]) => number,
    expression: (a, b) => e.atan2(a as Expr, b as Expr),
    saves: [0, 1],
    gradient: (dy, [a, b], { needs }) => {
      const [y, x] = [a as Tensor, b as Tensor];
      const scaled = trueDivide(dy, add(square(y), square(x)));
      return [needs[0] === true && mul(scaled, x), needs[1] === true && neg(mul(scaled, y))];
    },
  }),
);

/** max(x, low). The gradient flows to x where x ≥ low. */
const raisedTo: BinaryOp = binary(
  elementwise({
    name: "clampMin",
    reference: Math.max,
    expression: (x, low) => e.max(x as Expr, low as Expr),
    saves: [0, 1],
    gradient: (dy, [x, low], { needs }) => [
      needs[0] === true && where(ge(x as Tensor, low as Tensor), dy, zeroGradient(dy)),
      needs[1] === true && where(lt(x as Tensor, low as Tensor), dy, zeroGradient(dy)),
    ],
  }),
);

/** min(x, high). The gradient flows to x where x ≤ high. */
const loweredTo: BinaryOp = binary(
  elementwise({
    name: "clampMax",
    reference: Math.min,
    expression: (x, high) => e.min(x as Expr, high as Expr),
    saves: [0, 1],
    gradient: (dy, [x, high], { needs }) => [
      needs[0] === true && where(le(x as Tensor, high as Tensor), dy, zeroGradient(dy)),
      needs[1] === true && where(gt(x as Tensor, high as Tensor), dy, zeroGradient(dy)),
    ],
  }),
);

/** Options of `clamp`. */
export interface ClampOptions {
  readonly min?: Operand | null;
  readonly max?: Operand | null;
}

/** The lower bound. It gets no gradient where it is not below the upper one, as in PyTorch. */
const below = (low: Operand, high: Operand): Operand =>
  low instanceof Handle && high instanceof Handle && edgeOf(low) !== null
    ? where(lt(low, high), low, detach(low))
    : low;

/**
 * min(max(x, low), high), elementwise; NaN stays NaN. The gradient flows where low ≤ x ≤ high. If
 * low > high, every element is high.
 */
export function clamp(
  x: Tensor,
  low?: Operand | null | ClampOptions,
  high?: Operand | null,
): Tensor {
  if (arguments.length > 1)
    checkCall(
      "clamp(x, min?: number | boolean | tensor | null, max?: number | boolean | tensor | null, { min, max })",
      arguments,
    );
  const named = typeof low === "object" && low !== null && !(low instanceof Handle);
  const { min = null, max = null } = named ? low : { min: low as Operand | null, max: high };
  if (min === null && max === null) throw new ArgumentError("clamp: needs min, max or both");
  const bound = (limit: Operand): Operand =>
    typeof limit === "number" ? held("clamp", limit, resultType("clamp", x, limit)) : limit;
  return composite(() => {
    const raised = min === null ? x : raisedTo(x, bound(max === null ? min : below(min, max)));
    return max === null ? raised : loweredTo(raised, bound(max));
  });
}

/** max(x, low), elementwise: `clamp` with a lower bound only. */
export function clampMin(x: Tensor, low: Operand): Tensor {
  if (arguments.length > 2) checkCall("clampMin(x, min: operand)", arguments);
  return clamp(x, low);
}

/** min(x, high), elementwise: `clamp` with an upper bound only. */
export function clampMax(x: Tensor, high: Operand): Tensor {
  if (arguments.length > 2) checkCall("clampMax(x, max: operand)", arguments);
  return clamp(x, null, high);
}

/**
 * aᵇ in floating point of at least 32 bits: f64 if an operand is f64, else f32. PyTorch always
 * gives f64, which most devices lack.
 */
export function floatPower(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) checkCall("floatPower(a: operand, b: operand)", arguments);
  const dtype = resultType("floatPower", a, b) === "f64" ? "f64" : "f32";
  const fraction = (x: Operand): Operand => (typeof x === "object" ? cast(x, dtype) : Number(x));
  return composite(() => pow(fraction(a), fraction(b)));
}

/** Options of `addcmul` and `addcdiv`. */
export interface ProductOptions {
  /** Factor of the product or quotient. */
  readonly value?: number;
}

/** y = x + value · a · b, elementwise. */
export function addcmul(x: Tensor, a: Tensor, b: Tensor, options: ProductOptions = {}): Tensor {
  if (arguments.length > 3) checkCall("addcmul(x, a, b, { value: number })", arguments);
  const { value = 1 } = options;
  for (const one of [x, a, b]) checkTensor("addcmul", one);
  if (!Number.isInteger(value) && [x, a, b].every(({ dtype }) => !isFloating(dtype))) {
    throw new DTypeError(
      `addcmul: value is ${value}, but the result is of integers\n  hint: use a whole number, or convert with x.to("f32")`,
    );
  }
  return composite(() => add(x, mul(a, b), { alpha: value }));
}

/** y = x + value · a / b, elementwise. Two integers a and b throw, as in PyTorch. */
export function addcdiv(x: Tensor, a: Tensor, b: Tensor, options: ProductOptions = {}): Tensor {
  if (arguments.length > 3) checkCall("addcdiv(x, a, b, { value: number })", arguments);
  const { value = 1 } = options;
  for (const one of [x, a, b]) checkTensor("addcdiv", one);
  if (!isFloating(a.dtype) && !isFloating(b.dtype)) {
    throw new DTypeError(`addcdiv: divides fractions, got ${a.dtype} and ${b.dtype}`);
  }
  return composite(() => add(x, trueDivide(a, b), { alpha: value }));
}
