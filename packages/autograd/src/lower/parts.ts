import { type Expr, e } from "../kernel/expression.ts";
import type { Builder } from "../kernel/loops.ts";

/** How rows are cut so that there are enough threads: the number of parts and their length. */
export interface Parts {
  readonly parts: number;
  readonly part: number;
}

/** Cuts few long rows into parts. It depends on the shape alone, so that results do not vary. */
export function cutRows(rows: number, length: number): Parts {
  if (rows >= 1024 || length <= 1024) return { parts: 1, part: length };
  const wanted = Math.min(Math.ceil(Math.sqrt(length)), Math.ceil(4096 / rows));
  const part = Math.ceil(length / wanted / 4) * 4;
  return { parts: Math.ceil(length / part), part };
}

/** The row of a thread or workgroup, and its part of that row. */
export function partOf(
  b: Builder,
  { parts, part }: Parts,
  length: number,
  index: Expr = e.thread,
): { row: Expr; number: Expr; from: Expr; to: Expr } {
  const count = e.size(parts);
  const size = e.size(part);
  const row = b.let(e.quotient(index, count));
  const number = b.let(e.sub(index, e.mul(row, count)));
  const from = b.let(e.mul(number, size));
  const to = b.let(e.nativeMin(e.add(from, size), e.size(length)));
  return { row, number, from, to };
}
