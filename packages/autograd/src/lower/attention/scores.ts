import { type Expr, e } from "../../kernel/expression.ts";
import type { Lowering } from "../lowering.ts";
import type { Matrix } from "./matrices.ts";

/** The score of a masked pair: less than any other. */
export const LOWEST = -3.4028234e38;

/** Which pairs of a query and a key count, and the scale of their scores. */
export interface Mask {
  readonly causal: boolean;
  readonly given: Matrix | null;
  readonly scale: Expr;
  /** The numbers of queries and of keys. */
  readonly queries: Expr;
  readonly keys: Expr;
}

/**
 * A score from its product, and whether it counts. One of the row numbers `query` and `key` may
 * have four lanes. Rows past the end do not count.
 */
export function scoreOf(
  lowering: Lowering,
  product: Expr,
  query: Expr,
  key: Expr,
  { causal, given, scale, queries, keys }: Mask,
): { score: Expr; counts: Expr } {
  const { b } = lowering;
  const conditions = [e.lt(query, queries), e.lt(key, keys)];
  if (causal) conditions.push(e.le(key, query));
  let score = e.mul(product, scale);
  if (given !== null) {
    const row = e.mul(e.nativeMin(query, e.sub(queries, e.u32(1))), given.row);
    const column = given.columnAt(e.nativeMin(key, e.sub(keys, e.u32(1))));
    const value = b.let(lowering.element(given.operand, e.sum(given.start, row, column)));
    if (value.dtype === "bool") conditions.push(value);
    else {
      const number = e.cast(value, "f32");
      score = e.add(score, number);
      // `le` is false for NaN, so a NaN counts
      conditions.push(e.not(e.le(number, e.constant(LOWEST))));
    }
  }
  return { score: b.let(score), counts: b.let(conditions.reduce(e.and)) };
}
