import type { KernelStep } from "../../devices/device.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { type Loops, layoutOf } from "../../kernel/loops.ts";
import type { Lowering } from "../lowering.ts";
import { element, linesOf, openBlock, range, sliceOf } from "./block.ts";
import { type Product, sumType } from "./product.ts";
import { storeTile } from "./store.ts";

/** Each thread computes a tile and loads operands from their buffers: no workgroup memory. */
export function multiplyInRegisters(lowering: Lowering, step: KernelStep, product: Product): Loops {
  const { a, b: right } = product;
  const { tileM, tileN, groupX, groupY } = product.tiling;
  const { b } = lowering;
  const type = sumType(step);
  const block = openBlock(lowering, product);
  const [inRow, inColumn] = [
    e.quotient(e.local, e.u32(groupX)),
    e.remainder(e.local, e.u32(groupX)),
  ];
  const top = b.let(e.add(e.mul(block.row, e.u32(tileM * groupY)), inRow));
  const left = b.let(e.add(e.mul(block.column, e.u32(tileN * groupX)), inColumn));
  const lines = (first: Expr, count: number, apart: number): Expr[] =>
    range(count).map((i) => e.add(first, e.u32(i * apart)));
  const rows = linesOf(lowering, a, product.m, block, lines(top, tileM, groupY));
  const columns = linesOf(lowering, right, product.n, block, lines(left, tileN, groupX));
  const sums = rows.map(() => columns.map(() => b.var(e.constant(0, type))));
  const [from, to] = sliceOf(lowering, product, block);
  b.over(layoutOf(product.k, true), { from, to, advances: true }, (counter) => {
    const x = rows.map((row) => b.let(e.cast(element(lowering, a, row, counter), type)));
    const y = columns.map((line) => b.let(e.cast(element(lowering, right, line, counter), type)));
    for (const i of range(tileM)) {
      for (const j of range(tileN)) {
        const sum = (sums[i] as (typeof sums)[number])[j] as (typeof sums)[number][number];
        b.set(sum, e.add(sum, e.mul(x[i] as Expr, y[j] as Expr)));
      }
    }
  });
  storeTile(lowering, step, product, block, { top, left, apart: [groupY, groupX], sums });
  return {
    grid: { kind: "groups", groups: block.groups, size: groupX * groupY },
    body: b.statements,
  };
}
