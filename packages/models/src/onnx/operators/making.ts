import { eye, full } from "@wgrad/autograd";
import { OnnxError } from "../error.ts";
import type { Operator, Operators } from "../operator.ts";
import { elementType, FLOAT, INT64, storage } from "../types.ts";
import { sizeOf, Value } from "../value.ts";
import { typed } from "./apply.ts";
import { counted } from "./slices.ts";

/** Longer values are made on the device. */
const SHORT = 1024;

/** A `Constant` of numbers; those of tensors are read with the graph. */
const constant: Operator = {
  inputs: [0, 0],
  attributes: { value_float: true, value_floats: true, value_int: true, value_ints: true },
  run(call) {
    const [int, float] = [call.number("value_int"), call.number("value_float")];
    if (int !== undefined) return Value.host(INT64, [], [int]);
    if (float !== undefined) return Value.host(FLOAT, [], [float]);
    const [ints, floats] = [call.ints("value_ints"), call.ints("value_floats")];
    if (ints !== undefined) return Value.host(INT64, [ints.length], ints);
    if (floats !== undefined) return Value.host(FLOAT, [floats.length], floats);
    throw new OnnxError("the constant has no value");
  },
};

const constantOfShape: Operator = {
  inputs: [1, 1],
  attributes: { value: true },
  settings: [0],
  run(call) {
    const shape = call.value(0).list();
    const value = call.attributeValue("value");
    const [type, x] = value === undefined ? [FLOAT, 0] : [value.type, value.number()];
    if (sizeOf(shape) <= SHORT) return Value.host(type, shape, counted(sizeOf(shape), x, 0));
    return Value.of(full(shape, x, { dtype: storage(type) }), type);
  },
};

const range: Operator = {
  inputs: [3, 3],
  settings: [0, 1, 2],
  run(call) {
    const [start, limit, step] = [0, 1, 2].map((i) => call.value(i).number()) as [
      number,
      number,
      number,
    ];
    const count = Math.max(Math.ceil((limit - start) / step), 0);
    return Value.host(call.value(0).type, [count], counted(count, start, step));
  },
};

const eyeLike: Operator = {
  inputs: [1, 1],
  attributes: { dtype: true, k: true },
  run(call) {
    const x = call.value(0);
    const code = call.number("dtype");
    const type = code === undefined ? x.type : elementType(code, "dtype");
    const [rows, columns] = x.shape as [number, number];
    const k = call.number("k", 0);
    const side = Math.max(rows, columns) + Math.abs(k);
    const whole = eye(side).narrow(0, Math.max(k, 0), rows).narrow(1, Math.max(-k, 0), columns);
    return typed(whole, type);
  },
};

const triangle: Operator = {
  inputs: [1, 2],
  attributes: { upper: [0, 1] },
  settings: [1],
  run(call) {
    const { tensor, type } = call.value(0);
    const diagonal = call.setting(1)?.[0] ?? 0;
    const upper = call.number("upper", 1) === 1;
    return Value.of(upper ? tensor.triu(diagonal) : tensor.tril(diagonal), type);
  },
};

/** Operators that create values. */
export const making: Operators = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  Range: range,
  Trilu: triangle,
};
