import type { KernelOperand } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { layoutOf, walk } from "../../kernel/loops.ts";
import { shapeOf, startOf, stridesOf } from "../index-map.ts";
import type { Lowering } from "../lowering.ts";

/**
 * One operand's matrix in a plane of the batch: where it begins, and how far apart its rows and
 * columns are.
 */
export interface Matrix {
  readonly operand: KernelOperand;
  readonly start: Expr;
  readonly row: Expr;
  /** How far a column lies from the first. */
  columnAt(column: Expr): Expr;
  readonly width: number;
}

/** Matrices of these operands in one plane. */
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

/** Where a result goes: its strides over [batch…, rows, columns] and its first element. */
export interface Destination {
  readonly strides: readonly number[];
  readonly batch: readonly number[];
  readonly offset: Expr;
}

/**
 * Numbers of a query that its gradient leaves for those of the keys: the peak, 1 / Σ e^(score −
 * peak), and Σ dY ⊙ Y.
 */
export const STATISTICS = 3;

export const statistics = { scratch: 0 };

/**
 * The operands' matrices: query, key, value, output, its gradient, and the mask if there is one.
 */
export type Matrices = [Matrix, Matrix, Matrix, Matrix, Matrix, Matrix?];
