import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e, type LocalArray } from "../../kernel/expression.ts";
import { sizeOf } from "../../shape.ts";
import { asStored, type Lowering } from "../lowering.ts";
import { type Block, range } from "./block.ts";
import { type Product, sumType } from "./product.ts";
import { isOwn, type Span } from "./spans.ts";

/** A thread's tile of outputs: rows of `perRow` vectors. */
export interface LaneTile {
  readonly rows: Span;
  readonly columns: Span;
  readonly perRow: number;
  readonly results: LocalArray;
}

/**
 * Stores a tile of vectors: in scratch if k is cut into parts, else in the output, with epilogue.
 */
export function storeLanes(
  lowering: Lowering,
  step: KernelStep,
  product: Product,
  { planes }: Block,
  { rows, columns, perRow, results }: LaneTile,
): void {
  const { b, kernel } = lowering;
  const [m, n] = [sizeOf(product.m), sizeOf(product.n)];
  // the length of runs of adjacent columns, which a vector must not cross
  const run = product.tiling.kind === "lanes" ? (product.tiling.run ?? n) : n;
  const origin = b.let(e.mul(planes, e.size(m * n)));
  const type = sumType(step);
  const partial = product.parts > 1;
  const alone = kernel.steps.at(-1) === step && kernel.stored.length === 1;
  const put = (index: Expr, sum: Expr): void => {
    const value = e.cast(sum, step.dtype);
    if (partial) b.store({ scratch: 0 }, type, index, sum);
    else if (alone) lowering.store(index, asStored(value, step.dtype));
    else lowering.storeOne(step, value, index);
  };
  /** Stores four columns of a row: as a vector if all are the tile's own, else one by one. */
  const putFour = (start: Expr, column: Expr, four: Expr): void => {
    const together = (): void => put(e.add(b.let(e.add(start, column)), e.iota), four);
    if (run % 4 === 0) {
      b.if(isOwn(column, columns), together);
      return;
    }
    const last = b.let(e.add(column, e.u32(4)));
    const all = e.and(e.le(columns.own, column), e.le(last, columns.end));
    b.if(all, together, () => {
      const [low, high] = [e.max(columns.own, column), e.min(columns.end, last)];
      const from = b.let(e.nativeMin(low, high));
      b.for(from, high, 1, (at) => {
        put(b.let(e.add(start, at)), b.let(e.lane(four, e.sub(at, column))));
      });
    });
  };
  const putRow = (i: Expr): void => {
    const row = b.let(e.add(rows.first, i));
    b.if(isOwn(row, rows), () => {
      const start = b.let(e.add(origin, e.mul(row, e.size(n))));
      for (const v of range(perRow)) {
        const at = e.add(e.mul(i, e.u32(perRow)), e.u32(v));
        const four = b.let(e.element(results, at));
        putFour(start, b.let(e.add(columns.first, e.u32(4 * v))), four);
      }
    });
  };
  b.for(e.u32(0), e.u32(results.length / perRow), 1, putRow);
}
