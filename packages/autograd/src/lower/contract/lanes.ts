import type { KernelStep } from "../../devices/device.ts";
import { type Counter, type Expr, e } from "../../kernel/expression.ts";
import { type Loops, layoutOf, walk } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { asStored, type Lowering } from "../lowering.ts";
import { type Block, element, type Line, linesOf, openBlock, range, sliceOf } from "./block.ts";
import { type Factor, type Product, sumType } from "./product.ts";
import { storeTile } from "./store.ts";
import type { Tiling } from "./tilings.ts";

/**
 * How a product is cut where a thread has vectors; null where neither operand's neighbours lie side
 * by side.
 */
export function lanesTiling(product: Product): Tiling | null {
  const { a, b } = product;
  const plain = a.bounds.length === 0 && b.bounds.length === 0;
  if (!plain) return null;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  const shape = { groupX: 1, groupY: 1, blockK: 0 };
  if (sideBySide(b.own, product.n) && n >= 3) {
    const [tileM, tileN] = m === 1 ? [1, 16] : m <= 3 ? [m, 8] : [4, 8];
    return { kind: "lanes", tileM, tileN: n <= 4 ? 4 : tileN, ...shape };
  }
  if (isRun(a.k, product.k) && isRun(b.k, product.k) && sizeOf(product.k) >= 8) {
    return { kind: "alongK", tileM: m === 1 ? 1 : 2, tileN: m === 1 ? 8 : 4, ...shape };
  }
  return null;
}

/** Whether the last dimension that is walked is walked one by one. */
function sideBySide(strides: readonly number[], sizes: readonly number[]): boolean {
  const last = sizes.findLastIndex((size) => size > 1);
  return last < 0 || strides[last] === 1;
}

/** Whether all dimensions together are walked one by one. */
function isRun(strides: readonly number[], sizes: readonly number[]): boolean {
  let next = 1;
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (sizes[d] === 1) continue;
    if (strides[d] !== next) return false;
    next *= sizes[d] as number;
  }
  return true;
}

/**
 * Rows by columns: a thread makes a tile of outputs, neighbouring columns in the lanes of a vector.
 */
export function multiplyInLanes(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right, tiling } = product;
  const { tileM, tileN } = tiling;
  const { b } = lowering;
  const type = sumType(step);
  const block = openBlock(lowering, product);
  const rows = evenLines(lowering, a, product.m, block, block.row, tileM);
  const columns = columnsOf(lowering, product, block);
  const sums = rows.lines.map(() => columns.at.map(() => b.var(e.constant(0, type), 4)));
  const [from, to] = sliceOf(lowering, product, block);
  b.over(layoutOf(product.k), { from, to, advances: true }, (counter) => {
    const y = columns.at.map((column) => {
      const index = e.add(column, walk([counter], right.k));
      return b.let(e.cast(lowering.element(right.map.value, index), type));
    });
    for (const [i, row] of rows.lines.entries()) {
      const x = b.let(e.cast(element(lowering, a, row, counter), type));
      for (const [v, sum] of (sums[i] as (typeof sums)[number]).entries())
        b.set(sum, e.add(sum, e.mul(x, y[v] as Expr)));
    }
  });
  storeLanes(lowering, step, product, block, { rows: rows.span, columns: columns.span, sums });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

/** Which lines a tile has: the last tile may begin before `own`, the first that no other tile makes. */
interface Span {
  readonly first: Expr;
  readonly own: Expr;
}

/**
 * The lines of a tile. Where all are equally far apart, they are found from the first, and the last
 * tile is moved back so that it is whole.
 */
function evenLines(
  lowering: Lowering,
  factor: Factor,
  dims: readonly number[],
  block: Block,
  tile: Expr,
  count: number,
): { lines: readonly Line[]; span: Span } {
  const { b } = lowering;
  const total = sizeOf(dims);
  const own = b.let(e.mul(tile, e.u32(count)));
  const apart = distance(dims, factor.own);
  if (apart === null || total < count) {
    const numbers = range(count).map((i) => e.add(own, e.u32(i)));
    return { lines: linesOf(lowering, factor, dims, block, numbers), span: { first: own, own } };
  }
  const first = total % count === 0 ? own : b.let(e.nativeMin(own, e.size(total - count)));
  const [line] = linesOf(lowering, factor, dims, block, [first]) as [Line];
  const start = line[0] as Expr;
  const lines = range(count).map((i): Line => [i === 0 ? start : e.add(start, e.size(i * apart))]);
  return { lines, span: { first, own } };
}

/** Where the vectors of a tile's columns begin in the right operand. */
function columnsOf(
  { b }: Lowering,
  product: Product,
  block: Block,
): { at: readonly Expr[]; span: Span } {
  const { b: right, tiling } = product;
  const { tileN } = tiling;
  const start = b.let(walk([block.batch], right.batch, right.map.start()));
  const own = b.let(e.mul(block.column, e.u32(tileN)));
  const total = Math.ceil(sizeOf(product.n) / 4) * 4;
  if (distance(product.n, right.own) === 1 && total >= tileN) {
    const first = total % tileN === 0 ? own : b.let(e.nativeMin(own, e.size(total - tileN)));
    const from = b.let(e.add(start, first));
    return {
      at: range(tileN / 4).map((v) => e.sum(from, e.u32(4 * v), e.iota)),
      span: { first, own },
    };
  }
  const layout = layoutOf(product.n);
  const at = range(tileN / 4).map((v) => {
    const first = b.let(e.nativeMin(e.add(own, e.u32(4 * v)), e.size(total - 4)));
    return e.add(start, walk([b.count(layout, e.add(first, e.iota))], right.own));
  });
  return { at, span: { first: own, own } };
}

