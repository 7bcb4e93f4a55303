import { clamp, type Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";
import { axisOf } from "../host.ts";
import type { Operator, Operators } from "../operator.ts";
import { type ElementType, elementType, FLOAT, INT32, storage, UINT8 } from "../types.ts";
import { Value } from "../value.ts";
import { typed } from "./apply.ts";
import { convolved } from "./convolution.ts";
import { windowAttributes } from "./windows.ts";

/**
 * Reshapes a scale or zero point for a value of `rank` dimensions: one number, or one for each
 * index of an axis.
 */
function spread(x: Tensor, rank: number, axis: number): Tensor {
  if (x.shape.length === 0 || (x.shape.length === 1 && x.shape[0] === 1)) return x.reshape([]);
  if (x.shape.length > 1) throw new OnnxError("block scales are not supported");
  return x.reshape(Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)));
}

const fraction = (x: Tensor): Tensor => (x.dtype.startsWith("f") ? x : x.to("f32"));

/** (q − zero) · scale. */
function dequantized(q: Value, scale: Tensor, zero: Value | undefined, axis: number): Tensor {
  const of = (x: Tensor): Tensor => spread(x, q.rank, axis);
  const centred = zero === undefined ? fraction(q.tensor) : centre(q, zero, axis);
  return centred.mul(of(scale));
}

/** q − zero as floats. */
const centre = (q: Value, zero: Value | undefined, axis: number): Tensor =>
  zero === undefined
    ? fraction(q.tensor)
    : fraction(q.tensor).sub(spread(fraction(zero.tensor), q.rank, axis));

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32768, 32767],
  UINT16: [0, 65535],
};

/** round(x / scale) + zero, half to even, clamped to the type. */
function quantized(
  x: Tensor,
  scale: Tensor,
  zero: Value | undefined,
  axis: number,
  type: ElementType,
): Value {
  const range = ranges[type.name];
  if (range === undefined) throw new OnnxError(`quantising to ${type.name} is not supported`);
  const of = (one: Tensor): Tensor => spread(one, x.shape.length, axis);
  const whole = x.div(of(scale)).round();
  const shifted = zero === undefined ? whole : whole.add(of(fraction(zero.tensor)));
  return Value.of(clamp(shifted, range[0], range[1]).to(storage(type)), type);
}

/** The axis of the scales; null for a single scale. */
const axisFor = (call: Call, rank: number): number => {
  const axis = call.number("axis", 1);
  return rank > axis ? axisOf(axis, rank) : 0;
};

const quantize: Operator = {
  inputs: [2, 3],
  attributes: { axis: true, block_size: [0], output_dtype: true, precision: [0], saturate: [1] },
  settings: [1, 2],
  run(call) {
    const x = call.value(0);
    const zero = call.optional(2);
    const code = call.number("output_dtype", 0);
    const type = zero?.type ?? (code === 0 ? UINT8 : elementType(code, "output_dtype"));
    return quantized(fraction(x.tensor), call.x(1), zero, axisFor(call, x.rank), type);
  },
};

const dequantize: Operator = {
  inputs: [2, 3],
  attributes: { axis: true, block_size: [0] },
  settings: [1, 2],
  run(call) {
    const q = call.value(0);
    const y = dequantized(q, call.x(1), call.optional(2), axisFor(call, q.rank));
    return Value.of(y, call.value(1).type);
  },
};

/** Quantises to UINT8 by the range of the values, extended to contain 0. */
const dynamic: Operator = {
  inputs: [1, 1],
  run(call) {
    const x = call.x(0);
    const [low, high] = [clamp(x.amin(), null, 0), clamp(x.amax(), 0, null)];
    const scale = high.sub(low).div(255);
    const zero = clamp(low.neg().div(scale).round(), 0, 255).to("u8");
    const point = Value.of(zero, UINT8);
    return [quantized(x, scale, point, 0, UINT8), Value.of(scale, FLOAT), point];
  },
};

/** (a − zero) (b − zero), with zero points for the rows of a and the columns of b. */
function product(a: Value, aZero: Value | undefined, b: Value, bZero: Value | undefined): Tensor {
  return centre(a, aZero, a.rank - 2).matmul(centre(b, bZero, b.rank - 1));
}

const matMulInteger: Operator = {
  inputs: [2, 4],
  settings: [2, 3],
  run: (call) =>
    typed(product(call.value(0), call.optional(2), call.value(1), call.optional(3)), INT32),
};

const qLinearMatMul: Operator = {
  inputs: [8, 8],
  settings: [1, 2, 4, 5, 6, 7],
  run(call) {
    const [a, b, zero] = [call.value(0), call.value(3), call.value(7)];
    const [aScale, bScale] = [
      spread(call.x(1), a.rank, a.rank - 2),
      spread(call.x(4), b.rank, b.rank - 1),
    ];
    const y = product(a, call.value(2), b, call.value(5)).mul(aScale.mul(bScale));
    return quantized(y, call.x(6), zero, y.shape.length - 1, zero.type);
  },
};

const attributes = { ...windowAttributes, group: true } as const;

const convInteger: Operator = {
  inputs: [2, 4],
  attributes,
  settings: [2, 3],
  run: (call) =>
    typed(
      convolved(
        call,
        centre(call.value(0), call.optional(2), 1),
        centre(call.value(1), call.optional(3), 0),
        null,
      ),
      INT32,
    ),
};

const qLinearConv: Operator = {
  inputs: [8, 9],
  attributes,
  settings: [1, 2, 4, 5, 6, 7],
  run(call) {
    const [x, w, zero] = [call.value(0), call.value(3), call.value(7)];
    const sums = convolved(
      call,
      centre(x, call.value(2), 1),
      centre(w, call.value(5), 0),
      call.has(8) ? fraction(call.x(8)) : null,
    );
    const scale = spread(call.x(1).mul(call.x(4)), sums.shape.length, 1);
    return quantized(sums.mul(scale), call.x(6), zero, 1, zero.type);
  },
};

/** Quantised values. Products are computed in floats, which are exact up to 2²⁴. */
export const quantized8: Operators = {
  ConvInteger: convInteger,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamic,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  QuantizeLinear: quantize,
};
