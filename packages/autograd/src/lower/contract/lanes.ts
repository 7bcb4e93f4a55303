import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import type { Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import type { Lowering } from "../lowering.ts";
import { type Line, openBlock } from "./block.ts";
import { cutPanels } from "./panels.ts";
import { CACHED, type Factor, type Product, sumType } from "./product.ts";
import { columnsOf, evenLines, overK, overRunsOfK, sideBySide } from "./spans.ts";
import { storeLanes } from "./store-lanes.ts";
import type { Tiling } from "./tilings.ts";

/** The share of useful work if runs of this length are cut into tiles. */
const usefulShare = (run: number, tile: number): number => run / (Math.ceil(run / tile) * tile);

/** From how many rows on copying the columns pays: contiguous columns, and others. */
const COPIED_ROWS = 128;
const PANEL_ROWS = 16;

/** The tiling of a product for threads with vectors; null for padded operands and tiny products. */
export function lanesTiling(product: Product): Tiling | null {
  const { a, b, k } = product;
  const plain = a.bounds.length === 0 && b.bounds.length === 0;
  if (!plain) return null;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  const shape = { groupX: 1, groupY: 1, blockK: 0 };
  const across = sideBySide(product.n, b.own);
  const along = sideBySide(k, a.k, b.k);
  const alongK: Tiling | null =
    along >= (along === sizeOf(k) ? 8 : 4)
      ? { kind: "alongK", tileM: m === 1 ? 1 : 2, tileN: m === 1 ? 8 : 4, ...shape, run: along }
      : null;
  const panels: Tiling | null =
    m >= PANEL_ROWS &&
    n >= 3 &&
    sizeOf(k) >= 4 &&
    product.parts === 1 &&
    cutPanels(product) !== null
      ? { kind: "panels", tileM: 4, tileN: n <= 4 ? 4 : 8, ...shape }
      : null;
  const widest = m === 1 ? 16 : 8;
  const copied = sizeOf(k) * n > CACHED || n % 4 !== 0 || sideBySide(k, a.k) < sizeOf(k);
  if (panels !== null && (across === n ? copied && m >= COPIED_ROWS : along < sizeOf(k)))
    return panels;
  if (across === n && n >= 3) {
    const tileM = m <= 3 ? m : 4;
    return { kind: "lanes", tileM, tileN: n <= 4 ? 4 : widest, ...shape };
  }
  if (across >= 4) {
    const tileN = across >= widest ? widest : across >= 8 ? 8 : 4;
    if (alongK === null || across >= 16 || usefulShare(across, tileN) >= usefulShare(along, 4))
      return { kind: "lanes", tileM: m <= 3 ? m : 4, tileN, ...shape, run: across };
  }
  if (alongK !== null) return alongK;
  if (n >= 3) return { kind: "lanes", tileM: m <= 3 ? m : 4, tileN: n <= 4 ? 4 : 8, ...shape };
  return null;
}

/** A thread computes a tile of outputs, with neighbouring columns in the lanes of a vector. */
export function multiplyInLanes(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right, tiling } = product;
  const { tileM } = tiling;
  const { b } = lowering;
  const type = sumType(step);
  const block = openBlock(lowering, product);
  const rows = evenLines(lowering, a, product.m, block, block.row, tileM);
  const columns = columnsOf(lowering, product, block);
  const sums = rows.lines.map(() => columns.at.map(() => b.var(e.constant(0, type), 4)));
  overK(lowering, product, block, (at) => {
    const y = columns.at.map((column) =>
      b.let(e.cast(lowering.element(right.map.value, e.add(column, at(right))), type)),
    );
    for (const [i, row] of rows.lines.entries()) {
      const index = e.add(row[0] as Expr, at(a));
      const x = b.let(e.cast(lowering.element(a.map.value, index), type));
      for (const [v, sum] of (sums[i] as (typeof sums)[number]).entries())
        b.set(sum, e.add(sum, e.mul(x, y[v] as Expr)));
    }
  });
  const perRow = columns.at.length;
  const results = b.array(type, 4, sums.length * perRow);
  for (const [i, row] of sums.entries())
    for (const [v, sum] of row.entries()) b.put(results, e.u32(i * perRow + v), sum);
  storeLanes(lowering, step, product, block, {
    rows: rows.span,
    columns: columns.span,
    perRow,
    results,
  });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}

/**
 * For operands contiguous along k: a vector's lanes sum every fourth k and are added at the end.
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
  overRunsOfK(lowering, product, block, (at, inside) => {
    const four = (factor: Factor, line: Line): Expr => {
      const index = e.add(line[0] as Expr, at(factor));
      const value = e.cast(lowering.element(factor.map.value, index), type);
      return b.let(inside === null ? value : e.select(inside, value, e.constant(0, type)));
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
  const perRow = tileN / 4;
  const results = b.array(type, 4, rows.length * perRow);
  for (const [i, row] of totals.entries()) {
    for (const [j, total] of row.entries()) {
      b.put(results, e.u32(i * perRow + Math.floor(j / 4)), total, e.u32(j % 4));
    }
  }
  storeLanes(lowering, step, product, block, { rows: span, columns: across.span, perRow, results });
  return { grid: { kind: "groups", groups: block.groups, size: 1 }, body: b.statements };
}
