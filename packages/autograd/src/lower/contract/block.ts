import { type Counter, type Expr, e } from "../../kernel/expression.ts";
import { layoutOf, walk } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { padded } from "../index-map.ts";
import type { Lowering } from "../lowering.ts";
import type { Factor, Product } from "./product.ts";

/** The outputs that a workgroup computes. */
export interface Block {
  readonly groups: number;
  /** The block's position along rows and columns, in blocks. */
  readonly row: Expr;
  readonly column: Expr;
  /** The index of its plane of outputs; each part of k has planes of its own. */
  readonly planes: Expr;
  /** The batch's counter, at this block's plane. */
  readonly batch: Counter;
  /** The part of k; null if k is not cut. */
  readonly slice: Expr | null;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * Computes the workgroup's block from its number. From outermost to innermost: part of k, plane,
 * rows in steps of `rowsTogether`, columns, rows.
 */
export function openBlock({ b }: Lowering, product: Product): Block {
  const { blocksM, blocksN, rowsTogether, parts } = product;
  const planeCount = sizeOf(product.batch);
  const divideBy = (value: Expr, base: number) => {
    const size = e.size(base);
    const quotient = b.let(e.quotient(value, size));
    return [quotient, b.let(e.sub(value, e.mul(quotient, size)))] as const;
  };
  const [below, inner] = rowsTogether === 1 ? [e.group, null] : divideBy(e.group, rowsTogether);
  const [upper, column] = divideBy(below, blocksN);
  const [planes, outer] = divideBy(upper, blocksM / rowsTogether);
  const row = inner === null ? outer : b.let(e.add(e.mul(outer, e.size(rowsTogether)), inner));
  const [slice, plane] = parts === 1 ? [null, planes] : divideBy(planes, planeCount);
  const batch = b.count(layoutOf(product.batch, true), plane);
  const groups = blocksM * blocksN * planeCount * parts;
  return { groups, row, column, planes, batch, slice };
}

/** The range of k's that the workgroup sums. */
export function sliceOf(
  { b }: Lowering,
  product: Product,
  { slice }: Block,
): readonly [from: Expr, to: Expr] {
  const whole = e.size(sizeOf(product.k));
  if (slice === null) return [e.u32(0), whole];
  const size = e.size(product.part);
  const from = b.let(e.mul(slice, size));
  return [from, b.let(e.nativeMin(e.add(from, size), whole))];
}

/** The start of a line of a factor: its index, and the coordinates that its bounds check. */
export type Line = readonly Expr[];

/**
 * The starts of a factor's lines (its rows or columns). A line past the edge reads the last one.
 */
export function linesOf(
  { b }: Lowering,
  { map, batch, own, bounds }: Factor,
  dims: readonly number[],
  block: Block,
  lines: readonly Expr[],
): Line[] {
  const accesses = [
    { start: map.start, batch, own },
    ...bounds.map((bound, i) => ({
      start: (map.bounds[i] as (typeof map.bounds)[number]).start,
      batch: bound.batch,
      own: bound.own,
    })),
  ];
  const starts = accesses.map((access) => b.let(walk([block.batch], access.batch, access.start())));
  const last = e.size(sizeOf(dims) - 1);
  const layout = layoutOf(dims, true);
  return lines.map((line) => {
    const counter = b.count(layout, b.let(e.nativeMin(line, last)));
    return accesses.map((access, i) =>
      b.let(e.add(starts[i] as Expr, walk([counter], access.own))),
    );
  });
}

/** The element of a factor's line at the counter's position along k. */
export function element(
  lowering: Lowering,
  { map, k, bounds }: Factor,
  line: Line,
  counter: Counter,
): Expr {
  return padded(lowering, map, (_, bound) => {
    const strides = bound < 0 ? k : (bounds[bound] as Factor["bounds"][number]).k;
    return e.add(line[bound + 1] as Expr, walk([counter], strides));
  });
}
