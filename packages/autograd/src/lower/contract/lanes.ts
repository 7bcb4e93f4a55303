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
  const top = b.let(e.mul(block.row, e.u32(tileM)));
  const left = b.let(e.mul(block.column, e.u32(tileN)));
  const rowNumbers = range(tileM).map((i) => e.add(top, e.u32(i)));
  const rows = linesOf(lowering, a, product.m, block, rowNumbers);
  const start = b.let(walk([block.batch], right.batch, right.map.start()));
  const n = sizeOf(product.n);
  const layout = layoutOf(product.n);
  const lastFour = e.size(Math.ceil(n / 4) * 4 - 4);
  const columns = range(tileN / 4).map((v) => {
    const first = b.let(e.nativeMin(e.add(left, e.u32(4 * v)), lastFour));
    return b.count(layout, e.add(first, e.iota));
  });
  const sums = rows.map(() => columns.map(() => b.var(e.constant(0, type), 4)));
  const [from, to] = sliceOf(lowering, product, block);
  b.over(layoutOf(product.k), { from, to, advances: true }, (counter) => {
    const y = columns.map((column) => {
      const index = e.sum(start, walk([column], right.own), walk([counter], right.k));
      return b.let(e.cast(lowering.element(right.map.value, index), type));
    });
    for (const [i, row] of rows.entries()) {
      const x = b.let(e.cast(element(lowering, a, row, counter), type));
      for (const [v, sum] of (sums[i] as (typeof sums)[number]).entries())
        b.set(sum, e.add(sum, e.mul(x, y[v] as Expr)));
    }
  });
  storeLanes(lowering, step, product, block, { top, left, sums });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

interface LaneTile {
  readonly top: Expr;
  readonly left: Expr;
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
  { top, left, sums }: LaneTile,
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
    const row = b.let(e.add(top, i));
    const v = e.sub(at, e.mul(i, e.u32(perRow)));
    const column = b.let(e.add(left, e.mul(v, e.u32(4))));
    b.if(e.and(e.lt(row, e.size(m)), e.lt(column, e.size(n))), () => {
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
  const top = b.let(e.mul(block.row, e.u32(tileM)));
  const left = b.let(e.mul(block.column, e.u32(tileN)));
  const numbers = (first: Expr, count: number): Expr[] =>
    range(count).map((i) => e.add(first, e.u32(i)));
  const rows = linesOf(lowering, a, product.m, block, numbers(top, tileM));
  const columns = linesOf(lowering, right, product.n, block, numbers(left, tileN));
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
  storeTile(lowering, step, product, block, { top, left, apart: [1, 1], sums: totals });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

const along = (lowering: Lowering, { map, k }: Factor, line: Line, counter: Counter): Expr =>
  lowering.element(map.value, e.add(line[0] as Expr, walk([counter], k)));
