import { type Expr, e } from "./expression.ts";

/** The index, in four lanes, of four consecutive elements: 4 · number + [0, 1, 2, 3]. */
export const fourFrom = (number: Expr): Expr => e.add(e.mul(number, e.u32(4)), e.iota);

/** The number that `fourFrom` made the index from; null for any other index. */
export function fourOf(index: Expr): Expr | null {
  const first = firstOf(index);
  if (first?.kind !== "call" || first.fn !== "mul") return null;
  const [number, four] = first.args as [Expr, Expr];
  return four.kind === "constant" && four.value === 4 ? number : null;
}

/** The first of the consecutive elements that an index in lanes names; null for any other index. */
export function firstOf(index: Expr): Expr | null {
  if (index.kind !== "call" || index.fn !== "add") return null;
  const [first, lanes] = index.args as [Expr, Expr];
  return lanes.kind === "call" && lanes.fn === "iota" ? first : null;
}
