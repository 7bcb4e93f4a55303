import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape.ts";
import { asStored, type Lowering } from "../lowering.ts";
import { type Block, range } from "./block.ts";
import { type Product, sumType } from "./product.ts";

/** A thread's tile of sums. Between its rows and columns lie those of the other threads. */
export interface Tile {
  /** Its first row and column. */
  readonly top: Expr;
  readonly left: Expr;
  /** The distance between the tile's rows, and between its columns. */
  readonly apart: readonly [rows: number, columns: number];
  readonly sums: readonly (readonly Expr[])[];
}

/** Stores a tile of sums: in scratch if k is cut into parts, else in the output, with epilogue. */
export function storeTile(
  lowering: Lowering,
  step: KernelStep,
  product: Product,
  { planes }: Block,
  tile: Tile,
): void {
  const { b, kernel } = lowering;
  const { top, left, apart, sums } = tile;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  const [rowCount, columnCount] = [e.size(m), e.size(n)];
  const origin = b.let(e.mul(planes, e.size(m * n)));
  const { length: tileM } = sums;
  const tileN = sums[0]?.length ?? 0;
  const partial = product.parts > 1;
  const type = sumType(step);
  /** The first output of a row, and the distance of a column from it. */
  const line = (row: Expr): Expr =>
    e.add(origin, product.transposed ? row : e.mul(row, columnCount));
  const along = (column: Expr): Expr => (product.transposed ? e.mul(column, rowCount) : column);
  if (!partial && kernel.steps.at(-1) !== step) {
    // a loop over the tile keeps the epilogue's code from being repeated for each element
    const results = b.array(type, 1, tileM * tileN);
    for (const i of range(tileM)) {
      for (const j of range(tileN)) b.put(results, e.u32(i * tileN + j), sums[i]?.[j] as Expr);
    }
    b.for(e.u32(0), e.u32(tileM * tileN), 1, (at) => {
      const [i, j] = [e.quotient(at, e.u32(tileN)), e.remainder(at, e.u32(tileN))];
      const row = b.let(e.add(top, e.mul(i, e.u32(apart[0]))));
      const column = b.let(e.add(left, e.mul(j, e.u32(apart[1]))));
      b.if(e.and(e.lt(row, rowCount), e.lt(column, columnCount)), () => {
        const index = b.let(e.add(line(row), along(column)));
        lowering.storeOne(step, e.cast(e.element(results, at), step.dtype), index);
      });
    });
    return;
  }
  for (const i of range(tileM)) {
    const row = b.let(e.add(top, e.u32(i * apart[0])));
    b.if(e.lt(row, rowCount), () => {
      const start = b.let(line(row));
      for (const j of range(tileN)) {
        const column = b.let(e.add(left, e.u32(j * apart[1])));
        const sum = sums[i]?.[j] as Expr;
        b.if(e.lt(column, columnCount), () => {
          const to = e.add(start, along(column));
          if (partial) b.store({ scratch: 0 }, type, to, sum);
          else lowering.store(to, asStored(e.cast(sum, step.dtype), step.dtype));
        });
      }
    });
  }
}
