import type { DType } from "../../dtype.ts";
import {
  type Elementwise,
  type Gradient,
  type Op,
  type Reduce,
  registerOp,
} from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";

/** The description of an elementwise op. */
export interface ElementwiseSpec {
  readonly name: string;
  /**
   * The expression in the loop IR. Arguments: operands, then `scalars`, then the flat index if
   * `indexed`.
   */
  readonly expression: (...values: Expr[]) => Expr;
  /** The same function in f64, which tests take as the truth. */
  readonly reference: (...values: number[]) => number;
  /** The same function for integers, if f64 is not exact for them. */
  readonly integerReference?: (...values: number[]) => number;
  readonly scalars?: readonly (DType | "result")[];
  readonly indexed?: boolean;
  readonly range?: Elementwise["range"];
  readonly gradient?: Gradient;
  /** What the gradient reads, by operand number; "output" is the result (default: nothing). */
  readonly saves?: Op["saves"];
}

/** Defines an op that computes each element from the operands' elements at the same index. */
export function elementwise(spec: ElementwiseSpec): Op {
  const { name, expression, reference, integerReference, gradient, range } = spec;
  return registerOp({
    name,
    meaning: {
      kind: "elementwise",
      expression,
      reference,
      ...(integerReference && { integerReference }),
      indexed: spec.indexed ?? false,
      ...(range && { range }),
    },
    scalarTypes: spec.scalars ?? [],
    saves: spec.saves ?? [],
    ...(gradient && { gradient }),
  });
}

/** Defines an op that combines the last dimensions of its operand. */
export function reduction(spec: {
  readonly name: string;
  readonly combine: Reduce["combine"];
  readonly gradient?: Gradient;
  readonly saves?: Op["saves"];
  readonly guards?: Op["guards"];
}): Op {
  return registerOp({
    name: spec.name,
    meaning: { kind: "reduce", combine: spec.combine },
    scalarTypes: [],
    saves: spec.saves ?? [],
    ...(spec.guards && { guards: spec.guards }),
    ...(spec.gradient && { gradient: spec.gradient }),
  });
}

/** c₀ + c₁ x + c₂ x² … as nested multiply-adds, in x's dtype. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  return coefficients.reduceRight<Expr | null>(
    (sum, c) => (sum === null ? e.number(c, x) : e.add(e.mul(sum, x), e.number(c, x))),
    null,
  ) as Expr;
}
