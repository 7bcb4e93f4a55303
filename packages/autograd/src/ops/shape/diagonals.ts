import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { type View, wholeView } from "../../graph/view.ts";
import { normalizeDim } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, recordView } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { copy } from "../core/constant.ts";
import { unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { assemble, placedStep } from "../core/strided.ts";
import { add } from "../math/arithmetic.ts";
import { ge, le, where } from "../math/comparison.ts";

/** Options of `diagonal` and `diagEmbed`. */
export interface DiagonalOptions {
  readonly offset?: number;
  readonly dim1?: number;
  readonly dim2?: number;
}

/**
 * The diagonals of the planes (dim1, dim2), `offset` above the main one, as a new last dimension. A
 * view.
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  checkCall("diagonal(x, { offset: int, dim1: number, dim2: number })", arguments);
  const { offset = 0, dim1 = 0, dim2 = 1 } = options;
  checkTensor("diagonal", x);
  const rank = x.shape.length;
  const [row, column] = [
    normalizeDim("diagonal", dim1, rank),
    normalizeDim("diagonal", dim2, rank),
  ];
  if (row === column)
    throw new ArgumentError(`diagonal: dim1 and dim2 must differ, both are ${row}`);
  const [rows, columns] = [x.shape[row] as number, x.shape[column] as number];
  const length = Math.max(
    0,
    offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
  );
  const apply = (view: View): View => {
    const [down, across] = [view.strides[row] as number, view.strides[column] as number];
    const rest = [...view.shape.keys()].filter((d) => d !== row && d !== column);
    const start = length === 0 ? 0 : offset >= 0 ? offset * across : -offset * down;
    return {
      shape: [...rest.map((d) => view.shape[d] as number), length],
      strides: [...rest.map((d) => view.strides[d] as number), down + across],
      offset: view.offset + start,
    };
  };
  return recordView(x, placedStep("diagonal", apply));
}

/** Options of `diag`, `tril` and `triu`. */
export interface DiagOptions {
  readonly diagonal?: number;
}

/**
 * For a matrix its diagonal (a copy; `diagonal` is a view), for a vector the matrix with it on the
 * diagonal. `diagonal` counts above the main one.
 */
export function diag(x: Tensor, options: number | DiagOptions = {}): Tensor {
  checkCall("diag(x, diagonal?: int, { diagonal })", arguments);
  checkTensor("diag", x);
  const offset = typeof options === "number" ? options : (options.diagonal ?? 0);
  if (x.shape.length === 2) return copy(diagonal(x, { offset }));
  if (x.shape.length === 1) return diagEmbed(x, { offset });
  throw new ShapeError(
    `diag: expected a vector or a matrix${detail("x", x.shape)}\n  hint: use diagonal or diagEmbed`,
  );
}

/**
 * Planes (dim1, dim2) with the last dimension of x on their diagonals, `offset` above the main one,
 * and
 * 0 elsewhere.
 */
export function diagEmbed(x: Tensor, options: DiagonalOptions = {}): Tensor {
  checkCall("diagEmbed(x, { offset: int, dim1: number, dim2: number })", arguments);
  const { offset = 0, dim1 = -2, dim2 = -1 } = options;
  checkTensor("diagEmbed", x);
  const rank = x.shape.length + 1;
  const [row, column] = [
    normalizeDim("diagEmbed", dim1, rank),
    normalizeDim("diagEmbed", dim2, rank),
  ];
  const n = (x.shape.at(-1) ?? 1) + Math.abs(offset);
  const rest = x.shape.slice(0, -1);
  const shape = Array.from({ length: rank }, (_, d) =>
    d === row || d === column ? n : (rest.shift() as number),
  );
  const whole = wholeView(shape);
  const [down, across] = [whole.strides[row] as number, whole.strides[column] as number];
  const strides = whole.strides.filter((_, d) => d !== row && d !== column);
  const start = offset >= 0 ? offset * across : -offset * down;
  return assemble(shape, [{ value: x, strides: [...strides, down + across], offset: start }]);
}

/** x on one side of the diagonal, 0 on the other. */
function triangle(
  call: string,
  x: Tensor,
  options: number | DiagOptions,
  side: (columns: Tensor, rows: Tensor) => Tensor,
): Tensor {
  checkTensor(call, x);
  if (x.shape.length < 2)
    throw new ShapeError(`${call}: takes at least 2 dimensions${detail("x", x.shape)}`);
  const offset = typeof options === "number" ? options : (options.diagonal ?? 0);
  const part = (value: Tensor): Tensor =>
    composite(() => {
      const rows = unsqueeze(add(counting(x.shape.at(-2) as number, x.node.stream), offset), 1);
      const columns = counting(x.shape.at(-1) as number, x.node.stream);
      return where(side(columns, rows), value, false);
    });
  const made = noGrad(() => part(x));
  recordGradient("triangle", made, [x], (dy) => [triangle(call, dy, options, side)]);
  return made;
}

/**
 * The lower triangle of the last two dimensions, up to `diagonal` above the main one; 0 elsewhere.
 */
export function tril(x: Tensor, options: number | DiagOptions = {}): Tensor {
  checkCall("tril(x, diagonal?: int, { diagonal })", arguments);
  return triangle("tril", x, options, le);
}

/**
 * The upper triangle of the last two dimensions, from `diagonal` above the main one; 0 elsewhere.
 */
export function triu(x: Tensor, options: number | DiagOptions = {}): Tensor {
  checkCall("triu(x, diagonal?: int, { diagonal })", arguments);
  return triangle("triu", x, options, ge);
}
