import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e, type LocalArray } from "../../kernel/expression.ts";
import type { Loops } from "../../kernel/loops.ts";
import { type Axis, mergedAxes } from "../axes.ts";
import type { Lowering } from "../lowering.ts";
import { openBlock, range } from "./block.ts";
import { CACHED_ROWS, type Product, sumType } from "./product.ts";
import { columnsOf, evenLines, overAxes } from "./spans.ts";
import { storeLanes } from "./store-lanes.ts";

/** The most k's of a panel, so that it stays in the first-level cache. */
const DEPTH = 512;
/** The most k's of a panel where no divisor of their count suits. */
const DEEPEST = 4096;
/** The fewest k's that are worth a panel of their own. */
const SHALLOWEST = 64;

/** How k is cut into panels: one for each step of the `outer` axes, over all of `inner`. */
interface Cut {
  readonly outer: readonly Axis[];
  readonly inner: readonly Axis[];
  readonly depth: number;
}

const total = (axes: readonly Axis[]): number => axes.reduce((size, axis) => size * axis.size, 1);

function largestDivisor(size: number, most: number): number {
  for (let d = Math.min(size, most); d > 1; d--) if (size % d === 0) return d;
  return 1;
}

/** Cuts k into panels; null if every cut is too deep. */
export function cutPanels({ k, a, b }: Product): Cut | null {
  const axes = mergedAxes(k, [a.k, b.k]);
  const inner: Axis[] = [];
  let axis = axes.pop();
  for (; axis !== undefined && total(inner) * axis.size <= DEPTH; axis = axes.pop())
    inner.unshift(axis);
  if (axis !== undefined) {
    const { size, strides } = axis;
    const part = largestDivisor(size, Math.floor(DEPTH / total(inner)));
    if (part * total(inner) >= SHALLOWEST) {
      if (part > 1) inner.unshift({ size: part, strides });
      axes.push({ size: size / part, strides: strides.map((stride) => stride * part) });
    } else inner.unshift(axis);
  }
  const depth = total(inner);
  return depth > DEEPEST ? null : { outer: axes, inner, depth };
}

/** The inner axes with a third walk, along the panel. */
function inPanel(inner: readonly Axis[], width: number): Axis[] {
  let along = width;
  return inner
    .toReversed()
    .map(({ size, strides: [ofA, ofB] }): Axis => {
      const strides = [ofA as number, ofB as number, along];
      along *= size;
      return { size, strides };
    })
    .reverse();
}

/**
 * Multiplies operands of any strides. A thread copies its columns into a panel, where the columns
 * of one k are adjacent, and multiplies several blocks of rows by it.
 */
export function multiplyInPanels(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right, tiling, blocksM } = product;
  const { tileM, tileN } = tiling;
  const { b } = lowering;
  const type = sumType(step);
  const { outer, inner, depth } = cutPanels(product) as Cut;
  const groupsOfRows = Math.ceil(blocksM / CACHED_ROWS);
  const rowsOfGroup = Math.ceil(blocksM / groupsOfRows);
  const block = openBlock(lowering, { ...product, blocksM: groupsOfRows });
  const columns = columnsOf(lowering, product, block);
  const fours = columns.at.length;
  const first = b.let(e.mul(block.row, e.size(rowsOfGroup)));
  const rest = b.let(e.sub(e.size(blocksM), first));
  const count = b.let(e.nativeMin(rest, e.size(rowsOfGroup)));
  const panel = b.array(type, 1, depth * tileN, false, false);
  // with several panels, sums are kept from one to the next
  const sums = outer.length === 0 ? null : b.array(type, 4, rowsOfGroup * tileM * fours);
  const results = b.array(type, 4, tileM * fours, false, false);
  const axes = inPanel(inner, tileN);
  const lane = (v: number, along: Expr): Expr => e.sum(along, e.u32(4 * v), e.iota);

  const copy = (origin: Expr): void => {
    overAxes(lowering, axesAlong(axes, 1, 2), (at) => {
      for (const [v, from] of columns.at.entries()) {
        const index = e.sum(from, origin, at(0));
        const value = e.cast(lowering.element(right.map.value, index), type);
        b.put(panel, lane(v, at(1)), value);
      }
    });
  };
  /** Adds the products of a block of rows with the panel to the sums that `start` gives. */
  const multiply = (tile: Expr, origin: Expr, start: (i: number) => Expr) => {
    const rows = evenLines(lowering, a, product.m, block, b.let(e.add(first, tile)), tileM);
    const own = range(tileM * fours).map((i) => b.var(start(i), 4));
    overAxes(lowering, axesAlong(axes, 0, 2), (at) => {
      const y = range(fours).map((v) => b.let(e.element(panel, lane(v, at(1)))));
      for (const [i, row] of rows.lines.entries()) {
        const index = e.sum(row[0] as Expr, origin, at(0));
        const x = b.let(e.cast(lowering.element(a.map.value, index), type));
        for (const v of range(fours)) {
          const sum = own[i * fours + v] as (typeof own)[number];
          b.set(sum, e.add(sum, e.mul(x, y[v] as Expr)));
        }
      }
    });
    return { rows: rows.span, own };
  };
  const store = (rows: ReturnType<typeof multiply>["rows"], found: LocalArray): void =>
    storeLanes(lowering, step, product, block, {
      rows,
      columns: columns.span,
      perRow: fours,
      results: found,
    });
  const eachTile = (body: (tile: Expr) => void): void => b.for(e.u32(0), count, 1, body);

  if (sums === null) {
    copy(e.u32(0));
    eachTile((tile) => {
      const { rows, own } = multiply(tile, e.u32(0), () => e.constant(0, type));
      for (const [i, sum] of own.entries()) b.put(results, e.u32(i), sum);
      store(rows, results);
    });
  } else {
    overAxes(lowering, outer, (at) => {
      copy(at(1));
      eachTile((tile) => {
        const from = b.let(e.mul(tile, e.u32(tileM * fours)));
        const place = (i: number): Expr => e.add(from, e.u32(i));
        const { own } = multiply(tile, at(0), (i) => e.element(sums, place(i)));
        for (const [i, sum] of own.entries()) b.put(sums, place(i), sum);
      });
    });
    eachTile((tile) => {
      const from = b.let(e.mul(tile, e.u32(tileM * fours)));
      const rows = evenLines(lowering, a, product.m, block, b.let(e.add(first, tile)), tileM);
      for (const i of range(tileM * fours))
        b.put(results, e.u32(i), e.element(sums, e.add(from, e.u32(i))));
      store(rows.span, results);
    });
  }
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

/** The axes for some of the walks only, merged where these allow it. */
function axesAlong(axes: readonly Axis[], ...walks: readonly number[]): Axis[] {
  return mergedAxes(
    axes.map(({ size }) => size),
    walks.map((walk) => axes.map(({ strides }) => strides[walk] as number)),
  );
}
