import { type Counter, type Expr, e } from "../../kernel/expression.ts";
import { layoutOf, walk } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { padded } from "../index-map.ts";
import type { Lowering } from "../lowering.ts";
import type { Factor, Product } from "./product.ts";

/** Which outputs a workgroup makes. */
export interface Block {
  readonly groups: number;
  /** The block's rows and columns, counted in blocks. */
  readonly row: Expr;
  readonly column: Expr;
  /** Where its outputs begin, in planes: that of the batch, and of the part of k. */
  readonly planes: Expr;
  /** A count of the batch's planes, at this block's. */
  readonly batch: Counter;
  /** The part of k; null where k is whole. */
  readonly slice: Expr | null;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * Finds the workgroup's block: the part of k, then the plane of the batch, the rows, the columns;
 * rows that go together come one after another.
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

/** The k's that the workgroup goes over. */
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

/** Where a line of a factor begins: its index, and the coordinates of its bounds. */
export type Line = readonly Expr[];

/**
 * Where the lines of a factor begin (its rows, or its columns); past the edge the last one is read
 * again.
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

/** The element of a factor on a line, where the counter has come to along k. */
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
