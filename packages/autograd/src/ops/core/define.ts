import type { DType } from "../../dtype.ts";
import {
  type Elementwise,
  type Gradient,
  type Op,
  type Reduce,
  registerOp,
} from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";

export interface ElementwiseSpec {
  readonly name: string;
  /** Its loop IR. Arguments: operands, then `scalars`, then the flat index if `indexed`. */
  readonly expression: (...values: Expr[]) => Expr;
  /** The f64 truth, same arguments. */
  readonly reference: (...values: number[]) => number;
  /** The same for integers where f64 would not be exact. */
  readonly integerReference?: (...values: number[]) => number;
  readonly scalars?: readonly (DType | "result")[];
  readonly indexed?: boolean;
  readonly range?: Elementwise["range"];
  readonly gradient?: Gradient;
  /** What the gradient reads, by operand number; "output" is the result. Default: nothing. */
  readonly saves?: Op["saves"];
}

/** An op that makes each element from the operands' elements at the same place. */
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

/** An op that combines the last dimensions of its operand. */
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
