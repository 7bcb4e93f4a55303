import { type DType, dtypeOfNumber, floatOf, isFloating, promote } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import type { Stream } from "../../graph/context.ts";
import { Handle } from "../../graph/handle.ts";
import type { Op } from "../../graph/op.ts";
import { broadcastShapes } from "../../shape.ts";
import { checkCall, describe } from "../../signature.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { cast, constant } from "./constant.ts";

/** An operand of elementwise operations: a tensor or a number. */
export type Operand = Tensor | number | boolean;

/** An elementwise operation of one tensor. */
export type UnaryOp = (x: Tensor) => Tensor;
/** An elementwise operation of two tensors or numbers. */
export type BinaryOp = (a: Operand, b: Operand) => Tensor;

/** y[i] = f(x[i]) in x's dtype. */
export function unary(op: Op): UnaryOp {
  return function (x) {
    if (arguments.length > 1) checkCall(`${op.name}(x)`, arguments);
    checkTensor(op.name, x);
    return record(op, [x], x.shape, x.dtype);
  };
}

/** y[i] = f(x[i]), always floating-point: integers become f32 first. */
export function unaryFloat(op: Op): UnaryOp {
  return function (x) {
    if (arguments.length > 1) checkCall(`${op.name}(x)`, arguments);
    checkTensor(op.name, x);
    const dtype = floatOf(x.dtype);
    return record(op, [cast(x, dtype)], x.shape, dtype);
  };
}

/** y[i] = f(a[i], b[i], …) of tensors of one dtype, which the result has too. */
export function nary(op: Op): (...operands: readonly Tensor[]) => Tensor {
  return (...operands) => {
    for (const operand of operands) checkTensor(op.name, operand);
    const shape = operands.map((x) => x.shape).reduce((a, b) => broadcastShapes(op.name, a, b));
    return record(op, operands, shape, (operands[0] as Tensor).dtype);
  };
}

/** c[i] = f(a[i], b[i]) in the promoted dtype of both. */
export function binary(op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${op.name}(a: operand, b: operand)`, arguments);
    return applyBinary(op, a, b, resultType(op.name, a, b));
  };
}

/** c[i] = f(a[i], b[i]), always floating-point: integers become f32 first. */
export function binaryFloat(op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${op.name}(a: operand, b: operand)`, arguments);
    return applyBinary(op, a, b, floatOf(resultType(op.name, a, b)));
  };
}

/** c[i] = f(a[i], b[i]) as bool, compared in the promoted dtype of both. */
export function binaryBool(op: Op): BinaryOp {
  return function (a, b) {
    if (arguments.length > 2) checkCall(`${op.name}(a: operand, b: operand)`, arguments);
    return applyBinary(op, a, b, resultType(op.name, a, b), "bool");
  };
}

/** Records a binary op in a given dtype. */
export function applyBinary(
  op: Op,
  a: Operand,
  b: Operand,
  dtype: DType,
  result: DType = dtype,
): Tensor {
  const stream = streamOf(a, b);
  const x = asTensor(a, dtype, stream);
  const y = asTensor(b, dtype, stream);
  return record(op, [x, y], broadcastShapes(op.name, x.shape, y.shape), result);
}

/** The operand as a tensor of this dtype: a number becomes a constant, another dtype is cast. */
export function asTensor(operand: Operand, dtype: DType, stream: Stream | undefined): Tensor {
  if (operand instanceof Handle) return cast(operand as Tensor, dtype);
  return constant(Number(operand), dtype, [], stream);
}

/** The device of the operands, on which numbers become constants. */
export function streamOf(...operands: readonly Operand[]): Stream | undefined {
  for (const operand of operands) if (operand instanceof Handle) return operand.cell.node.stream;
  return undefined;
}

/**
 * The dtype that operands promote to, as in PyTorch. A number takes the tensor's dtype; a 0-d
 * tensor
 * counts only if its kind (bool, integer, floating-point) is wider.
 */
export function resultType(call: string, a: Operand, b: Operand): DType {
  if (a instanceof Handle && b instanceof Handle) {
    const [p, q] = [a.dtype, b.dtype];
    if (p === q) return p;
    const [scalarA, scalarB] = [a.shape.length === 0, b.shape.length === 0];
    if (scalarA !== scalarB && kindOf(p) === kindOf(q)) return scalarA ? q : p;
    return promote(p, q);
  }
  if (a instanceof Handle) return promote(a.dtype, dtypeBeside(call, b, a.dtype));
  if (b instanceof Handle) return promote(b.dtype, dtypeBeside(call, a, b.dtype));
  checkTensor(call, a);
  return "f32";
}

const kindOf = (dtype: DType): number => (isFloating(dtype) ? 2 : dtype === "bool" ? 0 : 1);

function dtypeBeside(call: string, operand: unknown, beside: DType): DType {
  if (typeof operand === "number") return dtypeOfNumber(operand, beside);
  if (typeof operand === "boolean") return beside;
  const cure = Array.isArray(operand) ? "\n  hint: convert it with tensor(…)" : "";
  throw new ArgumentError(`${call}: takes tensors and numbers, got ${describe(operand)}${cure}`);
}

/** Throws unless x is a tensor. */
export function checkTensor(call: string, x: unknown): asserts x is Tensor {
  if (x instanceof Handle) return;
  const cure = x instanceof Promise ? "" : "\n  hint: convert it with tensor(…)";
  throw new ArgumentError(`${call}: takes a tensor, got ${describe(x)}${cure}`);
}
