import { type Expr, e } from "../kernel/expression.ts";
import type { Builder } from "../kernel/loops.ts";

/**
 * Into how many parts of how many elements rows are cut, so that threads suffice; a matter of the
 * shape alone.
 */
export interface Parts {
  readonly parts: number;
  readonly part: number;
}

export function divide(rows: number, length: number): Parts {
  if (rows >= 1024 || length <= 1024) return { parts: 1, part: length };
  const wanted = Math.min(Math.ceil(Math.sqrt(length)), Math.ceil(4096 / rows));
  const part = Math.ceil(length / wanted / 4) * 4;
  return { parts: Math.ceil(length / part), part };
}

/** The row and the part of it that a thread or workgroup takes, of all rows' parts in order. */
export function partOf(
  b: Builder,
  { parts, part }: Parts,
  length: number,
  turn: Expr = e.thread,
): { row: Expr; number: Expr; from: Expr; to: Expr } {
  const count = e.size(parts);
  const size = e.size(part);
  const row = b.let(e.quotient(turn, count));
  const number = b.let(e.sub(turn, e.mul(row, count)));
  const from = b.let(e.mul(number, size));
  const to = b.let(e.nativeMin(e.add(from, size), e.size(length)));
  return { row, number, from, to };
}
