import type { KernelOperand } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { layoutOf, walk } from "../../kernel/loops.ts";
import { shapeOf, startOf, stridesOf } from "../index-map.ts";
import type { Lowering } from "../lowering.ts";

/** An operand's matrix in one plane of the batch: its first element and its strides. */
export interface Matrix {
  readonly operand: KernelOperand;
  readonly start: Expr;
  readonly row: Expr;
  /** The distance of a column from the first one, in elements. */
  columnAt(column: Expr): Expr;
  readonly width: number;
}

/** The matrices of these operands in one plane. */
export function matricesOf(
  { b }: Lowering,
  operands: readonly KernelOperand[],
  plane: Expr,
): Matrix[] {
  const batch = shapeOf(operands[0] as KernelOperand).slice(0, -2);
  const counter = b.count(layoutOf(batch, true), plane);
  return operands.map((operand) => {
    const strides = stridesOf(operand);
    const [row, column] = strides.slice(-2).map(e.size) as [Expr, Expr];
    const columns = new Map<Expr, Expr>();
    return {
      operand,
      start: b.let(walk([counter], strides.slice(0, -2), startOf(operand))),
      row,
      columnAt: (at) => {
        const known = columns.get(at) ?? e.mul(at, column);
        columns.set(at, known);
        return known;
      },
      width: shapeOf(operand).at(-1) as number,
    };
  });
}

/** Where a result is stored: its strides over [batch…, rows, columns] and its first element. */
export interface Destination {
  readonly strides: readonly number[];
  readonly batch: readonly number[];
  readonly offset: Expr;
}

/**
 * The statistics of a query that the keys' gradient reads: peak, 1 / Σ e^(score − peak), and
 * D = Σ dY ⊙ Y.
 */
export const STATISTICS = 3;

export const statistics = { scratch: 0 };

/** Matrices of the gradients' operands: query, key, value, output, its gradient, perhaps a mask. */
export type Matrices = [Matrix, Matrix, Matrix, Matrix, Matrix, Matrix?];
