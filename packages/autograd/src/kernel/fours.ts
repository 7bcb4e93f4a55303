import { type Expr, e } from "./expression.ts";

/** The index of four consecutive elements, in four lanes: 4 · number + [0, 1, 2, 3]. */
export const fourFrom = (number: Expr): Expr => e.add(e.mul(number, e.u32(4)), e.iota);

/** The inverse of `fourFrom`; null for any other index. */
export function fourOf(index: Expr): Expr | null {
  const first = firstOf(index);
  if (first?.kind !== "call" || first.fn !== "mul") return null;
  const [number, four] = first.args as [Expr, Expr];
  return four.kind === "constant" && four.value === 4 ? number : null;
}

/** Lane 0 of an index of consecutive elements; null for any other index. */
export function firstOf(index: Expr): Expr | null {
  if (index.kind !== "call" || index.fn !== "add") return null;
  const [first, lanes] = index.args as [Expr, Expr];
  return lanes.kind === "call" && lanes.fn === "iota" ? first : null;
}
