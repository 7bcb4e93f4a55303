import type { DType } from "../../dtype.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { renderExpression, type WgslText, type WgslValue } from "../../kernel/wgsl.ts";
import { contiguousStrides } from "../../shape.ts";
import type { KernelOperand } from "../device.ts";
import type { Reading } from "./position.ts";
import type { Words } from "./words.ts";

/** Elements of an operand as it is read. */
export const shapeOf = (operand: KernelOperand): readonly number[] =>
  operand.view === null ? operand.base : operand.view.shape;

/** The strides that an operand is read with. */
export const stridesOf = (operand: KernelOperand): readonly number[] =>
  operand.view?.strides ?? contiguousStrides(operand.base);

/** A read of the operand with strides of another order or choice, kept under a stand-in of its own. */
export function standIn(
  words: Words,
  operand: KernelOperand,
  strides: readonly number[] = stridesOf(operand),
): Reading {
  const offset = operand.view === null ? words.number(0) : words.parameter(operand.offset);
  return { operand: { ...operand }, strides, offset };
}

/** The list with the item of dimension `dim` last. */
export const withLast = <T>(list: readonly T[], dim: number): T[] => [
  ...list.toSpliced(dim, 1),
  list[dim] as T,
];

/** An expression of two values of one dtype. */
export function ofTwo(
  expression: (a: Expr, b: Expr) => Expr,
  of: DType,
  a: WgslValue,
  b: WgslValue,
  text: WgslText,
): WgslValue {
  const leaves = { load: (n: number) => (n === 0 ? a : b), scalar: () => a, index: () => a };
  return renderExpression(expression(e.load(0, of), e.load(1, of)), leaves, text);
}

/** An i32 index counted from the front, and whether it is one of `count`. */
export function wrapped(
  index: WgslValue,
  count: string,
  text: WgslText,
): { readonly place: WgslValue; readonly found: WgslValue } {
  const { lanes } = index;
  const four = (scalar: string, type: string) =>
    lanes === 1 ? scalar : `vec4<${type}>(${scalar})`;
  const size = text.let(`bitcast<i32>(${count})`, 1, "n").text;
  const at = text.let(
    `select(${index.text}, ${index.text} + ${four(size, "i32")}, ${index.text} < ${four("0i", "i32")})`,
    lanes,
    "at",
  );
  const found = text.let(
    `(${at.text} >= ${four("0i", "i32")}) & (${at.text} < ${four(size, "i32")})`,
    lanes,
    "found",
  );
  const type = lanes === 1 ? "u32" : "vec4<u32>";
  const place = text.let(
    `select(${four("0u", "u32")}, ${type}(${at.text}), ${found.text})`,
    lanes,
    "at",
  );
  return { place, found };
}