/** How far neighbours are apart if all are equally far; null if not. */
function distance(sizes: readonly number[], strides: readonly number[]): number | null {
  let [apart, next]: [number | null, number] = [null, 0];
  for (let d = sizes.length - 1; d >= 0; d--) {
    if (sizes[d] === 1) continue;
    const stride = strides[d] as number;
    if (apart !== null && stride !== next) return null;
    apart ??= stride;
    next = stride * (sizes[d] as number);
  }
  return apart ?? 0;
}

interface LaneTile {
  readonly rows: Span;
  readonly columns: Span;
  readonly sums: readonly (readonly Expr[])[];
}

/**
 * Puts a tile of vectors into the output (into scratch, of parts of k), with the elementwise work
 * that follows.
 */
function storeLanes(
  lowering: Lowering,
  step: KernelStep,
  product: Product,
  { planes }: Block,
  { rows, columns, sums }: LaneTile,
): void {
  const { b, kernel } = lowering;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  const origin = b.let(e.mul(planes, e.size(m * n)));
  const perRow = sums[0]?.length ?? 0;
  const type = sumType(step);
  const partial = product.parts > 1;
  const put = (index: Expr, sum: Expr): void => {
    if (partial) b.store({ scratch: 0 }, type, index, sum);
    else if (kernel.steps.at(-1) === step && kernel.stored.length === 1)
      lowering.store(index, asStored(e.cast(sum, step.dtype), step.dtype));
    else lowering.storeOne(step, e.cast(sum, step.dtype), index);
  };
  const results = b.array(type, 4, sums.length * perRow);
  for (const [i, row] of sums.entries())
    for (const [v, sum] of row.entries()) b.put(results, e.u32(i * perRow + v), sum);
  b.for(e.u32(0), e.u32(sums.length * perRow), 1, (at) => {
    const i = b.let(e.quotient(at, e.u32(perRow)));
    const row = b.let(e.add(rows.first, i));
    const v = e.sub(at, e.mul(i, e.u32(perRow)));
    const column = b.let(e.add(columns.first, e.mul(v, e.u32(4))));
    const inside = e.and(isOwn(row, rows, m), isOwn(column, columns, n));
    b.if(inside, () => {
      const index = b.let(e.sum(origin, e.mul(row, e.size(n)), column));
      const four = b.let(e.element(results, at));
      if (n % 4 === 0) {
        put(e.add(index, e.iota), four);
        return;
      }
      b.if(
        e.le(e.add(column, e.u32(4)), e.size(n)),
        () => put(e.add(index, e.iota), four),
        () => {
          b.for(e.u32(0), e.sub(e.size(n), column), 1, (lane) => {
            put(b.let(e.add(index, lane)), b.let(e.lane(four, lane)));
          });
        },
      );
    });
  });
}

/** Whether a line is there, and no other tile makes it. */
const isOwn = (line: Expr, { own }: Span, total: number): Expr =>
  e.and(e.le(own, line), e.lt(line, e.size(total)));

/**
 * Both operands' neighbours lie along k: four k's at a time in the lanes of a vector, which are
 * added up at the end.
 */
export function multiplyAlongK(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right, tiling } = product;
  const { tileM, tileN } = tiling;
  const { b } = lowering;
  const type = sumType(step);
  const block = openBlock(lowering, product);
  const { lines: rows, span } = evenLines(lowering, a, product.m, block, block.row, tileM);
  const across = evenLines(lowering, right, product.n, block, block.column, tileN);
  const columns = across.lines;
  const sums = rows.map(() => columns.map(() => b.var(e.constant(0, type), 4)));
  const [from, to] = sliceOf(lowering, product, block);
  const whole = sizeOf(product.k) % 4 === 0 && product.part % 4 === 0;
  b.over(layoutOf(product.k), { from, to, lanes: 4, advances: true }, (counter) => {
    const four = (factor: Factor, line: Line): Expr => {
      const value = e.cast(along(lowering, factor, line, counter), type);
      const zero = e.constant(0, type);
      return b.let(whole ? value : e.select(e.lt(counter.index, to), value, zero));
    };
    const x = rows.map((row) => four(a, row));
    for (const [j, column] of columns.entries()) {
      const y = four(right, column);
      for (const [i, own] of sums.entries()) {
        const sum = own[j] as (typeof own)[number];
        b.set(sum, e.add(sum, e.mul(x[i] as Expr, y)));
      }
    }
  });
  const totals = sums.map((row) =>
    row.map((sum) => {
      const four = b.let(sum);
      const [p, q, r, s] = [0, 1, 2, 3].map((lane) => e.lane(four, lane)) as [
        Expr,
        Expr,
        Expr,
        Expr,
      ];
      return b.let(e.add(e.add(p, q), e.add(r, s)));
    }),
  );
  storeTile(lowering, step, product, block, {
    top: span.first,
    left: across.span.first,
    own: [span.own, across.span.own],
    apart: [1, 1],
    sums: totals,
  });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

const along = (lowering: Lowering, { map, k }: Factor, line: Line, counter: Counter): Expr =>
  lowering.element(map.value, e.add(line[0] as Expr, walk([counter], k)));
